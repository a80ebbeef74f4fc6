#!/usr/bin/python3
"""The recorder for AArch64, run by qemu: the same planted faults are found,
with function and line, by stacks of frame records."""

import os
import shutil
import sys
import tempfile
import unittest

import recording
from recording import Failed, Recording

import foreign

# Faults that cannot be found there, and why.
LACKS = {
    "leak_through_shell": "the shell is the host's: no recorder gets in",
    "leak_by_self_exec": "true is the host's, found by its search path",
    "leak_userfaultfd": "qemu has no userfaultfd",
}

try:
    foreign.need_aarch64()
    EMULATED = foreign.emulated()
except unittest.SkipTest as why:
    print(why, file=sys.stderr)
    sys.exit(77)

FOLDER = tempfile.mkdtemp(prefix="noinherit-")
OPTIONS = ("-w", *foreign.AT_HOME)
foreign.build_for_aarch64(FOLDER, "libnoinherit-audit.so")
PROGRAM = foreign.compile_helper((foreign.AARCH64,), "planted", FOLDER,
                                 *OPTIONS)
for library in ("libplugin_planted", "libearly_planted"):
    os.rename(foreign.compile_helper((foreign.AARCH64,), library, FOLDER,
                                     "-shared", "-fPIC", *OPTIONS),
              os.path.join(FOLDER, library + ".so"))

import test_planted as planted  # noqa: E402


def check_one(name):
    with Recording() as record:
        del record.environment["LD_PRELOAD"]
        record.run(*EMULATED, *foreign.with_preload(
            os.path.join(FOLDER, "libnoinherit-audit.so"), PROGRAM, name))
        # The commands that start it pass on a descriptor of their own.
        planted.check_name(name, [
            finding for finding in record.report()["findings"]
            if finding["kind"] != "arrived"])


def test_each_fault_by_itself_is_found():
    failed = []
    for name in planted.names():
        if name in LACKS:
            print(f"skipped case: {name}: {LACKS[name]}")
            continue
        try:
            check_one(name)
        except Failed as error:
            failed.append(f"{name}: {error}")
    recording.check("all are found", not failed, *failed)


if __name__ == "__main__":
    try:
        recording.run_tests(sys.modules[__name__])
    finally:
        shutil.rmtree(FOLDER)
