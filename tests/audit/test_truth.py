#!/usr/bin/python3
"""What a program hands over on purpose is reported as passed, and not as
leaked, whichever way it uses.

tests/helpers/passer.c has the ways that real programs use.
"""

import os
import sys

import recording
from recording import Recording, check

PASSER = os.path.join(recording.HELPERS, "passer")
UNTOLD = 32         # NI_HELD_UNTOLD
MOVED = 64          # NI_HELD_MOVED


def kinds_of(how):
    """{(kind, type): count} of what the program that passer starts received."""
    with Recording() as record:
        record.environment["PATH"] = recording.HELPERS + ":" + \
            record.environment["PATH"]
        record.run(PASSER, how)
        findings = record.report("leak,passed")["findings"]
        held = record.records("held")
    return {(f["kind"], f["what"]["type"]): f["count"]
            for f in findings}, held


def test_of_many_that_one_line_puts_on_numbers_each_is_passed():
    kinds, held = kinds_of("dup2_array")
    check("the socket is not counted with the pipes",
          [h["fd"] for h in held if h["type"] == "socket"] == ["71"], held)
    check("the pipes and the socket are passed", set(kinds) ==
          {("passed", "pipe"), ("passed", "unix")}, kinds)


def test_a_copy_of_what_was_given_is_not_taken_for_a_descriptor_of_its_own():
    with Recording() as record, open("/etc/group", "rb") as given:
        fd = given.fileno()
        record.run("bash", "-c", "exec 37</etc/passwd 38<&37 39<&0 40<&39 "
                   f"41<&{fd} 0</etc/hosts 42<&0; /bin/true; :",
                   pass_fds=[fd])
        held = {h["fd"]: bool(int(h["flags"]) & MOVED)
                for h in record.records("held")}
    check("the file, and the copy of its copy", held["37"] and held["38"], held)
    check("no copy of a standard stream, and none of that copy",
          not held["39"] and not held["40"] and not held["42"], held)
    check("no copy of what arrived", not held["41"], held)


def test_a_number_behind_an_option_or_in_a_list_is_passed():
    for how in "option", "list":
        kinds, held = kinds_of(how)
        check("%s: it was told" % how, set(kinds) == {("passed", "unix")} and
              held[0]["passed"] == "argument", kinds, held)


def test_what_one_program_was_given_it_should_keep_to_itself():
    """Close-on-exec where it was created would break what was meant."""
    awk = os.path.basename(os.path.realpath("/usr/bin/awk"))
    with Recording() as record:
        record.run(PASSER, "onward")
        findings = record.report("leak,passed")["findings"]
    to_awk = [f for f in findings if f["kind"] == "passed"]
    check("awk was told the number", len(to_awk) == 1 and
          os.path.basename(to_awk[0]["to"]["exe"]) == awk, findings)
    leaks = [f for f in findings if f["kind"] == "leak"]
    check("the leaks of awk are found", leaks, findings)
    for leak in leaks:
        check("it is awk's leak", os.path.basename(leak["exe"]) == awk and
              not leak["created"] and leak["fix"].startswith(
                  "close it or set FD_CLOEXEC before the ") and
              awk in leak["fix"] and "/passer (pid " in leak["note"], leak)


def test_a_convention_is_known():
    kinds, held = kinds_of("ucspi")
    check("a UCSPI client's connection is passed", set(kinds) ==
          {("passed", "unix")} and held[0]["passed"] == "convention" and
          held[0]["detail"] == "UCSPI", kinds, held)


def test_the_program_itself_may_be_called_by_its_bare_name():
    kinds, _ = kinds_of("again")
    check("an upgrade passes its sockets", set(kinds) == {("passed", "unix")},
          kinds)


def test_a_flag_taken_off_without_a_word_is_passed_in_doubt():
    for how, doubt in ("untold", True), ("told", False):
        kinds, held = kinds_of(how)
        check("%s: it is passed" % how, set(kinds) == {("passed", "unix")} and
              held[0]["passed"] == "flag", kinds, held)
        check("%s: in doubt, or not" % how,
              bool(int(held[0]["flags"]) & UNTOLD) == doubt, held)


def test_a_bare_name_is_found_as_execvp_finds_it():
    with Recording() as record:
        record.run("sh", "-c", ":")     # so that another program is recorded, too
        record.environment["PATH"] = "/nowhere:" + recording.HELPERS
        record.run(PASSER, "again")
        found = [e for e in record.records("exec") if e["path"] == "passer"]
        mine = os.stat(PASSER)
        check("the file is known", [(int(e["device"]), int(e["inode"]))
              for e in found] == [(mine.st_dev, mine.st_ino)], found)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])
