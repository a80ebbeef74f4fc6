#!/usr/bin/python3
"""gunicorn keeps its listener across HUP and across the exec of itself on
USR2.

For that exec it makes the listener inheritable itself, and the workers mark it
close-on-exec: the program's own choice in both cases.
"""

import signal

import harness
import kernel

GUNICORN = "/usr/bin/gunicorn"

APPLICATION = """
import os, subprocess
def application(environment, start_response):
    said = os.popen("%(look)s").read()
    os.system("%(look)s >/dev/null")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [said.encode()]
"""


def start(run):
    port = run.port()
    run.file("app.py", APPLICATION % {"look": run.look})
    server = run.start([GUNICORN, "--bind", "127.0.0.1:%d" % port,
                        "--workers", "2", "--chdir", run.dir, "--pid",
                        run.path("pid"), "app:application"], listens=port,
                       says="(?s)(Booting worker.*){2}")
    return server, port


def reloading(run):
    server, port = start(run)
    run.held(server)
    answers = [run.http(port)]
    run.send_signal(server, signal.SIGHUP)
    run.wait_line(server, "(?s)(Booting worker.*){4}")
    run.held(server)
    return answers + [run.http(port)]


def upgrading(run):
    server, port = start(run)
    answers = [run.http(port)]
    before = kernel.listeners(server.pid)
    run.send_signal(server, signal.SIGUSR2)
    run.wait_line(server, "(?s)(Booting worker.*){4}")
    new = int(run.wait_file("pid.2"))
    run.check_preloaded(new)
    harness.check(kernel.listeners(new) == before,
                  "the new master has made a listener of its own")
    run.send_signal(server, signal.SIGTERM)
    run.wait_gone(server.pid)
    run.held(new)
    return answers + [run.http(port)]


harness.main([
    harness.Case("HUP", reloading, keeps=kernel.is_listener),
    harness.Case("USR2", upgrading, keeps=kernel.is_listener),
], needs={GUNICORN: "gunicorn"})
