#!/usr/bin/python3
"""noinherit check and run with a program of musl's own compiler."""

import subprocess

import command


class Musl(command.CommandTest):

    def test_a_musl_program_is_reached_and_not_recorded(self):
        source = self.file("program.c", "int main(void) { return 7; }\n")
        target = self.path("program")
        try:
            subprocess.run(["musl-gcc", "-o", target, source], check=True)
        except FileNotFoundError:
            self.skipTest("musl-gcc is not installed (package musl-tools)")
        result = self.noinherit("check", target)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(": reached", result.stdout)
        result = self.noinherit("run", target)
        self.assertEqual((result.returncode, result.stderr), (7, ""))
        result = self.noinherit("audit", target)
        self.assertEqual(result.returncode, 7)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertIn("noinherit: audit: ", result.stderr)
        self.assertIn("it uses musl", result.stderr)


if __name__ == "__main__":
    command.main()
