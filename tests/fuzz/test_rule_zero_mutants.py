#!/usr/bin/python3
"""The fuzzer of rule 0 is itself checked: each of these shims breaks the rule
in one place, and the fuzzer must find it. The numbers printed are seeds and
how many programs were tried."""

import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(ROOT, "build")
HELPERS = os.path.join(BUILD, "tests", "helpers")
COUNT = os.environ.get("MUTANT_PROGRAMS", "20000")

# What the broken shim does, the file, the line, and its replacement. A
# closedir that leaves its mark is not among them: as only sockets are handed
# over, no program of 20,000 shows it.
MUTANTS = [
    ("a handed-over descriptor need not be a socket", "handover.c",
     "ni_peer(fd) == NI_PEER_OTHER", "ni_peer(fd) != NI_PEER_SYSTEM_LOG"),
    ("libc's own socket to the system log is taken for one of ours",
     "handover.c", "ni_peer(fd) == NI_PEER_OTHER",
     "ni_peer(fd) != NI_PEER_NO_SOCKET"),
    ("fclose, freopen and pclose leave the mark", "stream.c",
     "ni_marks_take(ni_next.fileno(stream));", ";"),
    ("close leaves the mark", "close.c",
     "\t\tni_marks[(unsigned)fd] = 0;", "\t\t;"),
    ("what a vfork child touched is not asked", "marks.c",
     "!is_gone((unsigned)fd, (unsigned)fd));", "1);"),
    ("dup2 leaves the mark of its target", "duplicate.c",
     "\tni_marks_end_closing((unsigned)fd2, (unsigned)fd2, result >= 0);",
     "\tni_marks_end_closing((unsigned)fd2, (unsigned)fd2, false);"),
    ("the program's own flag leaves the mark", "control.c",
     "\tni_marks_end_closing((unsigned)fd, (unsigned)fd, result >= 0);",
     "\tni_marks_end_closing((unsigned)fd, (unsigned)fd, false);"),
    ("a range that was closed leaves its marks", "close.c",
     "\tni_marks_end_closing(first, last, result >= 0);",
     "\tni_marks_end_closing(first, last, false);"),
    ("a thread's own table counts as the process's", "marks.c",
     "\tis_split = true;", "\tis_split = false;"),
    ("an exec that failed leaves the flags off", "exec.c",
     "\tni_handover_put_back();", "\t;"),
    ("a variable that was inherited names descriptors", "inherited.c",
     "\t\t\treturn false;", "\t\t\treturn true;"),
]


def make(tree, target):
    return subprocess.run(["make", "-s", "BUILD=build", target], cwd=tree,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)


def shim_of(tree, mutant):
    """Builds the broken shim and returns its path; the source file is
    restored."""
    _, name, before, after = mutant
    path = os.path.join(tree, "shim", "preload", name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if before not in text:
        sys.exit(f"{name} has no line {before.strip()!r} any more")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(before, after, 1))
    built = make(tree, "build/libnoinherit-preload.so")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    if built.returncode:
        sys.exit(f"{name} does not build with {after!r}:\n{built.stdout}")
    return os.path.join(tree, "build", "libnoinherit-preload.so")


def fuzz(shim):
    with tempfile.TemporaryDirectory() as directory:
        return subprocess.run(
            [os.path.join(HELPERS, "rule_zero"), shim,
             os.path.join(HELPERS, "rule_zero_other"), directory],
            env=dict(os.environ, COUNT=COUNT), capture_output=True, text=True,
            check=False)


def try_mutant(tree, mutant):
    ran = fuzz(shim_of(tree, mutant))
    summary = [line for line in ran.stdout.splitlines() if " failed" in line]
    print(f"{mutant[0]}: {summary[-1] if summary else ran.stderr}")
    if os.environ.get("SHOW"):
        print(ran.stdout)
    return ran.returncode == 1


def main():
    unseen = []
    with tempfile.TemporaryDirectory(prefix="noinherit-mutants-") as tree:
        for name in ("Makefile", "include", "shim"):
            source = os.path.join(ROOT, name)
            copy = shutil.copytree if os.path.isdir(source) else shutil.copy
            copy(source, os.path.join(tree, name))
        unseen = [mutant[0] for mutant in MUTANTS
                  if not try_mutant(tree, mutant)]
    for what in unseen:
        print(f"not found: {what}", file=sys.stderr)
    sys.exit(bool(unseen))


if __name__ == "__main__":
    main()
