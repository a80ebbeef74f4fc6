#!/usr/bin/python3
"""CPython's subprocess closes, duplicates and flags descriptors in a vfork
child: afterwards the parent's marks are still right."""

import unittest

import live

PROGRAM = """
import ctypes, fcntl, os, subprocess, sys

libc = ctypes.CDLL(None)            # by way of the shim
numbers = [libc.socket(1, 1, 0) for _ in range(3)]

def flagged():
    return "".join(str(fcntl.fcntl(n, fcntl.F_GETFD)) for n in numbers)

print(flagged(), end=" ")
look = "import os; print(sorted(map(int, os.listdir('/proc/self/fd')))[3:])"
for options in (dict(close_fds=True), dict(close_fds=False),
                dict(pass_fds=numbers[:1])):
    child = subprocess.run([sys.executable, "-I", "-c", look],
                           stdout=subprocess.PIPE, text=True, **options)
    # The last one is the listing itself.
    print(len(eval(child.stdout)) - 1, end=" ")
print(flagged(), end=" ")
for number in numbers:              # only an ours lets go of its flag
    libc.dup2(number, number)
print(flagged())
"""


class Subprocess(live.LiveTest):

    def run_python(self, preload):
        return self.says("/usr/bin/python3", "-I", "-c", PROGRAM,
                         preload=preload)

    def test_children_get_what_is_passed_and_the_parent_keeps_its_own(self):
        live.need("/usr/bin/python3")
        self.assertEqual(self.run_python(live.SHIM), "111 0 0 1 111 000")

    def test_natively_they_get_everything_that_is_not_closed(self):
        live.need("/usr/bin/python3")
        self.assertEqual(self.run_python(None), "000 0 3 1 000 000")


if __name__ == "__main__":
    live.main()
