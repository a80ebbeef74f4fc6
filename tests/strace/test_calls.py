#!/usr/bin/python3
"""The system calls that programs make under the shim, as strace shows them: no
call is added to those that make descriptors, and where the kernel is old the
flag is set afterwards (S-9, S-31)."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../live"))
import live  # noqa: E402
from live import SHIM, helper  # noqa: E402

INJECTED = "(INJECTED)"


def plain(line):
    """A line without what differs from run to run."""
    line = re.sub(r"^\d+ +", "", line.strip())
    line = re.sub(r"\s+= ", " = ", line)
    line = re.sub(r" /\* .*? \*/", "", line)
    line = re.sub(r"\[\{msg_hdr=.*\}\]", "[]", line)
    line = re.sub(r"\{(msg|st)_.*\}", "{}", line)
    return re.sub(r"0x[0-9a-f]{6,}", "0x", line)


class Calls(live.LiveTest):

    def trace(self, scene, *options, preload=SHIM, **settings):
        """The calls seen between two sched_yield(), and the calls expected."""
        live.need("strace")
        log = self.path("log")
        environment = [f"--env={name}={value}"
                       for name, value in settings.items()]
        if preload:
            environment.append(f"--env=LD_PRELOAD={preload}")
        result = self.run_program(
            "strace", "-o", log, *options, *environment,
            helper("expected_calls"), scene, preload=None)
        with open(log) as file:
            lines = [plain(line) for line in file]
        seen, is_on = [], False
        for line in lines:
            if line == "sched_yield() = 0":
                is_on = not is_on
            elif is_on:
                seen.append(line)
        return seen, result.stdout.splitlines()

    def assert_seen(self, scene):
        seen, expected = self.trace(scene)
        self.assertTrue(expected)
        self.assertEqual(seen, expected)
        # Without the shim the calls must differ.
        seen, expected = self.trace(scene, preload=None)
        self.assertNotEqual(seen, expected)

    def test_no_call_is_added_to_what_makes_sockets(self):
        self.assert_seen("sockets")

    def test_no_call_is_added_to_what_uses_descriptors(self):
        self.assert_seen("descriptors")

    def test_one_call_lets_a_standard_stream_be_inherited(self):
        self.assert_seen("standard")

    def test_switched_off_every_call_is_the_programs(self):
        for scene in ("sockets", "descriptors", "standard"):
            with self.subTest(scene):
                self.assertEqual(
                    self.trace(scene, NOINHERIT_MODE="off")[0],
                    self.trace(scene, preload=None)[0])

    def assert_fallback(self, scene, call, error, when):
        """First the calls that strace made fail, then what the scene expects.
        """
        seen, expected = self.trace(
            scene, f"--inject={call}:error={error}:when={when}")
        refused = [line for line in seen if INJECTED in line]
        self.assertTrue(refused)
        for line in refused:
            self.assertRegex(line, "CLOEXEC|accept4")
        self.assertEqual([line for line in seen if line not in refused],
                         expected)

    def test_a_kernel_that_knows_no_flag_of_socket(self):
        # The hot path makes the call, and after the error the slow path makes
        # it once more.
        for error in ("EINVAL", "EPERM", "ENOSYS"):
            with self.subTest(error):
                self.assert_fallback("old-socket", "socket", error, "1")

    def test_a_kernel_that_knows_no_flag_of_socketpair(self):
        self.assert_fallback("old-pair", "socketpair", "EINVAL", "1")

    def test_a_bad_type_first_does_not_turn_the_flag_off(self):
        seen, expected = self.trace("bad-type")
        self.assertEqual([line for line in seen
                          if "CLOEXEC" not in line or "= -1" not in line],
                         expected)

    def test_a_kernel_without_accept4(self):
        for error in ("ENOSYS", "EPERM"):
            with self.subTest(error):
                self.assert_fallback("old-accept", "accept4", error, "1+")

    def test_a_failing_accept_first_does_not_turn_accept4_off(self):
        # accept4 fails only the first time; it must be tried again.
        self.assert_fallback("no-accept", "accept4", "ENOSYS", "1")

    def test_a_kernel_that_knows_no_flag_of_dup(self):
        self.assert_fallback("old-dup", "fcntl", "EINVAL", "1")

    def test_a_socket_that_refuses_the_flag_of_recvmsg_is_asked_once(self):
        self.assert_fallback("old-receive", "recvmsg", "EINVAL", "1")


if __name__ == "__main__":
    live.main()
