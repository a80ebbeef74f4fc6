#!/usr/bin/python3
"""Threads make sockets while another program is executed: natively some leak
into it, with the flag set in a second step some still do, under the shim none.

RACE_EXECS=100000 is the long run; the usual one is a few thousand.
"""

import os
import unittest

import live
from live import SHIM, helper

EXECS = int(os.environ.get("RACE_EXECS", "3000"))
ENOUGH_TO_LEAK = 300
WAYS = ("fork", "vfork", "spawn")


class Race(live.LiveTest):

    def leaks(self, way, execs, preload):
        output = self.says(helper("race"), way, str(execs), helper("racer"),
                           preload=preload)
        print(f"{way}, {os.path.basename(preload or 'native')}: {output}")
        return int(output.split()[0])

    def test_natively_sockets_leak(self):
        for way in WAYS:
            with self.subTest(way):
                self.assertGreater(self.leaks(way, ENOUGH_TO_LEAK, None), 0)

    def test_a_flag_set_in_a_second_step_comes_too_late(self):
        for way in WAYS:
            with self.subTest(way):
                self.assertGreater(
                    self.leaks(way, ENOUGH_TO_LEAK, helper("libtwostep.so")),
                    0)

    def test_under_the_shim_none_leaks(self):
        for way in WAYS:
            with self.subTest(way):
                # The number of execs is divided among the ways.
                execs = -(-EXECS // len(WAYS))
                self.assertEqual(self.leaks(way, execs, SHIM), 0)


if __name__ == "__main__":
    live.main()
