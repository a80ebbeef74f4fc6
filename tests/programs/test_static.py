#!/usr/bin/python3
"""Which static programs leak sockets into their children? Nothing can be
preloaded into them: the kernel says what is inheritable in each while it
serves, and a child that it executes says what arrived.

Prints the table of doc/static-programs.md and compares it, and the counts in
the README, with what is seen here. `noinherit check` must name each program's
language, and `noinherit scan` what it holds. A program that cannot be fetched
is named and skipped.
"""

import json
import os
import re
import subprocess
import sys

import harness
import kernel
from run import Run
from static_programs import ROWS
from variant import AUDIT, COMMAND

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
TABLE = os.path.join(PROJECT, "doc/static-programs.md")
README = os.path.join(PROJECT, "README.md")

# What the section of README.md on reach says.
SUMMARY = ("of %d servers that were looked at (%d static ones, and %d of Debian's "
           "in Go, which make their system calls themselves), %d had a socket "
           "inheritable")
ARRIVED = "in %d of these it arrived in a child"


def above_streams(descriptors):
    return [d for d in descriptors if d.kind == "socket" and d.fd > 2]


def kinds(descriptors):
    """"tcp LISTEN", "udp": without other states."""
    words = [d.what.split() for d in descriptors]
    return sorted(" ".join(word for word in each[:2] if word not in (
        kernel.CONNECTED, kernel.UNCONNECTED)) for each in words)


def check_tells(program, language):
    said = subprocess.run([COMMAND, "check", program], check=False, text=True,
                          capture_output=True).stdout
    word = {"C": "in C or the like"}.get(language, "a %s program" % language)
    harness.check(": not reached: " in said and word in said, said)


def scan_tells(pid, expected):
    done = subprocess.run([COMMAND, "scan", "--json", str(pid)], check=False,
                          text=True, capture_output=True)
    harness.check(done.returncode in (0, 1), done.stderr)
    found = [f for f in json.loads(done.stdout)["findings"]
             if f["kind"] == "inheritable"]
    harness.check(bool(found) == bool(expected),
                  "scan does not see it so: %s" % done.stdout)


def linked(program):
    headers = subprocess.run(["readelf", "-lW", program], check=True, text=True,
                             capture_output=True).stdout
    return "dynamically" if re.search(r"^\s*INTERP", headers, re.M) \
        else "statically"


class RecordedRun(Run):
    """The recorder is in what starts a static program and in what that starts,
    never in itself."""

    def start(self, argv, *arguments, **options):
        return super().start(["env", *argv], *arguments, **options)

    def environment(self, preload=True, **more):
        more.setdefault("LD_PRELOAD", AUDIT)
        more.setdefault("NOINHERIT_AUDIT_DIR", self.traces)
        return super().environment(preload, **more)


def leaks_in_report(run, program):
    """The kinds of sockets of the program that the recorder calls leaks."""
    said = run.command([COMMAND, "report", "--format=json", "--kinds=leak",
                        run.traces], preload=False, stderr=None)
    program = os.path.realpath(program)
    return sorted({leak["what"]["type"] for leak in json.loads(said)["findings"]
                   if leak["exe"] == program})


def see(row):
    """(inheritable, arrived or None, what the report calls its leaks or None)."""
    program = row.get()
    check_tells(program, row.language)
    harness.check(linked(program) == row.linked,
                  "it is linked %s, not %s" % (linked(program), row.linked))
    is_recorded = row.linked == "statically" and row.arrived is not None
    run = (RecordedRun if is_recorded else Run)(harness.VARIANTS["native"])
    try:
        server = row.start(run, program)
        inheritable = [d for d in
                       above_streams(kernel.descriptors(server.pid))
                       if d.inheritable]
        scan_tells(server.pid, inheritable)
        looks = run.looks()
        got = above_streams([d for look in looks for d in look.descriptors])
        harness.check(row.arrived is None or looks, "no child looked")
        return (inheritable, None if row.arrived is None else got,
                leaks_in_report(run, program) if is_recorded else None)
    finally:
        run.end()


def line_of(row, seen):
    inheritable, arrived, _ = seen
    return "| %s | %s | %s | %s | %s |" % (
        row.name, row.language, row.linked, ", ".join(kinds(inheritable)) or "none",
        "-" if arrived is None else ", ".join(kinds(arrived)) or "none")


def check_row(row, documented):
    try:
        seen = see(row)
    except harness.Skipped as why:
        print("skipped case: %s: %s" % (row.name, why), flush=True)
        return None
    line = line_of(row, seen)
    print(line, flush=True)
    harness.check(kinds(seen[0]) == row.inheritable,
                  "%s are inheritable, not %s"
                  % (kinds(seen[0]), row.inheritable))
    harness.check(seen[1] is None or kinds(seen[1]) == row.arrived,
                  "its child got %s, not %s"
                  % (kinds(seen[1] or []), row.arrived))
    harness.check(seen[2] is None or
                  seen[2] == [kind.split()[0] for kind in row.arrived],
                  "the report names %s as its leaks" % seen[2])
    harness.check(line in documented,
                  "doc/static-programs.md lacks the line: " + line)
    return line


def check_readme():
    """The README's counts are those of the rows above."""
    with open(README, encoding="utf-8") as file:
        text = " ".join(file.read().split())
    static = len([row for row in ROWS if row.linked == "statically"])
    for line in (SUMMARY % (len(ROWS), static, len(ROWS) - static,
                            len([row for row in ROWS if row.inheritable])),
                 ARRIVED % len([row for row in ROWS if row.arrived])):
        harness.check(line in text, "README.md does not say: " + line)


def main():
    with open(TABLE, encoding="utf-8") as file:
        documented = file.read().splitlines()
    seen, failed = 0, []
    check_readme()
    harness.adopt_orphans()
    for row in ROWS:
        try:
            seen += check_row(row, documented) is not None
        except harness.Failed as error:
            print("FAILED %s: %s" % (row.name, error), flush=True)
            failed.append(row.name)
    if failed:
        sys.exit("failed: " + ", ".join(failed))
    if not seen:
        print("none of the programs can be fetched here", file=sys.stderr)
        sys.exit(77)


if __name__ == "__main__":
    main()
