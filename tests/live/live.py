"""What the tests of tests/live and tests/strace share: they run programs with
the shim preloaded, in a temporary folder and a known environment."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
from toolkit import (BUILD, NOINHERIT, SHIM, FolderTest,  # noqa: E402
                     helper, main as toolkit_main, need,
                     need_compiler, skip)

__all__ = ["BUILD", "COMPAT", "NOINHERIT", "SHIM", "STRICT", "LiveTest",
           "helper", "main", "need", "need_compiler"]

# What is non-inheritable in a run of tests/helpers/probe.c, in each mode.
COMPAT = ("socket datagram unix left right accept accept4 unix-dup "
          "unix-accept dup dupfd receive number mistake")
STRICT = ("socket datagram unix left right accept accept4 accept-on-0 "
          "unix-dup unix-accept dup number socket-on-0 dup-on-0 mistake "
          "itself")


class LiveTest(FolderTest):
    """Runs programs with the shim preloaded."""

    def run_program(self, *command, preload=SHIM, status=0, **options):
        """Runs a program to its end and returns the result. @preload: the
        value of LD_PRELOAD, or None; @status: the expected exit status, or
        None for any."""
        environment = dict(self.environment, **options.pop("env", {}))
        if preload:
            environment["LD_PRELOAD"] = preload
        options.setdefault("stdin", subprocess.DEVNULL)
        result = subprocess.run(command, env=environment, text=True,
                                capture_output=True, timeout=300, check=False,
                                **options)
        if status is not None:
            self.assertEqual(result.returncode, status,
                             result.stdout + result.stderr)
        return result

    def says(self, *command, **options):
        """The program's standard output; standard error must be empty."""
        result = self.run_program(*command, **options)
        self.assertEqual(result.stderr, "")
        return result.stdout.strip()


def main():
    """As the toolkit's main(); skips if the shim is not built."""
    if not os.path.exists(SHIM):
        skip(f"{SHIM} is not built")
    toolkit_main()
