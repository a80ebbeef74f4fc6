#!/usr/bin/python3
"""The parts that do not need the libraries of the command are built without
them."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import tree

# A compiler that finds none of those headers.
POOR = """#!/bin/sh
for word; do
	[ "$word" = -E ] || continue
	read -r line
	case $line in *jansson*|*elfutils*) exit 1 ;; esac
done
exec cc "$@"
"""

FOREIGN = "aarch64-linux-gnu-gcc"


class Build(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="noinherit-build-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        self.compiler = self.work / "poor-cc"
        self.compiler.write_text(POOR)
        self.compiler.chmod(0o755)

    def make(self, target, compiler):
        return subprocess.run(
            ["make", "-s", "-C", tree.ROOT, f"BUILD={self.work}/build",
             f"CC={compiler}", target], text=True, capture_output=True)

    def test_the_library_and_the_shim_need_a_compiler_and_libc(self):
        for target, artefact in (("lib", "libnoinherit.so.1"),
                                 ("shim", "libnoinherit-preload.so")):
            result = self.make(target, self.compiler)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertTrue((self.work / "build" / artefact).exists())

    @unittest.skipUnless(shutil.which("musl-gcc"), "musl-gcc is missing")
    def test_the_library_is_built_with_musl(self):
        result = self.make("lib", "musl-gcc")
        self.assertEqual(result.returncode, 0, result.stderr)

    @unittest.skipUnless(shutil.which(FOREIGN), f"{FOREIGN} is missing")
    def test_the_library_is_built_for_another_machine(self):
        result = self.make("lib", FOREIGN)
        self.assertEqual(result.returncode, 0, result.stderr)
        index = tree.run(FOREIGN.replace("gcc", "nm"), "--print-armap",
                         self.work / "build/libnoinherit.a").stdout
        self.assertIn("noinherit_create_socket", index)

    @unittest.skipUnless(shutil.which("musl-gcc"), "musl-gcc is missing")
    def test_a_shim_built_with_musl_serves_both_libraries(self):
        result = self.make("shim", "musl-gcc")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        shim = self.work / "build" / "libnoinherit-preload.so"
        said = {}
        for compiler in ("cc", "musl-gcc"):
            probe = self.work / f"probe-{compiler}"
            tree.run(compiler, "-D_GNU_SOURCE", "-O1",
                     "-I", tree.ROOT / "tests/toolkit",
                     "-I", tree.ROOT / "shim", "-o", probe,
                     tree.ROOT / "tests/helpers/probe.c")
            said[compiler] = tree.run("env", f"LD_PRELOAD={shim}", probe)
        self.assertIn("socket datagram", said["cc"].stdout)
        self.assertEqual(said["cc"].stdout, said["musl-gcc"].stdout)

    def test_what_is_missing_for_the_command_is_said_in_one_line(self):
        result = self.make(f"{self.work}/build/noinherit", self.compiler)
        self.assertNotEqual(result.returncode, 0)
        said = [line for line in result.stderr.splitlines()
                if not re.match(r"make.*(\*\*\*|directory)", line)]
        self.assertEqual(said, [
            "make: the command cannot be built without elfutils/libdw.h "
            "jansson.h (libdw-dev libelf-dev libjansson-dev); 'make lib' and "
            "'make shim' can"])


if __name__ == "__main__":
    tree.need("make", "cc")
    unittest.main()
