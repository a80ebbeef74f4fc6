#!/usr/bin/python3
"""haproxy's master keeps its sockets when it execs itself.

The master of -W execs itself at start, and again on USR2; the sockets that it
then needs are named by number in its environment (HAPROXY_PROCESSES).
"""

import signal

import harness
import kernel

HAPROXY = "/usr/sbin/haproxy"

CONFIG = """
global
	master-worker
	external-check
	insecure-fork-wanted
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


# One check: the second would come long after the end of the test.
BACKEND = """
backend back
	option external-check
	external-check command %s
	server one 127.0.0.1:%d check inter 1h
"""

HOLDS = ["tcp LISTEN", "unix LISTEN .*/master", "unix LISTEN .*/stats",
         "unix CONNECTED", "unix CONNECTED"]


def start(run, more=""):
    port = run.port()
    config = run.file("haproxy.cfg", CONFIG % {"dir": run.dir, "port": port}
                      + more)
    server = run.start([HAPROXY, "-W", "-S", run.path("master"), "-f", config],
                       listens=port)
    harness.until(lambda: worker(run, server), "the master's own socket")
    return server, port


def ask(run, question):
    """Does not wait for the end of the connection, and not for long: a program
    that the master starts meanwhile holds it natively, too, so it never ends.
    """
    answer = b""
    with run.connect(run.path("master")) as client:
        client.settimeout(0.5)
        client.sendall(question)
        while not answer.endswith(b"\n\n"):
            part = client.recv(65536)
            if not part:
                break
            answer += part
    return answer.decode()


def worker(run, server):
    """The newest worker, according to the master."""
    try:
        answer = ask(run, b"show proc\n")
    except OSError:
        return None             # during an exec
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


def running_a_program(run):
    """The master starts the program again after each of its own execs."""
    look = run.hook(before="exec >/dev/null", after="exec sleep 1000")
    server, port = start(run, "program look\n\tcommand %s\n" % look)
    run.wait_look()
    run.send_signal(server, signal.SIGUSR2)
    run.wait_look(2)
    return run.http(port)


def checking(run):
    """A health check that runs a program."""
    port = run.port()
    check = run.hook(before="exec >/dev/null")
    server, port = start(run, BACKEND % (check, port))
    run.wait_look()
    return run.http(port)


harness.main([
    harness.Case("serving", serving, holds=HOLDS, looks=0),
    harness.Case("reload", reloading, holds=HOLDS, looks=0),
    harness.Case("a program beside it", running_a_program,
                 leaks=["unix LISTEN .*/master"] * 2 + ["unix CONNECTED"]),
    harness.Case("a health check", checking),
], needs={HAPROXY: "haproxy"})
