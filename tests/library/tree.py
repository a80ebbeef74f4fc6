"""The installed library, and programs built against it.

The tests here see what a user has: the tree that `make install` makes, and the
flags that pkg-config prints for it; and nothing of shim/ unless they say so.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
import toolkit  # noqa: E402
from toolkit import skip  # noqa: E402

ROOT, BUILD = pathlib.Path(toolkit.ROOT), pathlib.Path(toolkit.BUILD)
PRELOAD = BUILD / "libnoinherit-preload.so"
# Under `make check` these variables would make our make a sub-make, which
# warns that it lacks the jobserver. Variables of the command line stay in
# force, because make also exports each of them by name.
for of_make in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
    os.environ.pop(of_make, None)
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def need(*programs):
    """Skips the whole test file, with a message, if one of them is missing."""
    for program in programs:
        if not shutil.which(program):
            skip(f"{program} is not installed")


def run(*words, **options):
    """Runs a command to its end; fails with its output if it fails."""
    result = subprocess.run([str(word) for word in words], text=True,
                            capture_output=True, **options)
    if result.returncode:
        raise AssertionError(f"{words}: exit {result.returncode}\n"
                             f"{result.stdout}{result.stderr}")
    return result


class Tree(unittest.TestCase):
    """Installs once for a class; self.work is a folder to build in."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="noinherit-library-")
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        cls.root = cls.work / "root"
        # With the PREFIX of the build: another one would rebuild files.
        run("make", "-s", "-C", ROOT, "install", f"BUILD={BUILD}",
            f"DESTDIR={cls.root}")
        cls.prefix = next(cls.root.rglob("noinherit.h")).parents[1]
        cls.lib = next(cls.root.rglob("libnoinherit.a")).parent

    @classmethod
    def pkg_config(cls, *words):
        """Flags for the staged tree; a user who installs without DESTDIR needs
        none of this."""
        environment = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=str(cls.root),
                           PKG_CONFIG_LIBDIR=str(cls.lib / "pkgconfig"))
        return run("pkg-config", *words, "noinherit",
                   env=environment).stdout.split()

    @classmethod
    def build(cls, source, *flags, compiler="cc", output=None):
        """Compiles a program against the tree, with warnings as errors."""
        output = output or cls.work / pathlib.Path(source).stem
        run(compiler, *WARNINGS, "-D_GNU_SOURCE", *cls.pkg_config("--cflags"),
            "-o", output, source, *flags)
        return output

    @classmethod
    def build_shared(cls, source, libraries=(), **options):
        return cls.build(source, *cls.pkg_config("--libs"), "-lpthread",
                         *libraries, f"-Wl,-rpath,{cls.lib}", **options)
