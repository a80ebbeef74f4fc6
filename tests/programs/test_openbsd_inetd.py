#!/usr/bin/python3
"""inetd passes a connection, or for a wait service its listener, to the
service as 0, 1 and 2, and nothing else."""

import harness

# A wait service accepts by itself; this one ends after one client.
WAITING = """#!/usr/bin/python3
import os, socket, subprocess
listener = socket.socket(fileno=0)
client, _ = listener.accept()
client.sendall(subprocess.check_output(%r, stdin=0, shell=True))
listener.detach()
"""


def connection(run, port):
    return "127.0.0.1:%d stream tcp nowait nobody %s %s %s" % (
        port, run.fdlook, run.fdlook, run.report)


def listener(run, port):
    return "127.0.0.1:%d stream tcp wait nobody %s wait" % (
        port, run.script("wait", WAITING % run.look))


def serving(line):
    def scenario(run):
        port = run.port()
        config = run.file("inetd.conf", line(run, port) + "\n")
        server = run.start(["/usr/sbin/inetd", "-d", config], listens=port)
        run.held(server)
        return [run.exchange(port), run.exchange(port)]
    return scenario


harness.main([
    harness.Case("a connection", serving(connection), holds=["tcp LISTEN"]),
    harness.Case("a listener", serving(listener), holds=["tcp LISTEN"]),
], needs={"/usr/sbin/inetd": "openbsd-inetd"}, root=True)
