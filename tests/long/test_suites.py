#!/usr/bin/python3
"""Other people's own tests (suites.py) have the same outcome natively, under
the shim and under the recorder, test by test.

The variants of a suite run at once where they can, each with a copy of the source and a
network of its own: the tests mostly wait, and many use fixed ports. A test whose
outcome differs is run again in both variants, by itself, so that a busy machine
is not taken for a difference: it counts only if it differs every time, and one
that did not is named.

    WHOLE=1                 every part, not only what sockets and exec are about
    SUITES=socat,libuv      some
    PARTS=17,23             of one suite, these parts
    SUITES_WORK=DIR         where the sources are unpacked and built, kept
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "programs"))
import harness  # noqa: E402
import toolkit  # noqa: E402
from run import Run  # noqa: E402
from suites import SUITES, plain, source_folder  # noqa: E402

PATIENCE = 28 * 60
TRIES = 4
FOREIGN = os.path.join(toolkit.ROOT, "scripts", "foreign")
IN_A_NETWORK = ["unshare", "--net", "sh", "-c",
                'ip link set lo up && exec "$@"', "sh"]


class SuiteRun:
    """Some parts of a suite, in one variant."""

    def __init__(self, suite, variant, work, parts):
        self.suite = suite
        self.run = Run(variant)
        folder = self.run.path("source")
        shutil.copytree(source_folder(work, suite), folder, symlinks=True)
        as_user = []
        if suite.user:
            subprocess.run(["chown", "-R", suite.user, folder,
                            self.run.dir], check=True)
            as_user = ["setpriv", "--reuid=" + suite.user, "--clear-groups"]
        self.process = self.run.start(
            IN_A_NETWORK + as_user + ["sh", "-c", suite.script, "sh", *parts],
            cwd=folder)
        harness.until(lambda: self.process.popen.poll() is not None or
                      self.run.has_preloaded(self.process.pid),
                      "the preloaded objects in %s" % suite.name)

    def outcomes(self):
        """{(part, test): outcome}, when it has ended."""
        try:
            self.process.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise harness.Failed("%s (%s): no end:\n%s" % (
                self.suite.name, self.run.variant.name,
                self.process.output()[-2000:]))
        found = self.suite.outcomes(plain(self.process.output()))
        harness.check(found, "%s (%s): no test ran:\n%s" % (
            self.suite.name, self.run.variant.name,
            self.process.output()[-3000:]))
        return found


def run_suite(suite, variants, work, parts):
    """{variant: outcomes} of runs side by side, if they can be."""
    if suite.is_alone and len(variants) > 1:
        return {variant: run_suite(suite, [variant], work, parts)[variant]
                for variant in variants}
    runs = {}
    try:
        for variant in variants:
            runs[variant] = SuiteRun(suite, variant, work, parts)
        return {variant: run.outcomes() for variant, run in runs.items()}
    finally:
        for run in runs.values():
            run.run.end()


def differing(native, other):
    return {test for test in native.keys() | other.keys()
            if native.get(test) != other.get(test)}


def differing_always(suite, first, variant, native, work):
    """[(test, natively, in the variant)] of what differs in each of the tries;
    what does not is named."""
    left = differing(first[native], first[variant])
    seen, last = set(left), first
    for _ in range(TRIES - 1):
        if not left:
            break
        parts = sorted({part for part, _ in left})
        last = run_suite(suite, [native, variant], work, parts)
        left &= differing(last[native], last[variant])
    for part, test in sorted(seen - left):
        print("%s: differed once, and not always: %s %s" % (
            suite.name, part, test))
    return [("%s: %s %s" % (suite.name, *test), last[native].get(test),
             last[variant].get(test)) for test in sorted(left)]


def build(suite, work):
    """Fetches and makes a suite; what cannot be is a reason to skip it."""
    missing = [package for path, package in suite.needs.items()
               if not os.path.exists(path)]
    if missing:
        raise harness.Skipped("not installed: " + ", ".join(missing))
    done = subprocess.run([FOREIGN, "source", work, suite.package],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise harness.Skipped("its source cannot be fetched: "
                              + done.stderr.strip()[-300:])
    folder = source_folder(work, suite)
    mark = os.path.join(folder, "made-for-noinherit")
    if suite.build and not os.path.exists(mark):
        done = subprocess.run(["sh", "-c", suite.build], cwd=folder,
                              env=toolkit.clean_environment(),
                              stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise harness.Skipped("it does not build: "
                                  + done.stdout.strip()[-600:])
        with open(mark, "w", encoding="utf-8"):
            pass


def parts_of(suite, work):
    if os.environ.get("PARTS"):
        return os.environ["PARTS"].split(",")
    is_pattern = isinstance(suite.chosen, str)
    if not os.environ.get("WHOLE") and not is_pattern:
        return suite.chosen
    said = subprocess.run(["sh", "-c", suite.every], stdout=subprocess.PIPE,
                          cwd=source_folder(work, suite), text=True,
                          env=dict(os.environ, UV_RUN_AS_ROOT="1"),
                          check=True).stdout
    return [part for part in said.split() if os.environ.get("WHOLE") or
            re.search(suite.chosen, part)]


def compare(suite, variants, work):
    """Rows of what differs."""
    build(suite, work)
    outcomes = run_suite(suite, variants, work, parts_of(suite, work))
    rows = []
    for variant in variants:
        counts = Counter(outcomes[variant].values())
        print("%-6s %-7s %d tests: %s" % (
            suite.name, variant.name, len(outcomes[variant]),
            ", ".join("%d %s" % (counts[word], word)
                      for word in sorted(counts, key=counts.get)[::-1])))
    for variant in variants[1:]:
        rows += [(variant.name, *row) for row in differing_always(
            suite, outcomes, variant, variants[0], work)]
    sys.stdout.flush()
    return rows


def main():
    variants = harness.possible_variants(root=True)
    chosen = os.environ.get("SUITES")
    known = [one.name for one in SUITES]
    names = chosen.split(",") if chosen else known
    harness.check(set(names) <= set(known),
                  "SUITES: there are " + ", ".join(known))
    different, skipped = [], []
    work = os.environ.get("SUITES_WORK") or tempfile.mkdtemp()
    try:
        for suite in (one for one in SUITES if one.name in names):
            try:
                different += compare(suite, variants, work)
            except harness.Skipped as reason:
                skipped.append(suite.name)
                print("skipped case: %s: %s" % (
                    suite.name, " ".join(str(reason).split())))
    finally:
        if "SUITES_WORK" not in os.environ:
            shutil.rmtree(work, ignore_errors=True)
    for row in different:
        print("%s: %s: natively %s, here %s" % row)
    if len(skipped) == len(names):
        raise harness.Skipped("no suite could be run")
    return different


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
harness.exit_after(main)
