#!/usr/bin/python3
"""ThreadSanitizer finds no data race in the library."""

import glob
import os
import pathlib
import subprocess
import tempfile
import unittest

import tree

SOURCE = tree.ROOT / "tests/library/threads.c"
LIBRARY = glob.glob(str(tree.ROOT / "shim/lib/*.c"))
FLAGS = ["-O1", "-g", "-std=c11", "-D_GNU_SOURCE", "-fsanitize=thread",
         f"-I{tree.ROOT}/include", f"-I{tree.ROOT}/shim", "-lpthread"]
# The sanitizer cannot place its memory if the kernel randomises addresses too
# much.
STEADY = ["setarch", "-R"]


class Threads(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="noinherit-threads-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)

    def run_with(self, *defines):
        program = self.work / "threads"
        tree.run("gcc", *defines, SOURCE, *LIBRARY, *FLAGS, "-o", program)
        return subprocess.run([*STEADY, program], text=True,
                              capture_output=True, timeout=300,
                              env=dict(os.environ, TSAN_OPTIONS="exitcode=66"))

    def test_there_is_no_race(self):
        result = self.run_with()
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_race_would_be_seen(self):
        result = self.run_with("-DRACE")
        self.assertEqual(result.returncode, 66, result.stderr)
        self.assertIn("data race", result.stderr)


def sanitizer_runs():
    with tempfile.TemporaryDirectory() as work:
        built = subprocess.run(
            ["gcc", "-fsanitize=thread", "-x", "c", "-", "-o", f"{work}/t"],
            input="int main(void) { return 0; }", text=True,
            capture_output=True)
        return built.returncode == 0 and subprocess.run(
            [*STEADY, f"{work}/t"], capture_output=True).returncode == 0


if __name__ == "__main__":
    tree.need("gcc", "setarch")
    if not sanitizer_runs():
        tree.skip("programs with -fsanitize=thread do not run here")
    unittest.main()
