"""Compares CPython and the API, case by case; `main(CASES)` ends a table."""

import copy
import functools
import os
import re
import shutil
import subprocess
import sys

import case as cases_of
import sides
from toolkit import skip

OLDEST = (3, 11)


def differences(case, theirs, ours):
    """What differs and is not declared, in lines; none if all is well."""
    lines = [f"Python: {what}" for what in theirs.complaints]
    lines += [f"C: {what}" for what in ours.complaints]
    if lines:
        return lines
    wanted = copy.deepcopy(theirs)
    for edit in case.differs:
        if not edit.shows(version()):
            continue
        try:
            edit.apply(wanted)
        except cases_of.Stale as stale:
            lines.append(f"{edit.rule} is declared, but {stale}")
    for what in ("calls", "errors", "variables", "open"):
        expected, got = getattr(wanted, what), getattr(ours, what)
        if expected == got:
            continue
        lines.append(f"{what} differ")
        if what == "calls":
            lines += diff(expected, got)
        elif what == "variables":
            lines += [f"  {name}: expected {expected.get(name)}, got "
                      f"{got.get(name)}" for name in sorted({*expected, *got})
                      if expected.get(name) != got.get(name)]
        else:
            lines.append(f"  expected {expected}, got {got}")
    return lines


def diff(expected, got):
    lines = []
    for index in range(max(len(expected), len(got))):
        pair = (expected[index] if index < len(expected) else "nothing",
                got[index] if index < len(got) else "nothing")
        lines += ([f"    {pair[0]}"] if pair[0] == pair[1] else
                  [f"  - {pair[0]}", f"  + {pair[1]}"])
    return lines


def compare(cases):
    """For each case the lines of differences(). Cases with the same injection
    share a run."""
    found = [None] * len(cases)
    for inject in sorted({case.inject for case in cases}):
        chosen = [index for index, case in enumerate(cases)
                  if case.inject == inject]
        rows = [cases[index] for index in chosen]
        theirs = sides.run_python(rows, inject)
        ours = sides.run_c(rows, inject)
        for index, row, one, other in zip(chosen, rows, theirs, ours):
            if os.environ.get("SHOW"):
                print(f"{row.name}\n  python {one}\n  c      {other}")
            found[index] = differences(row, one, other)
    return found


@functools.cache
def version():
    """Of the CPython that is compared with."""
    said = subprocess.check_output([sides.PYTHON, "-V"], text=True)
    return tuple(map(int, re.findall(r"\d+", said)[:3]))


def require():
    """Skips, loudly, where the comparison cannot run or means nothing."""
    for needed in ("strace", sides.PYTHON, sides.DRIVER):
        if not shutil.which(needed):
            skip(f"{needed} is not there")
    if version() < OLDEST:
        skip("the rows are about CPython from {}.{} on, and {} is {}.{}.{}"
             .format(*OLDEST, sides.PYTHON, *version()))
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"],
                           capture_output=True, text=True, check=False)
    if tried.returncode:
        skip(f"strace cannot trace here: {tried.stderr.strip()}")


def list_differences(cases):
    for case in cases:
        for edit in case.differs:
            print(f"{edit.rule:8} {case.name}: {edit.why}")


def main(cases):
    if sys.argv[1:] == ["--differences"]:
        list_differences(cases)
        sys.exit(0)
    if sys.argv[1:] == ["--names"]:
        print("\n".join(case.name for case in cases))
        sys.exit(0)
    require()
    chosen = [case for case in cases
              if os.environ.get("CASE", "") in case.name]
    names = [case.name for case in chosen]
    assert len(set(names)) == len(names), "two cases of one name"
    runnable = [case for case in chosen if not case.needs or case.needs()]
    failed = 0
    for case, lines in zip(runnable, compare(runnable)):
        if lines:
            failed += 1
            print(f"{case.name} ({case.rules})")
            print("\n".join("    " + line for line in lines))
    for case in chosen:
        if case not in runnable:
            print(f"not here: {case.name}", file=sys.stderr)
    print(f"{len(runnable)} cases, {failed} differ")
    sys.exit(1 if failed or not runnable else 0)
