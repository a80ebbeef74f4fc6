#!/usr/bin/python3
"""The library's calls, compared with the same by hand in C and with CPython."""

import os
import sys

import measure

BENCH = f"{measure.BUILD}/tests/helpers/api_bench"
PYTHON = "/usr/bin/python3"
# Fewer rounds than the backlog, for nobody accepts the connections.
FEW, MANY = 20, 100

# The rounds of tests/helpers/api_bench.c in Python.
ROUNDS = {
    "socket": "socket.socket().close()",
    "create_server": "socket.create_server(('127.0.0.1', 0)).close()",
    "create_connection": "socket.create_connection(address).close()",
    "client": "c = socket.socket(); c.connect(address); c.close()",
    "accept": "c = socket.socket(); c.connect(address); a, _ = l.accept();"
              "a.close(); c.close()",
    "send_recv": "p[0].send(b'x'); p[1].recv(1)",
    "send_recv_timeout": "q[0].send(b'x'); q[1].recv(1)",
    # Python has no such setting: the same as with a timeout.
    "send_recv_try_first": "q[0].send(b'x'); q[1].recv(1)",
}
SCRIPT = """
import socket, sys
l = socket.create_server(('127.0.0.1', 0))
address = l.getsockname()
p, q = socket.socketpair(), socket.socketpair()
for each in q:
    each.settimeout(60)
for _ in range(int(sys.argv[1])):
    {}
"""
# The other calls of a round, whose cost is subtracted.
BESIDES = {"accept": "client"}


def command(who, what, rounds):
    if who == "python":
        return [PYTHON, "-I", "-S", "-c", SCRIPT.format(ROUNDS[what]),
                str(rounds)]
    return [BENCH, who, what, str(rounds)]


def slope(count, who, what):
    """The cost of one more round."""
    low = count(command(who, what, FEW))
    high = count(command(who, what, MANY))
    return (high - low) / (MANY - FEW)


def cost(count, who, what):
    besides = BESIDES.get(what)
    return (slope(count, who, what)
            - (slope(count, who, besides) if besides else 0))


def table(title, count, sides):
    print(f"\n{title}")
    print(f"{'':26}" + "".join(f"{side:>12}" for side in sides))
    for what in ROUNDS:
        if what not in BESIDES.values():
            label = what if what.startswith("send") else what + ", close"
            print(f"{label:26}" + "".join(
                f"{cost(count, side, what):12.1f}" for side in sides),
                flush=True)


def main():
    if not os.path.exists(BENCH):
        sys.exit(f"{BENCH} is not there: make tests")
    sides = ["hand", "api"] + (["python"] if os.path.exists(PYTHON) else [])
    if measure.has("strace"):
        table("API: system calls per round", measure.system_calls, sides)
    if measure.has("valgrind"):
        table("API: user instructions per round", measure.instructions, sides)


main()
