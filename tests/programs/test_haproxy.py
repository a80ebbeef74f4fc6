#!/usr/bin/python3
"""haproxy's master keeps its sockets over the execs of itself.

The master of -W execs itself already at start, and again on USR2; what it
needs then is named by number in its environment (HAPROXY_PROCESSES).
"""

import signal

import harness
import kernel

HAPROXY = "/usr/sbin/haproxy"

CONFIG = """
global
	master-worker
	stats socket %(dir)s/stats expose-fd listeners
defaults
	mode http
	timeout client 10s
	timeout server 10s
	timeout connect 10s
frontend front
	bind 127.0.0.1:%(port)d
	http-request return status 200 content-type text/plain string "a page"
"""


HOLDS = ["tcp LISTEN", "unix LISTEN .*/master", "unix LISTEN .*/stats",
         "unix CONNECTED", "unix CONNECTED"]


def start(run):
    port = run.port()
    config = run.file("haproxy.cfg", CONFIG % {"dir": run.dir, "port": port})
    server = run.start([HAPROXY, "-W", "-S", run.path("master"), "-f", config],
                       listens=port)
    harness.until(lambda: worker(run, server), "the master's own socket")
    return server, port


def worker(run, server):
    """The newest worker, as the master itself names it."""
    try:
        answer = run.exchange(run.path("master"), b"show proc\n")
    except OSError:
        return None             # in the middle of an exec
    names = [line.split() for line in answer.splitlines()]
    workers = [int(fields[0]) for fields in names
               if len(fields) > 1 and fields[1] == "worker"
               and kernel.is_running(int(fields[0]))]
    return workers[0] if workers else None


def listeners(server):
    return {descriptor.inode for pid in kernel.tree(server.pid)
            for descriptor in kernel.descriptors(pid)
            if descriptor.what.startswith("tcp LISTEN ")}


def serving(run):
    server, port = start(run)
    run.held(server)
    return run.http(port)


def reloading(run):
    server, port = start(run)
    answers = [run.http(port)]
    before = listeners(server)
    for _ in range(2):
        old = harness.until(lambda: worker(run, server), "a worker")
        run.send_signal(server, signal.SIGUSR2)
        run.wait_gone(old)
        harness.until(lambda: worker(run, server), "a new worker")
        run.check_preloaded(server.pid)
        answers += [run.http(port), listeners(server) == before]
        run.held(server)
    return answers


harness.main([
    harness.Case("serving", serving, holds=HOLDS),
    harness.Case("reload", reloading, holds=HOLDS),
], needs={HAPROXY: "haproxy"})
