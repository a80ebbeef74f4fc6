#!/usr/bin/python3
"""Where vfork is a fork: under valgrind, ThreadSanitizer and qemu-user.

A vfork child there shares no memory with its parent. A recorded program must
run as it does natively, and the report must show the program's descriptors,
not the emulator's.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import recording
from recording import PLANTED, Recording, check
from toolkit import lacks

MANNERED = os.path.join(recording.HELPERS, "mannered")


def wrappers():
    """The emulators that are installed, as command prefixes."""
    # Of a vfork child, valgrind would leave the pipes of its gdb server in /tmp.
    for name, command in ("valgrind", ["valgrind", "-q", "--vgdb=no"]), \
            ("qemu-x86_64", ["qemu-x86_64"]):
        if shutil.which(name):
            yield name, command
        else:
            print("skipped case: %s: it is not installed" % name)


def sanitized(place):
    """planted.c built with ThreadSanitizer, or None."""
    program = os.path.join(place, "planted")
    why = lacks("cc", "-fsanitize=thread")
    if why:
        print("skipped case: " + " ".join(why.split()))
        return None
    done = subprocess.run(["cc", "-g", "-w", "-D_GNU_SOURCE", "-Ishim",
                           "-Itests/toolkit",
                           "-fsanitize=thread", "-o", program,
                           recording.SOURCE, "-lpthread", "-lutil"],
                          capture_output=True, text=True)
    check("planted.c compiles", not done.returncode, done.stderr)
    return program


def leaks_of(report, program):
    return [f for f in report["findings"] if f["kind"] == "leak" and
            f["exe"].endswith(program)]


def created_in(finding):
    return [f["function"] for f in finding["created"] or []]


def check_leak_by_vfork(record, name):
    report = record.report("leak")
    leaks = leaks_of(report, "/planted")
    check("%s: the program's leak is there, once" % name,
          [f["to"]["exe"] for f in leaks] == ["/usr/bin/true"], leaks)
    check("%s: with the function that made it" % name,
          "leak_by_vfork" in created_in(leaks[0]), leaks)
    others = [f for f in report["findings"] if f not in leaks]
    check("%s: and nothing leaked from or into the emulator" % name,
          not others, others)


def test_the_leak_of_a_vfork_child_is_reported():
    for name, command in wrappers():
        with Recording() as record:
            record.run(*command, PLANTED, "leak_by_vfork")
            check_leak_by_vfork(record, name)


def test_vforks_may_follow_each_other_be_nested_and_fail():
    native = subprocess.run([MANNERED, "vfork_oddities"], capture_output=True,
                            text=True, timeout=300)
    for name, command in wrappers():
        with Recording() as record:
            done = record.run(*command, MANNERED, "vfork_oddities", status=None)
            check("%s: the program does what it does natively" % name,
                  (done.returncode, done.stdout) ==
                  (native.returncode, native.stdout), done, native)


def test_a_sanitized_program_is_recorded():
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        program = sanitized(place)
        if not program:
            return
        with Recording() as record:
            record.run("setarch", "-R", program, "leak_by_vfork",
                       "leak_by_fork", "leak_by_spawn")
            made = {name for f in leaks_of(record.report("leak"), "/planted")
                    for name in created_in(f)}
        check("each leak is reported", {"leak_by_vfork", "leak_by_fork",
                                        "leak_by_spawn"} <= made, made)
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])
