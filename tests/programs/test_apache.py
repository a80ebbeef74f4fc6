#!/usr/bin/python3
"""apache's CGI programs, with either CGI module, and its piped log get no
socket of the server, and a graceful restart keeps the listener."""

import signal

import apache
import harness

CONFIG = """
LoadModule alias_module %%(modules)s/mod_alias.so
LoadModule %(cgi)s_module %%(modules)s/mod_%(cgi)s.so
%(socket)s
CustomLog "|%(log)s" "%%%%r"
ScriptAlias /cgi/ %%(dir)s/
"""

HEADER = "printf 'Content-Type: text/plain\\r\\n\\r\\n'"


def configure(run, port, mpm, cgi):
    socket = "ScriptSock %s/cgi.socket" % run.dir if cgi == "cgid" else ""
    run.hook("look.cgi", before=HEADER)
    return apache.configuration(run, port, mpm, CONFIG % {
        "cgi": cgi, "socket": socket,
        # Apache starts several; the first that reads a line looks.
        "log": run.hook("log", before="read -r line && mkdir %s/logged ||"
                        "exec cat >/dev/null" % run.dir,
                        after="exec cat >/dev/null")})


def serving(mpm, cgi):
    def scenario(run):
        port = run.port()
        config = configure(run, port, mpm, cgi)
        server = run.start([apache.PROGRAM, "-DFOREGROUND", "-f", config],
                           listens=port)
        answers = [run.http(port, "/cgi/look.cgi")]
        run.wait_look(2)        # one is that of the log program
        run.held(server)
        run.send_signal(server, signal.SIGUSR1)
        run.wait_line(run.path("error.log"), "(?s)(resuming normal.*){2}")
        answers.append(run.http(port, "/cgi/look.cgi"))
        run.held(server)
        return answers
    return scenario


harness.main([
    harness.Case("mod_cgid", serving("event", "cgid")),
    harness.Case("mod_cgi", serving("prefork", "cgi")),
], needs={apache.PROGRAM: "apache2-bin"})
