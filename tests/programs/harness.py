"""Runs a real program natively and under a preloaded object, and compares.

A test is a function that starts a server in a Run, talks to it as a client,
makes it exec fdlook, and returns what the client saw. main() calls it once per
variant and checks that the client sees the same in each, that the sockets
which the program is known to leak are in the child natively, and that under
the shim no socket is there but those that are meant. tests/README.md has the
details.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys
import traceback
from collections import Counter

import kernel
from claim import PATIENCE, Failed, Skipped, am_root, check, until, user
from run import Run
from variant import AUDIT, COMMAND, VARIANTS, Variant, chosen_variants

# The names that tests import from here.
__all__ = ["Case", "Failed", "PATIENCE", "Skipped", "VARIANTS", "Variant",
           "adopt_orphans", "am_root", "check", "isolate_network",
           "judge_leaking", "main", "replace_program", "run_case", "until", "user"]

PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNET = 0x40000000
CLONE_NEWNS = 0x00020000


class Case:
    """A scenario and the facts about it.

    leaks: patterns, each of which must match a different socket among those
           that the exec'd children have natively (in all looks of one run);
    holds: the same for the inheritable sockets of the server, natively;
    meant: whether the child is meant to have a descriptor (above 2);
    keeps: whether the server may leave a descriptor inheritable;
    stdio: whether descriptors 0..2 must be of the same kind in all variants;
    looks: how many exec'd children look at their descriptors, at least;
    shows: a pattern that what the client sees must match, natively;
    reported: is called with the recorder's report on what crossed an exec,
           leaked or passed, and raises Failed if the report is wrong.

    A case without leaks claims that its children get no socket that is not
    meant, natively either. A case in which no child looks (looks=0) must
    expect something of what the program holds or shows.
    """

    def __init__(self, name, scenario, leaks=(), holds=(), meant=None,
                 keeps=None, stdio=True, looks=1, shows="", reported=None):
        self.name, self.scenario = name, scenario
        self.leaks, self.holds = leaks, holds
        self.looks, self.shows = looks, shows
        self.meant = meant or (lambda descriptor: False)
        self.keeps = keeps or (lambda descriptor: False)
        self.stdio = stdio
        self.reported = reported or (lambda report: None)


class Seen:
    """What was seen in one run."""

    def __init__(self, case, run, visible):
        looks = run.looks()
        self.visible = visible
        # What the recorder reported; None if there was no recorder.
        self.reported = None
        if AUDIT in run.variant.objects and os.path.exists(COMMAND):
            self.reported = run.reported_leaks(case)
            case.reported(run.reported("leak,passed"))
        self.looked = len(looks)
        self.arrived = [d for look in looks for d in look.descriptors
                        if d.kind == "socket" and d.fd > 2
                        and not case.meant(d)]
        self.meant = [d for look in looks for d in look.descriptors
                      if d.kind == "socket" and d.fd > 2 and case.meant(d)]
        self.stdio = [[(d.fd, d.kind) for d in look.descriptors if d.fd <= 2]
                      for look in looks]
        self.inheritable = [d for snapshot in run.snapshots for d in snapshot
                            if d.kind == "socket" and d.fd > 2
                            and d.inheritable and not case.keeps(d)]
        self.cloexec = sum(d.kind == "socket" and d.fd > 2
                           and not d.inheritable
                           for snapshot in run.snapshots for d in snapshot)


def unmatched(patterns, descriptors):
    """The patterns that are left when each has been paired with one
    descriptor."""
    left = [descriptor.what for descriptor in descriptors]
    without = []
    for pattern in patterns:
        hit = next((what for what in left if re.search(pattern, what)), None)
        if hit is None:
            without.append(pattern)
        else:
            left.remove(hit)
    return without


def _listed(descriptors):
    return "".join("\n      " + kernel.show(d) for d in descriptors) or " none"


def _kinds(descriptors):
    """Kinds, not numbers: one leak less in the parent changes the numbers."""
    return Counter(" ".join(d.what.split()[:2]) for d in descriptors)


def _judge_that_it_looked(case, seen):
    check(case.looks or case.holds or case.shows,
          "nothing is expected: say what the program holds or shows")
    check(seen.looked >= case.looks, "%d children looked, not %d"
          % (seen.looked, case.looks))
    check(re.search(case.shows, repr(seen.visible)),
          "the client sees %r, not %r" % (seen.visible, case.shows))


def judge_leaking(case, seen):
    _judge_that_it_looked(case, seen)
    check(case.leaks or not seen.arrived,
          "no leak is known, but the child got:%s" % _listed(seen.arrived))
    lost = unmatched(case.leaks, seen.arrived)
    check(not lost, "the known leak %s is not in the child, which got:%s"
          % (lost, _listed(seen.arrived)))
    lost = unmatched(case.holds, seen.inheritable)
    check(not lost, "the program should hold %s inheritable, but has:%s"
          % (lost, _listed(seen.inheritable)))
    # The report groups by stack and names one socket of a group.
    if seen.reported is not None and seen.arrived:
        check(seen.reported & _kinds(seen.arrived).keys(),
              "the recorder reports %s, but the child got:%s"
              % (seen.reported or "no leak", _listed(seen.arrived)))


def _judge_enforced(seen):
    check(not seen.arrived, "the child got sockets that nobody meant:%s"
          % _listed(seen.arrived))
    check(not seen.inheritable, "the program holds inheritable sockets:%s"
          % _listed(seen.inheritable))


def _judge_alike(case, seen, native):
    check(seen.visible == native.visible, "the client sees %r, but natively %r"
          % (seen.visible, native.visible))
    check(seen.looked == native.looked, "%d children looked, but natively %d"
          % (seen.looked, native.looked))
    check(_kinds(seen.meant) == _kinds(native.meant),
          "what was meant for the child differs from native:%s"
          % _listed(seen.meant))
    if case.stdio:
        check(sorted(seen.stdio) == sorted(native.stdio),
              "the standard streams are %r, but natively %r"
              % (seen.stdio, native.stdio))


def _judge(case, variant, seen, native):
    if variant.enforces:
        _judge_enforced(seen)
    else:
        judge_leaking(case, seen)
    if native is not None:
        _judge_alike(case, seen, native)


def run_case(case, variant, native):
    run = Run(variant)
    try:
        seen = Seen(case, run, case.scenario(run))
        _judge(case, variant, seen, native)
        print("ok %s, %s: %d looked, got %d unmeant and %d meant sockets; "
              "program holds %d inheritable, %d not" %
              (case.name, variant.name, seen.looked, len(seen.arrived),
               len(seen.meant), len(seen.inheritable), seen.cloexec))
        for descriptor in seen.arrived:
            print("      child   " + kernel.show(descriptor))
        if "SHOW" in os.environ:
            print("      client  %r" % (seen.visible,))
            print(_listed(seen.inheritable))
        return seen
    except Skipped:
        raise
    except Exception as error:
        print("FAILED %s, %s: %s" % (case.name, variant.name, error))
        if not isinstance(error, Failed):
            traceback.print_exc(file=sys.stdout)
        print(run.logs())
        return None
    finally:
        sys.stdout.flush()
        run.end()


def program(path):
    """The program under test: Debian's, or the one of that name in
    FOREIGN_PROGRAMS, a folder of programs for another C library or machine."""
    folder = os.environ.get("FOREIGN_PROGRAMS")
    return os.path.join(folder, os.path.basename(path)) if folder else path


def possible_variants(needs=(), root=False):
    """The chosen variants; raises Skipped if something that they need is
    missing."""
    variants = chosen_variants()
    for path, package in dict(needs).items():
        if not os.path.exists(path):
            raise Skipped("no %s: install the package %s" % (path, package))
    if root and not am_root():
        raise Skipped("needs root")
    for variant in variants:
        if variant.missing():
            raise Skipped("variant %s: not built: %s"
                          % (variant.name, ", ".join(variant.missing())))
    return variants


def _run_all(cases, variants):
    failures = 0
    for case in cases:
        native = None
        for variant in variants:
            seen = run_case(case, variant, native)
            failures += seen is None
            if variant.name == "native":
                native = seen
    return failures


def isolate_network():
    """For a program that would change the machine's network: from here on the
    test has only a loopback interface of a new namespace."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNET) or \
            subprocess.run(["ip", "link", "set", "lo", "up"]).returncode:
        print("cannot make a network namespace", file=sys.stderr)
        sys.exit(77)


def replace_program(path, script):
    """For a program that is executed by a fixed path: from here on the script
    is at that path, in a mount namespace of this test."""
    # The namespace has a copy of what an earlier run mounted there.
    mount = ('mount --make-rprivate / && '
             '{ umount "$1" 2>/dev/null; mount --bind "$0" "$1"; }')
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) or subprocess.run(
            ["sh", "-c", mount, script, path]).returncode:
        raise Skipped("cannot make a mount namespace")


def adopt_orphans():
    """Makes daemons children of the test, which ends them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def exit_after(body):
    """Runs @body and exits: @body returns the number of failures, or raises
    Skipped or Failed."""
    try:
        sys.exit(1 if body() else 0)
    except Skipped as reason:
        print(reason, file=sys.stderr)
        sys.exit(77)
    except Failed as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def main(cases, needs, root=False):
    """Runs every case in every variant and exits. needs: {path that must
    exist: Debian package that contains it}. root: it cannot run otherwise."""
    os.umask(0o022)
    adopt_orphans()
    exit_after(lambda: _run_all(cases, possible_variants(needs, root)))
