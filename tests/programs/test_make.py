#!/usr/bin/python3
"""make -j shares its job tokens with the makes that it runs: MAKEFLAGS
contains the numbers of the pipe."""

import harness

MAKEFILE = """
all: one two three
one two three:
	+@$(MAKE) -s -f below TOP=$@
"""

BELOW = """
all: a b c
a b c:
	@echo made $(TOP)/$@; %(look)s
	+@%(jobserver)s
"""

# Takes a token if there is one and gives it back, as a compiler does that
# works in parallel.
JOBSERVER = """#!/usr/bin/python3
import os, re
take, give = map(int, re.search("--jobserver-auth=([0-9]+),([0-9]+)",
                                os.environ["MAKEFLAGS"]).groups())
try:
    os.write(give, os.read(take, 1))
except BlockingIOError:
    pass                        # all of them are out, for the other makes
print("asked for a token")
"""


def scenario(run):
    run.file("Makefile", MAKEFILE)
    run.file("below", BELOW % {
        "look": run.look, "jobserver": run.script("jobserver", JOBSERVER)})
    return sorted(run.command(["make", "-s", "-j3"], preload=True).split("\n"))


harness.main([
    harness.Case("make -j", scenario),
], needs={"/usr/bin/make": "make"})
