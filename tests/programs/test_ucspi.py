#!/usr/bin/python3
"""ucspi's tcpclient and tcpserver give their program the connection on the
numbers of the protocol: 6 and 7, and 0 and 1. They use F_DUPFD for that."""

import crossing
import harness

# The client side of UCSPI reads from 6 and writes to 7.
CLIENT = """#!/bin/sh
%s
echo a line >&7
read -r line <&6
echo "$line from $PROTO"
"""

SERVER = """#!/bin/sh
%s >&2
read -r line
echo "heard $line"
"""


def connecting(run):
    script = run.script("client", CLIENT % run.look)
    return run.command(["tcpclient", "-RHl0", "127.0.0.1",
                        str(run.peer()), script], preload=True)


def serving(run):
    port = run.port()
    script = run.script("server", SERVER % run.look)
    server = run.start(["tcpserver", "-RHl0", "127.0.0.1", str(port), script],
                       listens=port)
    run.held(server)
    return [run.exchange(port, b"one\n"), run.exchange(port, b"two\n")]


def both_ends(run):
    port = run.port()
    server = run.script("server", SERVER % run.look)
    run.start(["tcpserver", "-RHl0", "127.0.0.1", str(port), server],
              listens=port)
    client = run.script("client", CLIENT % run.look)
    return run.command(["tcpclient", "-RHl0", "127.0.0.1", str(port), client],
                       preload=True)


def reported(report):
    """The connection is passed to the shell and to what its script runs."""
    for receiver in "dash", "fdlook":
        for fd in 6, 7:
            crossing.check_passed(crossing.into(report, receiver, fd),
                                  "expects it")


harness.main([
    harness.Case("tcpclient", connecting, meant=lambda d: d.fd in (6, 7),
                 reported=reported),
    harness.Case("tcpserver", serving, holds=["tcp LISTEN"]),
    harness.Case("tcpclient to tcpserver", both_ends,
                 meant=lambda d: d.fd in (6, 7)),
], needs={"/usr/bin/tcpclient": "ucspi-tcp"})
