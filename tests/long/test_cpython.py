#!/usr/bin/python3
"""CPython's own tests of sockets, processes and the system have the same
outcome natively, under the shim and under the recorder, test by test.

All variants run at once, because the tests mostly wait. A test whose outcome
differs is run again in both variants, alone, so that the effect of a busy
machine is not taken for a difference: it must differ twice.
"""

import os
import signal
import subprocess
import sys
import xml.etree.ElementTree
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "programs"))
import harness  # noqa: E402
from run import Run  # noqa: E402

PYTHON = "/usr/bin/python3"
MODULES = ["test_socket", "test_subprocess", "test_os", "test_posix",
           "test_asyncio"]
# Needs a virtual machine and its host.
IGNORED = "*ThreadedVSOCKSocketStreamTest*"

PATIENCE = 25 * 60      # two minutes on an idle machine


class Suite:
    """A run of CPython's tests in one variant."""

    def __init__(self, variant, modules, matching=()):
        self.run = Run(variant)
        self.results = self.run.path("results.xml")
        # A changed test environment does not count as a failure: it includes
        # the standard streams.
        arguments = [PYTHON, "-m", "test", "-u", "network",
                     "--ignore", IGNORED, "--junit-xml", self.results]
        for name in matching:
            arguments += ["-m", name]
        self.process = self.run.start(arguments + modules)

    def outcomes(self):
        """Waits for the end. {test: passed, skipped, failure or error}"""
        self.process.popen.wait(PATIENCE)
        harness.check(os.path.exists(self.results), "no results:\n"
                      + self.process.output()[-3000:])
        tests = xml.etree.ElementTree.parse(self.results).iter("testcase")
        return {test.get("name"):
                next((child.tag for child in test
                      if child.tag in ("skipped", "failure", "error")),
                     "passed")
                for test in tests}


def run_suites(variants, modules, matching=()):
    """{variant: outcomes} of runs that take place at the same time."""
    suites = {variant: Suite(variant, modules, matching)
              for variant in variants}
    try:
        return {variant: suite.outcomes()
                for variant, suite in suites.items()}
    finally:
        for suite in suites.values():
            suite.run.end()


def differing(native, other):
    return sorted(name for name in native.keys() | other.keys()
                  if native.get(name) != other.get(name))


def module_of(name):
    """test_socket, of test.test_socket.GeneralModuleTests.test_repr"""
    return name.split(".")[1]


def differing_twice(first, variant, native):
    """What differs in both of two runs: [(test, natively, in the variant)]"""
    names = differing(first[native], first[variant])
    if not names:
        return []
    print("%s differs from %s at first in: %s" %
          (variant.name, native.name, " ".join(names)))
    modules = sorted({module_of(name) for name in names})
    again = run_suites([native, variant], modules, names)
    return [(name, again[native].get(name), again[variant].get(name))
            for name in differing(again[native], again[variant])]


def main():
    variants = harness.possible_variants()
    if subprocess.run([PYTHON, "-c", "import test.test_socket"],
                      stderr=subprocess.DEVNULL).returncode:
        raise harness.Skipped("no tests of CPython: install the package "
                              "libpython3.11-testsuite")
    native = variants[0]
    outcomes = run_suites(variants, MODULES)
    different = []
    for variant in variants:
        counts = Counter(outcomes[variant].values())
        print("%-8s %d tests: %s" % (
            variant.name, len(outcomes[variant]),
            ", ".join("%d %s" % (counts[word], word)
                      for word in sorted(counts, key=counts.get)[::-1])))
        different += [(variant.name, *row) for row in
                      differing_twice(outcomes, variant, native)]
    for row in different:
        print("%s: %s: natively %s, here %s" % (row[0], *row[1:]))
    harness.check(len(outcomes[native]) > 1000, "too few tests ran")
    return different


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
harness.exit_after(main)
