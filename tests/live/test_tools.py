#!/usr/bin/python3
"""Programs under the shim can be debugged and checked as usual."""

import re
import unittest

import live
from live import COMPAT, SHIM, helper


class Valgrind(live.LiveTest):

    def errors(self, preload, *command):
        live.need("valgrind")
        log = self.path("log")
        result = self.run_program(
            "valgrind", "--error-limit=no", "--leak-check=full",
            "--track-fds=no", f"--log-file={log}", *command, preload=preload)
        with open(log) as file:
            text = file.read()
        summary = re.findall(r"ERROR SUMMARY: (\d+) errors", text)
        return result.stdout.strip(), summary, text

    def test_memcheck_finds_nothing_new(self):
        for name, *arguments in (("probe",), ("expected_calls", "sockets")):
            command = (helper(name), *arguments)
            natively = self.errors(None, *command)[1]
            output, preloaded, text = self.errors(SHIM, *command)
            self.assertEqual(preloaded, natively, text)
            self.assertEqual(preloaded, ["0"], text)
        self.assertEqual(self.errors(SHIM, helper("probe"))[0], COMPAT)


    def test_a_re_exec_keeps_its_sockets(self):
        live.need("valgrind")
        for preload, state in ((None, "inheritable"), (SHIM, "cloexec")):
            said = self.run_program(
                "valgrind", "-q", "--tool=none", "--trace-children=yes",
                helper("reexec"), preload=preload, stdin=None,
                input=f"{helper('reexec')} x\n").stdout
            self.assertIn(f"3 socket {state}\n4 socket {state}\n", said)


class Gdb(live.LiveTest):

    def gdb(self, program, *commands, arguments=(), answer=""):
        live.need("gdb")
        options = ["-batch", "-nx", "-ex", "set startup-with-shell off",
                   "-ex", "set debuginfod enabled off",
                   "-ex", f"set environment LD_PRELOAD {SHIM}"]
        for command in commands:
            options += ["-ex", command]
        return self.run_program("gdb", *options, "--args", helper(program),
                                *arguments, preload=None, stdin=None,
                                input=answer).stdout

    def test_a_breakpoint_in_an_interposed_call_is_hit(self):
        said = self.gdb("probe", "set breakpoint pending on", "break accept",
                        "run", "backtrace", "delete", "continue")
        self.assertRegex(said, r"#0 .* in accept \(\) from .*noinherit")
        self.assertRegex(said, r"#\d +(0x\S+ in )?main \(")
        self.assertIn(COMPAT, said)
        self.assertIn("exited normally", said)

    def test_a_process_that_vforks_and_executes_can_be_followed(self):
        said = self.gdb("race", "set follow-fork-mode parent", "run",
                        arguments=("vfork", "20", helper("racer")))
        self.assertIn("0 sockets in 0 of 20", said)
        self.assertIn("exited normally", said)

    def test_a_re_exec_can_be_followed(self):
        said = self.gdb("reexec", "run", answer=f"{helper('reexec')} x\n")
        self.assertIn("is executing new program", said)
        self.assertIn("3 socket cloexec", said)
        self.assertIn("exited normally", said)


if __name__ == "__main__":
    live.main()
