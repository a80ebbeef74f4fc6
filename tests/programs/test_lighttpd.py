#!/usr/bin/python3
"""lighttpd's CGI programs get no socket of the server."""

import harness

CONFIG = """
server.port = %d
server.bind = "127.0.0.1"
server.document-root = "%s"
server.modules = ("mod_cgi")
server.errorlog = "%s"
server.pid-file = "%s"
%s
cgi.assign = (".cgi" => "")
"""


def scenario(run):
    port = run.port()
    run.directory("logs", owner="www-data")
    user = 'server.username = "www-data"' if harness.am_root() else ""
    config = run.file("lighttpd.conf", CONFIG % (
        port, run.dir, run.path("logs/error.log"), run.path("pid"), user))
    run.hook("look.cgi", before="printf 'Content-Type: text/plain\\r\\n\\r\\n'")
    server = run.start(["/usr/sbin/lighttpd", "-D", "-f", config],
                       listens=port)
    run.held(server)
    return run.http(port, "/look.cgi")


harness.main([
    harness.Case("lighttpd CGI", scenario),
], needs={"/usr/sbin/lighttpd": "lighttpd"})
