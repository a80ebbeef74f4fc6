"""Checks what `noinherit check` says about a program, and that it is true when
the program is run and when it is audited."""

import json
import os
import shutil
import subprocess

from toolkit import NOINHERIT, FolderTest

# Prints whether a new socket is non-inheritable, leaves one open, and exits
# with 7.
PROGRAM = """
    #include <fcntl.h>
    #include <stdio.h>
    #include <sys/socket.h>
    #include <unistd.h>
    int main(void)
    {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        printf("%d\\n", fcntl(fd, F_GETFD));
        return 7;
    }"""


class ReachTest(FolderTest):
    """Checks the cells of a table. NOINHERIT: the command, with what must
    precede it."""

    NOINHERIT = (NOINHERIT,)

    def noinherit(self, *arguments):
        return subprocess.run([*self.NOINHERIT, *arguments], text=True,
                              capture_output=True, timeout=300, check=False,
                              env=self.environment, stdin=subprocess.DEVNULL)

    def build(self, name, compiler, source):
        if not shutil.which(compiler[0]):
            self.skipTest(f"no {compiler[0]} here")
        text = self.file(f"{name}.c", source)
        target = self.path(name)
        done = subprocess.run([*compiler[:1], "-w", "-o", target, text,
                               *compiler[1:]], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return target

    def check_says(self, target, is_reached, says):
        result = self.noinherit("check", target)
        self.assertEqual((result.returncode, result.stderr),
                         (0 if is_reached else 1, ""))
        self.assertTrue(result.stdout.startswith(
            f"{target}: {'reached' if is_reached else 'not reached: '}"),
            result.stdout)
        self.assertIn(says, result.stdout)

    def is_true(self, target, is_reached, prints=True):
        """@prints: whether the program prints the flag of its socket."""
        result = self.noinherit("run", target)
        self.assertEqual(result.returncode, 7, result.stderr)
        if prints:
            self.assertEqual(result.stdout.strip(), "1" if is_reached else "0")
        out = self.path("report")
        result = self.noinherit("audit", "--format=json", "-o", out, target)
        self.assertEqual(result.returncode, 7, result.stderr)
        recorded = []
        if os.path.exists(out):
            with open(out, encoding="utf-8") as file:
                recorded = json.load(file)["processes"]
            os.unlink(out)
        self.assertEqual(target in [process["exe"] for process in recorded],
                         is_reached)

    def check_cells(self, cells):
        """@cells: {kind: (compiler, source, is it reached, what else check
        says)}"""
        for number, (kind, cell) in enumerate(cells.items()):
            compiler, source, is_reached, says = cell
            with self.subTest(kind):
                target = self.build(f"program{number}", compiler, source)
                self.check_says(target, is_reached, says)
                self.is_true(target, is_reached, source.strip().endswith(
                    PROGRAM.strip()))
