#!/usr/bin/python3
"""The recorder interposes every name of a function, and needs no newer libc.

libc exports some functions under several names; a call by another name would
not be recorded.
"""

import glob
import re
import subprocess
import sys

import recording
from recording import check

LIBC = glob.glob("/lib/*/libc.so.6")[0]

# Functions of later libc versions: interposed for programs that run there.
LATER = {"pidfd_spawn", "pidfd_spawnp", "mkostemp64"}

# A function that only musl exports; a weak reference, because glibc has none.
MUSLS = {"pthread_atfork"}

# The oldest libc with which it must load.
OLDEST = (2, 31)


def symbols(path, defined):
    """(name, version, address) of the dynamic functions."""
    listed = subprocess.run(["nm", "-D", "--with-symbol-versions",
                             "--defined-only" if defined else "--undefined-only",
                             path], stdout=subprocess.PIPE, text=True,
                            check=True).stdout
    for line in listed.splitlines():
        match = re.match(r"\s*([0-9a-f]*) +([A-Za-z]) ([^@\s]+)@*(\S*)", line)
        address, kind, name, version = match.groups()
        if kind in "TWiUw":
            yield name, version, address


def interposed():
    return {name for name, _, _ in symbols(recording.RECORDER, True)}


def test_every_other_name_of_an_interposed_function_is_interposed():
    ours = interposed()
    named = {}
    for name, version, address in symbols(LIBC, True):
        if version != "GLIBC_PRIVATE":
            named.setdefault(address, set()).add(name)
    missing = set()
    for names in named.values():
        if names & ours:
            missing |= names - ours
    check("no alias is left out", not missing, missing)
    check("there are aliases", any(len(n & ours) > 1 for n in named.values()))


def test_only_functions_of_libc_are_interposed():
    libc = {name for name, _, _ in symbols(LIBC, True)}
    check("nothing else is exported", not interposed() - libc - LATER,
          interposed() - libc - LATER)


def test_nothing_is_demanded_of_a_newer_libc():
    for name, version, _ in symbols(recording.RECORDER, False):
        number = re.match(r"GLIBC_(\d+)\.(\d+)", version)
        check("each symbol is old enough", not number or
              tuple(map(int, number.groups())) <= OLDEST, name, version)
        check("each is libc's", number or name in MUSLS or
              name.startswith(("_ITM", "__gmon")),
              name, version)


def test_what_musl_has_and_glibc_has_not_is_weak():
    listed = subprocess.run(["nm", "-D", "--undefined-only",
                             recording.RECORDER], stdout=subprocess.PIPE,
                            text=True, check=True).stdout
    weak = set(re.findall(r"\bw (\w+)", listed))
    check("the references that only musl satisfies are weak",
          MUSLS <= weak, weak)
    check("the reference that only glibc satisfies is weak",
          "__register_atfork" in weak, weak)


def test_no_other_library_is_needed():
    listed = subprocess.run(["objdump", "-p", recording.RECORDER],
                            stdout=subprocess.PIPE, text=True,
                            check=True).stdout
    needed = re.findall(r"NEEDED\s+(\S+)", listed)
    check("it needs only libc", needed == ["libc.so.6"], needed)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])
