"""Runs the command under test and says what it did."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.realpath(os.environ.get("BUILD", "build"))
NOINHERIT = os.path.join(BUILD, "noinherit")
SHIM = os.path.join(BUILD, "libnoinherit-preload.so")
RECORDER = os.path.join(BUILD, "libnoinherit-audit.so")
SETTINGS = ("LD_PRELOAD", "NOINHERIT_MODE", "NOINHERIT_SCOPE",
            "NOINHERIT_KEEP", "ASAN_OPTIONS")


class CommandTest(unittest.TestCase):
    """Each test has a folder of its own and a known environment."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in SETTINGS}

    def noinherit(self, *arguments, command=NOINHERIT, **options):
        """The finished command; its environment is self.environment."""
        options.setdefault("env", self.environment)
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([command, *arguments], capture_output=True,
                              text=True, timeout=300, check=False, **options)

    def public_noinherit(self):
        """A copy that every user can run: the checkout may lie where only its
        owner can go."""
        os.chmod(self.folder, 0o755)
        for file in (NOINHERIT, SHIM, RECORDER):
            shutil.copy(file, self.folder)
            os.chmod(self.path(os.path.basename(file)), 0o755)
        return self.path(os.path.basename(NOINHERIT))

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content="", mode=0o755):
        """A file of the test's own; content is text or bytes."""
        if isinstance(content, str):
            content = content.encode()
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)
        return path

    def assert_refused(self, result, status, *parts):
        """One line on stderr with all the parts, nothing on stdout."""
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("noinherit: "), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertEqual(result.returncode, status, result.stderr)


def skip(why):
    print(why, file=sys.stderr)
    sys.exit(77)


def main():
    """As unittest.main(), but a file of which nothing could run is skipped."""
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    for test, why in result.skipped:
        print(f"skipped case: {test.id().split('.')[-1]}: "
              f"{' '.join(why.split())}", file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    if result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(77)
