#!/usr/bin/python3
"""uwsgi keeps its listener across a reload.

On a reload uwsgi execs itself, and then asks getsockname() of every descriptor
whether it is its listener. There is one worker, and it has answered before it
is told to end: uwsgi waits a minute for a worker whose signal handlers are not
installed yet.
"""

import os
import signal
import time

import harness

UWSGI = "/usr/bin/uwsgi-core"

# os.system(), unlike subprocess, closes no descriptor.
APPLICATION = """
import os
def application(environment, start_response):
    os.system("%s > looked")
    start_response("200 OK", [("Content-Type", "text/plain")])
    with open("looked", "rb") as file:
        return [file.read()]
"""

VASSAL = """
[uwsgi]
plugin = python3
http-socket = 127.0.0.1:%d
master = true
processes = 1
chdir = %s
wsgi-file = app.py
"""

LEAKS = ["tcp LISTEN", "tcp CONNECTED", "unix CONNECTED", "unix CONNECTED"]


def start(run):
    port = run.port()
    run.file("app.py", APPLICATION % run.look)
    server = run.start([UWSGI, "--plugin", "python3", "--http-socket",
                        "127.0.0.1:%d" % port, "--master", "--processes", "1",
                        "--chdir", run.dir, "--wsgi-file", "app.py",
                        "--die-on-term"],
                       listens=port, says="spawned uWSGI worker 1")
    return server, port


def serving(run):
    server, port = start(run)
    run.held(server)
    return run.http(port)


def reloading(run):
    server, port = start(run)
    return run.reload_twice(server, signal.SIGHUP, "spawned uWSGI worker 1",
                            lambda: run.http(port))


def ruling(run):
    """An emperor execs uwsgi for each vassal and talks to it through a socket
    that UWSGI_EMPEROR_FD names; when the configuration changes, it tells the
    vassal to reload."""
    port = run.port()
    run.file("app.py", APPLICATION % run.look)
    vassal = run.directory("vassals") + "/vassal.ini"
    run.file(vassal, VASSAL % (port, run.dir))
    emperor = run.start([UWSGI, "--emperor", os.path.dirname(vassal),
                         "--die-on-term", "--emperor-freq", "1"],
                        listens=port, says="ready to accept")
    answers = [run.http(port)]
    later = time.time() + 100
    os.utime(vassal, (later, later))
    run.wait_line(emperor, "(?s)(WSGI app 0.*){2}")
    run.wait_line(emperor, "(?s)(ready to accept.*){2}")
    answers.append(run.http(port))
    return answers


harness.main([
    harness.Case("serving", serving, leaks=LEAKS,
                 holds=["tcp LISTEN", "unix CONNECTED"]),
    harness.Case("reload", reloading, leaks=LEAKS,
                 holds=["tcp LISTEN", "unix CONNECTED"]),
    harness.Case("emperor and vassal", ruling, leaks=LEAKS),
], needs={UWSGI: "uwsgi-core",
          "/usr/lib/uwsgi/plugins/python3_plugin.so": "uwsgi-plugin-python3"})
