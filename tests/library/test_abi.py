#!/usr/bin/python3
"""What a program was built against stays as it was: functions, structs, flags.

scripts/abi compares this library with the earlier one; here it has to find a
break that is made on purpose. And programs run with a library whose structs of
options are larger, and with one whose are smaller."""

import errno
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import tree

HEADER = (tree.ROOT / "include/noinherit.h").read_text()

BREAKS = {
    "a member in between": ("	int fd, family, type, proto;\n",
                            "	int fd, family, type, proto, more[2];\n"),
    "another type": ("	const int *backlog;\n", "	const long *backlog;\n"),
    "a parameter more": ("int noinherit_getblocking(const struct "
                         "noinherit_socket *s);",
                         "int noinherit_getblocking(const struct "
                         "noinherit_socket *s, int why);"),
}

PROGRAM = """
#include <noinherit.h>
int main(void)
{
	int backlog = 5;
	struct noinherit_server_options options[2] = {
		{ .size = sizeof(options[0]), .backlog = &backlog SET },
		/* What follows is not to be read. */
		{ .size = (size_t)-1, .family = -77, .flags = -1u },
	};
	struct noinherit_socket s;
	int r = noinherit_create_server(&s, "127.0.0.1", "0", options);

	return r ? -r : noinherit_close(&s);
}
"""
LAST = "	char *message;\n	size_t message_size;\n};"


class Copy(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="noinherit-abi-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)

    def library(self, name, *changes):
        """The library of this tree with other text in its sources."""
        copy = self.work / name
        for part in ("include", "shim/lib", "shim/common"):
            shutil.copytree(tree.ROOT / part, copy / part)
        shutil.copy(tree.ROOT / "Makefile", copy)
        for old, new in changes:
            found = 0
            for path in [copy / "include/noinherit.h",
                         *(copy / "shim/lib").glob("*.c")]:
                text = path.read_text()
                found += old in text
                path.write_text(text.replace(old, new))
            self.assertTrue(found, old)
        tree.run("make", "-s", "-j2", "-C", copy, "BUILD=build", "lib")
        return copy

    def abi(self, copy):
        return subprocess.run(
            [tree.ROOT / "scripts/abi", copy / "build/libnoinherit.so.1"],
            text=True, capture_output=True)

    @unittest.skipUnless(shutil.which("abidiff"), "abidiff is not installed")
    def test_a_break_is_found(self):
        result = self.abi(self.library("same"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for name, (old, new) in BREAKS.items():
            changes = [(old, new)]
            if "why" in new:
                changes = [(old, new), (
                    "int noinherit_getblocking(const struct noinherit_socket "
                    "*s)\n{", "int noinherit_getblocking(const struct "
                    "noinherit_socket *s, int why)\n{\n	(void)why;")]
            with self.subTest(name):
                result = self.abi(self.library(name.replace(" ", "-"),
                                               *changes))
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertIn("would break", result.stderr)

    def run_with(self, built, running, value=""):
        """A program built against one tree, with the library of another."""
        source = self.work / "program.c"
        source.write_text(PROGRAM.replace("SET", value))
        tree.run("cc", f"-I{built}/include", source, "-o",
                 self.work / "program", f"-L{built}/build", "-lnoinherit")
        return subprocess.run(
            [self.work / "program"],
            env={"LD_LIBRARY_PATH": f"{running}/build"}).returncode

    def test_structs_of_other_sizes_are_understood_both_ways(self):
        today = self.library("today")
        later = self.library("later", (LAST, LAST[:-2] +
                                       "	const char *later;\n};"))
        self.assertEqual(self.run_with(today, later), 0)
        self.assertEqual(self.run_with(later, today), 0)
        self.assertEqual(self.run_with(later, today, ', .later = "set"'),
                         errno.E2BIG)
        # A flag that only the later library knows.
        self.assertEqual(self.run_with(today, today, ", .flags = 4"),
                         errno.EINVAL)


class Room(unittest.TestCase):
    def test_every_struct_can_grow(self):
        """By its size, or by room that is kept."""
        for name, body in re.findall(r"^struct (noinherit_\w+) \{\n(.*?)^};",
                                     HEADER, re.MULTILINE | re.DOTALL):
            if name in ("noinherit_interrupt", "noinherit_shared"):
                continue    # a pair for good; opaque bytes
            self.assertRegex(body, r"^\tsize_t size;|reserved\[\d\]", name)

    def test_there_are_no_bit_fields(self):
        code = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.DOTALL)
        self.assertEqual(re.findall(r"\w+\s*:\s*\d+\s*[,;]", code), [])


if __name__ == "__main__":
    tree.need("make", "cc")
    unittest.main()
