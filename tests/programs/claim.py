"""Claims that hold or fail, and events that come or do not."""

import os
import time

# The longest that any single event may take, in seconds; events are waited
# for, so only a failing test spends it.
PATIENCE = 20

class Skipped(Exception):
    """The test cannot run here."""


class Failed(Exception):
    """The program, or the shim, did not do what the test claims."""


def until(condition, what):
    """Waits until condition() is true, and returns what it returned."""
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed("waited %d s in vain for: %s" % (PATIENCE, what))
        time.sleep(0.01)


def check(condition, message):
    if not condition:
        raise Failed(message)


def am_root():
    return os.geteuid() == 0


def user(name):
    """Whom a server shall drop to that we start as root: in a user namespace
    nobody else may be there."""
    with open("/proc/self/uid_map", encoding="ascii") as file:
        ids = sum(int(line.split()[2]) for line in file)
    return name if ids > 1 else "root"
