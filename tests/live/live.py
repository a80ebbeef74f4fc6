"""What the tests of tests/live and tests/strace share: programs run with the
shim preloaded, in a folder of their own and a known environment."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.realpath(os.environ.get("BUILD", "build"))
SHIM = os.path.join(BUILD, "libnoinherit-preload.so")
SETTINGS = ("LD_PRELOAD", "LD_LIBRARY_PATH", "NOINHERIT_MODE",
            "NOINHERIT_SCOPE", "NOINHERIT_KEEP", "NOINHERIT_DEBUG",
            "NOINHERIT_ADOPT", "ASAN_OPTIONS", "TSAN_OPTIONS", "LISTEN_FDS",
            "LISTEN_PID", "WAYLAND_SOCKET")

# What tests/helpers/probe.c finds non-inheritable.
COMPAT = ("socket datagram unix left right accept accept4 unix-dup "
          "unix-accept dup dupfd receive number mistake")
STRICT = ("socket datagram unix left right accept accept4 accept-on-0 "
          "unix-dup unix-accept dup number socket-on-0 dup-on-0 mistake "
          "itself")


def helper(name):
    """A program or library of tests/helpers, built."""
    return os.path.join(BUILD, "tests/helpers", name)


def need(*programs):
    for program in programs:
        if not (os.path.exists(program) or shutil.which(program)):
            raise unittest.SkipTest(f"no {program} here")


class LiveTest(unittest.TestCase):
    """Each test has a folder and an environment of its own."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in SETTINGS}

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content="", mode=0o755):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(content)
        os.chmod(path, mode)
        return path

    def compile(self, name, source, *options, compiler="cc"):
        """A program from a few lines of C."""
        need(compiler)
        text = self.file(name + ".c", source)
        program = self.path(name)
        subprocess.run([compiler, "-D_GNU_SOURCE", "-O1", "-g", "-o", program,
                        text, *options], check=True)
        return program

    def run_program(self, *command, preload=SHIM, status=0, **options):
        """Runs to the end and gives back what it wrote. @preload: None, or
        what LD_PRELOAD lists; @status: None if any will do."""
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
        """Its standard output; it must have written nothing else."""
        result = self.run_program(*command, **options)
        self.assertEqual(result.stderr, "")
        return result.stdout.strip()


def main():
    """As unittest.main(); a file of which nothing could run is skipped."""
    if not os.path.exists(SHIM):
        print(f"{SHIM} is not built", file=sys.stderr)
        sys.exit(77)
    result = unittest.main(exit=False, verbosity=1).result
    for test, why in result.skipped:
        print(f"{test.id()}: {why}", file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    if result.testsRun == len(result.skipped):
        sys.exit(77)
