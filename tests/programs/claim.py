"""Checks, which hold or fail, and waiting for events."""

import os
import time

# The longest time that any single event may take, in seconds. Tests wait for
# events, so only a test that fails takes as long.
PATIENCE = 20

class Skipped(Exception):
    """The test cannot be run here."""


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
    """The user to which a server started as root drops: this one, or root in a
    user namespace, which may contain no other."""
    with open("/proc/self/uid_map", encoding="ascii") as file:
        ids = sum(int(line.split()[2]) for line in file)
    return name if ids > 1 else "root"
