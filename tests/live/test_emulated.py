#!/usr/bin/python3
"""The tests of this folder on AArch64, run by qemu with Debian's AArch64
programs in place of the host's: Python, the shells and what they execute. Two
tables say which cases cannot pass there, and which files are not run."""

import glob
import os
import re
import subprocess
import unittest

import live
from toolkit import ROOT

import foreign

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ("bash", "coreutils", "dash", "libcap2-bin", "libfaketime",
            "libsocket-wrapper", "libuid-wrapper", "perl-base", "procps",
            "python3", "torsocks", "util-linux")
HELPERS = ("probe", "looker", "refilter", "filtered", "reexec",
           "libcounter.so", "libearliest.so", "libearly.so", "libspawnspy.so",
           "libsysv.so", "libtwostep.so")

FILTERS = "qemu takes no seccomp filter"

# {file: {case: why it cannot pass there}}
LACKS = {
    "test_early.py": {"test_a_filter_that_early_holds_for_good": FILTERS},
    "test_same_program.py": {
        "test_a_binary_that_was_moved_away":
            "qemu answers for /proc/self/exe with the path at the start",
        "test_a_script_is_the_program_of_its_interpreter":
            "qemu's AT_EXECFN is the interpreter's path",
    },
    "test_spawn_actions.py": {
        "test_more_come_from_a_copied_table":
            "qemu refuses a thread with a table of descriptors of its own",
    },
}

NOT_THERE = {
    "test_aarch64.py": "it runs programs of that machine itself",
    "test_emulated.py": "it is this file",
    "test_filters.py": FILTERS,
    "test_fuzz.py": "the readers are run in process, on the host",
    "test_fuzz_imports.py": "the readers are run in process, on the host",
    "test_limits.py": "qemu's own memory and threads count",
    "test_musl.py": "its compiler is the host's",
    "test_race.py": "a thousand programs take minutes there",
    "test_reach_elsewhere.py": "it runs programs of that machine itself",
    "test_rule_zero.sh": "a hundred thousand programs take hours there",
    "test_runner.py": "no machine has a part in it",
    "test_sanitizers.py": "their libraries are the host's",
    "test_set_id.py": "a user namespace of one user has no set-id programs",
    "test_tools.py": "qemu can neither be traced nor run in valgrind",
}


class Emulated(live.LiveTest):

    @classmethod
    def setUpClass(cls):
        foreign.need_aarch64()
        cls.start = foreign.emulated(foreign.tree(
            "arm64", "arm64-live", *PACKAGES), programs=True)
        cls.built = os.path.join(live.BUILD, "foreign/aarch64-live")
        foreign.build_for_aarch64(
            cls.built, "libnoinherit-preload.so", "noinherit-preload.pc",
            *(f"tests/helpers/{name}" for name in HELPERS), flags=[
                "CFLAGS=-O1 -w -include " + os.path.join(
                    ROOT, "tests/helpers/foreign/emulated_lacks.h")])

    def run_file(self, name):
        """The cases that failed, and the output."""
        self.file("bin/cc", f'#!/bin/sh\nexec {foreign.AARCH64} "$@"\n')
        environment = dict(
            self.environment, BUILD=self.built,
            PATH=self.path("bin") + ":" + self.environment["PATH"])
        done = subprocess.run([*self.start, os.path.join(HERE, name)],
                              env=environment, text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL)
        failed = set(re.findall(r"^(?:FAIL|ERROR): (\w+)", done.stderr, re.M))
        ran = re.search(r"^Ran ([1-9]\d*) tests? in", done.stderr, re.M)
        if not ran or (done.returncode and not failed):
            failed.add(f"the end: status {done.returncode}")
        return failed, done.stdout + done.stderr

    def check_file(self, name):
        lacks = LACKS.get(name, {})
        failed, said = self.run_file(name)
        for case in sorted(failed & lacks.keys()):
            print(f"\nskipped case: {name}, {case}: {lacks[case]}",
                  flush=True)
        self.assertEqual(failed - lacks.keys(), set(), said)

    def test_each_file(self):
        for path in sorted(glob.glob(os.path.join(HERE, "test_*"))):
            name = os.path.basename(path)
            with self.subTest(name):
                if name in NOT_THERE:
                    print(f"\nskipped case: {name}: {NOT_THERE[name]}",
                          flush=True)
                else:
                    self.check_file(name)


if __name__ == "__main__":
    live.main()
