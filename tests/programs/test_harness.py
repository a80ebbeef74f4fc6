#!/usr/bin/python3
"""The harness sees a leak, names it, and fails a shim that does not prevent
it.

A small program leaks one descriptor of each kind on purpose. The harness must
find exactly these in the child and in the program itself, and must fail a
variant that claims to enforce and does nothing.
"""

import contextlib
import io
import subprocess
import sys

import harness

LEAKER = """
import os, socket, sys
os.closerange(3, 100)
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client = socket.create_connection(listener.getsockname())
pair = socket.socketpair()
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
named = socket.socket(socket.AF_UNIX)
named.bind(sys.argv[2])
named.listen()
bare = socket.socket(socket.AF_INET6)
kept = socket.socket()
file = open("/dev/null")
for leaked in (listener, client, pair[0], udp, named, bare, file):
    os.set_inheritable(leaked.fileno(), True)
os.system(sys.argv[3] + " >&2")
print("ready", flush=True)
sys.stdin.read()
"""

LEAKS = [r"^tcp LISTEN 127\.0\.0\.1:\d+$",
         r"^tcp CONNECTED 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$",
         r"^unix CONNECTED$", r"^udp UNCONNECTED 127\.0\.0\.1:\d+$",
         r"^unix LISTEN /tmp/.*/named$", r"^(tcp|other) UNCONNECTED"]


def scenario(run):
    leaker = run.start(["/usr/bin/python3", "-c", LEAKER, str(run.port()),
                        run.path("named"), run.look],
                       says="^ready$", stdin=subprocess.PIPE)
    run.held(leaker)
    child = run.wait_look()
    harness.check(len(child.descriptors) == 3 + len(LEAKS) + 1,
                  "the child has %r" % (child.descriptors,))
    return "looked" in leaker.output()


def quietly(case, variant, native):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        return harness.run_case(case, variant, native), output.getvalue()


def fails(claim, case, variant, native, message):
    seen, output = quietly(case, variant, native)
    if seen is not None or message not in output:
        sys.exit("%s: the harness says:\n%s" % (claim, output))


case = harness.Case("leaker", scenario, leaks=LEAKS, holds=LEAKS)
native, output = quietly(case, harness.VARIANTS["native"], None)
if native is None:
    sys.exit("leaks are not seen:\n" + output)
if len(native.arrived) != len(LEAKS) or len(native.inheritable) != len(LEAKS):
    sys.exit("more is seen than was leaked:\n" + output)

fails("a shim that does nothing", case,
      harness.Variant("nothing", enforces=True), native,
      "the child got sockets that nobody meant")
fails("a leak that is not there",
      harness.Case("leaker", scenario, leaks=LEAKS + ["raw"]),
      harness.VARIANTS["native"], None, "known leak ['raw'] is not")
fails("a client that sees something else",
      harness.Case("leaker", lambda run: not scenario(run), leaks=LEAKS),
      harness.VARIANTS["native"], native, "the client sees False")

fails("a case in which nobody looks",
      harness.Case("empty", lambda run: "done", looks=1),
      harness.VARIANTS["native"], None, "0 children looked, not 1")
fails("a case that expects nothing",
      harness.Case("empty", lambda run: "done", looks=0),
      harness.VARIANTS["native"], None, "nothing is expected")
fails("a leak that the case does not know",
      harness.Case("leaker", scenario, holds=LEAKS),
      harness.VARIANTS["native"], None, "no leak is known")

# What the recorder reports is judged, too.
native.reported = set()
try:
    harness.judge_leaking(case, native)
    sys.exit("a recorder that reports nothing passes")
except harness.Failed as error:
    if "the recorder reports no leak" not in str(error):
        sys.exit("a recorder that reports nothing: %s" % error)
