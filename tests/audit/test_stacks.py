#!/usr/bin/python3
"""The recorder's stacks equal those of libgcc's unwinder, in real programs.

tests/helpers/libstackcheck.c compares them at every malloc and free.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import recording
from recording import check

CHECKER = os.path.join(recording.HELPERS, "libstackcheck.so")

PYTHON = "import json, re, email, ssl, unittest; json.dumps(list(range(999)))"
PERL = "use POSIX; use Data::Dumper; print length Dumper({map {$_, [$_]} 1..99})"
SHELL = "for i in 1 2 3; do x=$(echo hi); done; declare -A a; a[x]=1; echo $a"
PROGRAM = "#include <stdio.h>\nint main(void) { return puts(\"x\") < 0; }\n"

# Each runs if it is installed; the stacks of all of them are counted together.
PROGRAMS = [
    ["/usr/bin/python3", "-c", PYTHON],
    ["perl", "-e", PERL],
    ["bash", "-c", SHELL],
    ["git", "log", "--stat", "-5"],
    ["gcc", "-O2", "-x", "c", "-c", "PROGRAM", "-o", "/dev/null"],
    ["gdb", "-batch", "-ex", "info functions main", "PLANTED"],
    ["openssl", "genrsa", "1024"],
    ["php", "-r", "echo json_encode(range(1, 99));"],
    ["find", "/etc", "-maxdepth", "1"],
    # Has a gap between its segments, of which the loader reports only one.
    ["make", "--version"],
]

ENOUGH = 5000


def run(command, report, **variables):
    environment = dict(os.environ, LD_PRELOAD=CHECKER, STACKCHECK_REPORT=report,
                       **variables)
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=300, check=False)


def totals(report):
    if not os.path.exists(report):
        return {}, ""
    with open(report) as lines:
        return count(lines.read())


def count(text):
    counts = {}
    for name, number in re.findall(r"\b(stacks|calls|short|wrong|stale) (\d+)",
                                   text):
        counts[name] = counts.get(name, 0) + int(number)
    return counts, text


def test_thousands_of_stacks_and_none_wrong():
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        program = os.path.join(place, "program.c")
        with open(program, "w") as source:
            source.write(PROGRAM)
        everything = ""
        for command in PROGRAMS:
            if not shutil.which(command[0]):
                continue
            report = os.path.join(place, "report")
            run([{"PROGRAM": program, "PLANTED": recording.PLANTED}
                 .get(word, word) for word in command], report)
            counts, text = totals(report)
            check("hardly any stack ends early", counts.get("short", 0) * 50 <=
                  counts.get("stacks", 0), command, counts)
            if not counts:
                print("# no report of %s" % command[0])
                continue
            everything += text
            os.unlink(report)
        counts, text = count(everything)
        print("# %s" % counts)
        check("enough stacks were seen", counts.get("stacks", 0) > ENOUGH,
              counts)
        check("no stack is wrong", counts["wrong"] == 0, text[:4000])
        check("no stack from the memory is wrong",
              counts["stale"] == 0, text[:4000])
    finally:
        shutil.rmtree(place)


def test_an_older_libc_gives_the_same_stacks():
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        report = os.path.join(place, "report")
        for command in ["bash", "-c", SHELL], ["ls"], ["find", "/etc", "-maxdepth", "1"]:
            run(command, report, STACKCHECK_OLD="1")
        counts, text = totals(report)
        check("no stack is wrong", counts["stacks"] > 100 and
              counts["wrong"] + counts["stale"] == 0, text[:4000])
        check("hardly any stack ends early", counts["short"] * 50 <=
              counts["stacks"], counts)
    finally:
        shutil.rmtree(place)


def test_a_wrong_stack_would_be_seen():
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        report = os.path.join(place, "report")
        run(["/bin/ls"], report, STACKCHECK_BREAK="1")
        counts, text = totals(report)
        check("a frame that is off by one is wrong", counts.get("wrong", 0) > 0
              and counts["wrong"] == counts["stacks"], text)
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])
