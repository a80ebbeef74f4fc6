#!/usr/bin/python3
"""systemd-socket-activate's service gets the sockets that are meant for it.

They have the numbers from 3 up, without dup2 or F_SETFD: only LISTEN_FDS
announces them.
"""

import harness

ACTIVATE = "/usr/bin/systemd-socket-activate"

# The program executed looks, and then serves one client.
SERVICE = """#!/bin/sh
%s >&2
exec /usr/bin/python3 -c '
import os, socket
names = os.environ.get("LISTEN_FDS"), os.environ["LISTEN_PID"] == str(os.getpid())
%s
client.sendall(repr(names).encode())
'
"""

LISTENER = """
client, _ = socket.socket(fileno=%d).accept()
"""

CONNECTION = """
client = socket.socket(fileno=3)
"""

STREAMS = """#!/bin/sh
%s
"""


def serving(service, count=1, options=()):
    """The service answers a client of the last of @count listeners."""
    def scenario(run):
        ports = [run.port() for _ in range(count)]
        addresses = [word for port in ports
                     for word in ("-l", "127.0.0.1:%d" % port)]
        script = run.script("service", service(run))
        server = run.start([ACTIVATE, *addresses, *options, script],
                           listens=ports[-1], says="Listening on .* as %d"
                           % (2 + count))
        run.held(server)        # still the activator: nothing has connected
        return run.exchange(ports[-1])
    return scenario


def up_to(last):
    return lambda descriptor: 3 <= descriptor.fd <= last


harness.main([
    harness.Case("one listener", serving(
        lambda run: SERVICE % (run.look, LISTENER % 3)), meant=up_to(3),
        holds=["tcp LISTEN"]),
    harness.Case("three listeners", serving(
        lambda run: SERVICE % (run.look, LISTENER % 5), 3), meant=up_to(5)),
    harness.Case("--accept", serving(
        lambda run: SERVICE % (run.look, CONNECTION), 1, ["--accept"]),
        meant=up_to(3)),
    harness.Case("--accept --inetd", serving(
        lambda run: STREAMS % run.look, 1, ["--accept", "--inetd"])),
], needs={ACTIVATE: "systemd"})
