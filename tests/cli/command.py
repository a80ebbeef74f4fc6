"""Runs the command under test and checks its answers."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
from toolkit import (BUILD, NOINHERIT, RECORDER, SHIM,  # noqa: E402
                     FolderTest, helper, main, need, need_compiler,
                     skip)

__all__ = ["BUILD", "NOINHERIT", "RECORDER", "SHIM", "CommandTest", "helper",
           "main", "need", "need_compiler", "skip"]


class CommandTest(FolderTest):
    """Runs the command under test in a temporary folder."""

    def noinherit(self, *arguments, command=NOINHERIT, **options):
        """Runs noinherit to its end, in self.environment."""
        options.setdefault("env", self.environment)
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([command, *arguments], capture_output=True,
                              text=True, timeout=300, check=False, **options)

    def public_noinherit(self):
        """A copy that every user can run; the checkout may be in a folder that
        only its owner can enter."""
        os.chmod(self.folder, 0o755)
        for file in (NOINHERIT, SHIM, RECORDER):
            shutil.copy(file, self.folder)
            os.chmod(self.path(os.path.basename(file)), 0o755)
        return self.path(os.path.basename(NOINHERIT))

    def assert_refused(self, result, status, *parts):
        """stderr is one line that contains all the parts; stdout is empty."""
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("noinherit: "), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertEqual(result.returncode, status, result.stderr)
