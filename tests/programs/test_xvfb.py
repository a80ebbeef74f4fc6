#!/usr/bin/python3
"""Xvfb leaks its listeners into xkbcomp, which compiles the keyboard layout."""

import os

import harness

XVFB, XKBCOMP = "/usr/bin/Xvfb", "/usr/bin/xkbcomp"

# Read before the script takes its place.
COMPILER = b""
if os.path.exists(XKBCOMP):
    with open(XKBCOMP, "rb") as file:
        COMPILER = file.read()


def scenario(run):
    real = run.script("xkbcomp", "")
    with open(real, "wb") as program:
        program.write(COMPILER)
    # The path of xkbcomp is compiled into the server.
    script = run.hook("look-then-compile",
                      after='exec %s "$@"' % real)
    harness.replace_program(XKBCOMP, script)
    server = run.start([XVFB, "-displayfd", "1", "-nolisten", "tcp", "-noreset"],
                       says=r"^[0-9]+$")
    run.wait_look()
    run.held(server)
    return True


harness.isolate_network()
harness.main([
    harness.Case("Xvfb, xkbcomp", scenario, leaks=["unix LISTEN"] * 2,
                 holds=["unix LISTEN"]),
], needs={XVFB: "xvfb", XKBCOMP: "x11-xkb-utils"}, root=True)
