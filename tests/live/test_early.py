#!/usr/bin/python3
"""Calls before the shim's constructor obey the same rules."""

import unittest

import live
from live import SHIM, helper

ALL_YES = {"sockets": ("socket", "dup", "pair", "fcntl", "syscall", "close",
                       "dup2", "F_SETFD", "closefrom"),
           "programs": ("posix_spawn", "posix_spawnp", "vfork, execve",
                        "fork, execvpe"),
           "filter": ("before", "after")}


class Early(live.LiveTest):

    def early(self, act, library="libearly.so", program="looker",
              preload=SHIM):
        objects = ":".join(filter(None, (preload, helper(library))))
        return self.says(helper(program), preload=objects,
                         env={"EARLY": act, "EARLY_PROGRAM": "/bin/true"})

    def assert_all_yes(self, act, output):
        for name in ALL_YES[act]:
            self.assertIn(f"{name}: yes\n", output + "\n")
        self.assertNotIn(": no", output)

    def test_sockets_before_the_constructor(self):
        self.assert_all_yes("sockets", self.early("sockets"))

    def test_sockets_before_libc_is_started(self):
        self.assert_all_yes("sockets",
                            self.early("sockets", "libearliest.so"))

    def test_programs_before_the_constructor(self):
        self.assert_all_yes("programs", self.early("programs"))

    def test_without_the_shim_no_flag_is_set(self):
        output = self.early("sockets", preload=None)
        self.assertIn("socket: no\n", output)
        self.assertIn("dup: no\n", output)

    def test_a_filter_that_early_holds_for_good(self):
        output = self.early("filter", program="probe")
        self.assert_all_yes("filter", output)
        # Then enforcement stays off: the program's own descriptors get no
        # flag.
        self.assertEqual(output.splitlines()[2:], [])

    def test_the_rest_of_the_program_is_enforced(self):
        output = self.early("sockets", program="probe")
        self.assertIn("socket datagram unix left right accept",
                      output.splitlines()[-1])

    def test_settings_are_read_that_early(self):
        self.environment["NOINHERIT_SCOPE"] = "dup"
        output = self.early("sockets")
        self.assertIn("socket: no\n", output)
        self.assertIn("dup: yes\n", output)

    def test_a_bad_setting_is_complained_of_once(self):
        for library in ("libearly.so", "libearliest.so"):
            result = self.run_program(
                helper("looker"), preload=f"{SHIM}:{helper(library)}",
                env={"EARLY": "sockets", "NOINHERIT_MODE": "x",
                     "NOINHERIT_DEBUG": "1"})
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)

    def test_a_setenv_that_early_does_not_hide_what_is_handed_over(self):
        self.environment.update(EARLY="environment")
        for name in ("libearly.so", "libearliest.so"):
            result = self.run_program(
                helper("reexec"), preload=f"{SHIM}:{helper(name)}",
                stdin=None, input=f"{helper('reexec')} reexec\n")
            said = result.stdout
            self.assertIn("3 socket cloexec\n4 socket cloexec\n", said)
            self.assertNotIn("NOINHERIT_ADOPT", said)


if __name__ == "__main__":
    live.main()
