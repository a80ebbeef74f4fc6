"""What the Python tests of all suites share: the paths of what was built, a
folder and a known environment for each test, and skips that are reported.

A suite's own module (command.py, live.py, tree.py ...) is based on this one.
"""

import functools
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.realpath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
NOINHERIT = os.path.join(BUILD, "noinherit")
SHIM = os.path.join(BUILD, "libnoinherit-preload.so")
RECORDER = os.path.join(BUILD, "libnoinherit-audit.so")

# Variables that change what is tested: no test inherits them.
SETTINGS = ("LD_PRELOAD", "LD_LIBRARY_PATH", "NOINHERIT_MODE",
            "NOINHERIT_SCOPE", "NOINHERIT_KEEP", "NOINHERIT_DEBUG",
            "NOINHERIT_ADOPT", "ASAN_OPTIONS", "TSAN_OPTIONS", "LISTEN_FDS",
            "LISTEN_PID", "WAYLAND_SOCKET")


def helper(name):
    """The path of a built program or library of tests/helpers."""
    return os.path.join(BUILD, "tests", "helpers", name)


def skip(why):
    """Ends a whole test file that cannot run here."""
    print(why, file=sys.stderr)
    sys.exit(77)


def module(name, package):
    """Imports a Python module that not every system has."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return skip(f"no {package} here: scripts/dependencies packages")


def need(*programs):
    """Skips a case if one of them is missing: a name in PATH, or a file."""
    for program in programs:
        if not (os.path.exists(program) or shutil.which(program)):
            raise unittest.SkipTest(f"no {program} here")


@functools.cache
def lacks(compiler, *options):
    """Why the compiler cannot build the smallest program with these options; ""
    if it can. A test that skips for that reason, and not because its own source
    does not compile, fails as soon as that source is broken."""
    if not shutil.which(compiler):
        return f"no {compiler} here"
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run([compiler, "-x", "c", "-", "-o", f"{folder}/it",
                                *options], text=True, check=False,
                               input="int main(void) { return 0; }\n",
                               stderr=subprocess.PIPE)
    return f"{compiler} {' '.join(options)}: {tried.stderr}" \
        if tried.returncode else ""


def need_compiler(compiler, *options):
    """Skips a case if no program can be built so."""
    why = lacks(compiler, *options)
    if why:
        raise unittest.SkipTest(why)


def clean_environment(**more):
    """The environment without the variables that change what is tested."""
    kept = {name: value for name, value in os.environ.items()
            if name not in SETTINGS}
    return dict(kept, **more)


class FolderTest(unittest.TestCase):
    """Each test has its own folder and its own environment."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = clean_environment()

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content="", mode=0o755):
        """Writes a file into the test's folder; content is text or bytes."""
        if isinstance(content, str):
            content = content.encode()
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)
        return path

    def compile(self, name, source, *options, compiler="cc"):
        """Builds a program from some lines of C; returns its path."""
        need(compiler)
        text = self.file(name + ".c", source)
        program = self.path(name)
        subprocess.run([compiler, "-D_GNU_SOURCE", "-O1", "-g", "-o", program,
                        text, *options], check=True)
        return program


def main():
    """As unittest.main(), but each case that could not run is named, and a
    file of which no case could run is skipped."""
    result = unittest.main(exit=False, verbosity=1).result
    cases = 0
    for test, why in result.skipped:
        # If setUpClass() skipped, the entry is not a case, and its id names
        # the class.
        name = test.id().split(".")[-1] if test.countTestCases() else \
            f"all of {test.id().split('.')[-1].rstrip(')')}"
        cases += test.countTestCases()
        print(f"skipped case: {name}: {' '.join(why.split())}",
              file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    if result.skipped and cases == result.testsRun:
        sys.exit(77)
