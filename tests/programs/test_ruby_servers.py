#!/usr/bin/python3
"""webrick's CGI programs get no socket; puma keeps its listener across the
exec of itself.

For that exec puma takes the flag off by itself, and the new image never sets
it again: the program's word holds, and what was open at start is not touched.
So the listener arrives in puma's children, as it does natively.
"""

import signal

import crossing
import harness
import kernel

RUBY, PUMA = "/usr/bin/ruby", "/usr/bin/puma"

WEBRICK = """
require "webrick"
server = WEBrick::HTTPServer.new(
    BindAddress: "127.0.0.1", Port: %(port)d, DocumentRoot: "%(dir)s")
server.mount_proc("/run") { |request, response|
    response.body = `%(look)s`
    system("%(look)s >/dev/null")
}
server.mount("/cgi", WEBrick::HTTPServlet::CGIHandler, "%(cgi)s")
server.start
"""

RACKUP = """
run lambda { |environment|
    [200, {"Content-Type" => "text/plain"}, [`%(look)s`]]
}
"""


def webrick(run):
    port = run.port()
    cgi = run.hook("look.cgi",
                   before="printf 'Content-Type: text/plain\\r\\n\\r\\n'")
    script = run.file("server.rb", WEBRICK % {
        "port": port, "dir": run.dir, "look": run.look, "cgi": cgi})
    server = run.start([RUBY, script], listens=port, says="start")
    run.held(server)
    return run.http(port, "/run"), run.http(port, "/cgi")


def start_puma(run, *options):
    port = run.port()
    run.file("config.ru", RACKUP % {"look": run.look})
    server = run.start([PUMA, "--bind", "tcp://127.0.0.1:%d" % port,
                        "--environment", "production", *options],
                       listens=port, says="Use Ctrl-C to stop")
    return server, port


def restarting(*options):
    def scenario(run):
        server, port = start_puma(run, *options)
        run.held(server)
        return run.reload_twice(server, signal.SIGUSR2,
                                "Use Ctrl-C to stop", lambda: run.http(port))
    return scenario


def reported(report):
    """puma's listener is reported as passed, also to what a page executes."""
    for receiver in "fdlook", "ruby":
        listeners = [finding for finding in report["findings"]
                     if finding["what"]["state"] == "LISTEN" and receiver in
                     finding["to"]["exe"]]
        harness.check(listeners, "no listener reached %s" % receiver)
        crossing.check_passed(listeners, "close-on-exec was taken off")


harness.main([
    harness.Case("webrick", webrick),
    harness.Case("puma, restart", restarting(), meant=kernel.is_listener,
                 keeps=kernel.is_listener, reported=reported),
    harness.Case("puma with workers, restart", restarting("--workers", "1"),
                 meant=kernel.is_listener, keeps=kernel.is_listener),
], needs={RUBY: "ruby", PUMA: "puma",
          "/usr/share/doc/ruby-webrick": "ruby-webrick"})
