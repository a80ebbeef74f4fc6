#!/usr/bin/python3
"""The ABI that a program was built against stays: functions, structs,
constants.

scripts/abi compares this library with earlier ones; here it must find breaks
that are made on purpose. Programs are also run with a library whose structs of
options are larger, and with one whose are smaller.
"""

import errno
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import tree

# The comparison does not depend on the optimisation, so use none.
QUICK = dict(os.environ, CFLAGS="-O0 -g")
HEADER = (tree.ROOT / "include/noinherit.h").read_text()

# A change to the header and the sources, and what the comparison must name.
BREAKS = {
    "a struct without size grows": (
        "noinherit_socket", [("	uint64_t reserved[3];\n};",
                              "	uint64_t reserved[5];\n};")]),
    "a member changes its type": (
        "backlog", [("	const int *backlog;\n", "	const long *backlog;\n"),
                    ("backlog = plan->options.backlog;",
                     "backlog = (const void *)plan->options.backlog;")]),
    "a function takes more": (
        "noinherit_getblocking", [
            ("int noinherit_getblocking(const struct noinherit_socket *s);",
             "int noinherit_getblocking(const struct noinherit_socket *s, "
             "int why);"),
            ("int noinherit_getblocking(const struct noinherit_socket *s)\n{",
             "int noinherit_getblocking(const struct noinherit_socket *s, "
             "int why)\n{\n	(void)why;")]),
    "a function is gone": (
        "noinherit_port", [("	noinherit_port;\n", "")]),
    "a constant has another value": (
        "NOINHERIT_DUALSTACK_IPV6 2u", [
            ("#define NOINHERIT_DUALSTACK_IPV6 2u",
             "#define NOINHERIT_DUALSTACK_IPV6 4u")]),
    "a constant is gone": (
        "NOINHERIT_BACKLOG 128", [
            ("NOINHERIT_BACKLOG", "NOINHERIT_QUEUE")]),
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

    def copy(self, name, *changes):
        """Builds this tree's library from changed sources."""
        copy = self.work / name.replace(" ", "-")
        for part in ("include", "shim/lib", "shim/common", "scripts",
                     "tests/library/abi"):
            shutil.copytree(tree.ROOT / part, copy / part)
        shutil.copy(tree.ROOT / "Makefile", copy)
        self.change(copy, *changes)
        return copy

    def change(self, copy, *changes):
        for old, new in changes:
            found = 0
            for path in [copy / "include/noinherit.h",
                         *(copy / "shim/lib").iterdir()]:
                text = path.read_text()
                found += old in text
                path.write_text(text.replace(old, new))
            self.assertTrue(found, old)

    def library(self, name, *changes):
        copy = self.copy(name, *changes)
        self.make(copy)
        return copy

    def make(self, copy):
        tree.run("make", "-s", "-j2", "-C", copy, "BUILD=build", "lib",
                 env=QUICK)

    def abi(self, copy):
        return subprocess.run([copy / "scripts/abi"], text=True,
                              capture_output=True,
                              env=dict(QUICK, BUILD="build"))

    @unittest.skipUnless(shutil.which("abidiff"), "abidiff is not installed")
    def test_a_break_is_found(self):
        result = self.abi(self.library("same"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for name, (names, changes) in BREAKS.items():
            with self.subTest(name):
                result = self.abi(self.library(name, *changes))
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertIn(names, result.stdout)
                self.assertIn("built against 1.0 would break", result.stderr)

    @unittest.skipUnless(shutil.which("abidiff") and shutil.which("git"),
                         "abidiff or git is not installed")
    def test_the_last_version_counts_with_what_it_added(self):
        """A break of what the latest tagged version added to 1.0 is found."""
        added = ("int noinherit_version(void);", "int noinherit_version(void);"
                 "\nint noinherit_later(void);\n#define NOINHERIT_LATER 5")
        copy = self.copy("tagged", added, (
            "int noinherit_version(void)\n{", "int noinherit_later(void)\n{\n"
            "	return 7;\n}\n\nint noinherit_version(void)\n{"),
            ("	noinherit_version;\n", "	noinherit_version;\n"
             "	noinherit_later;\n"))
        with (copy / ".gitignore").open("w") as ignored:
            ignored.write("build\n")
        self.git(copy, "init", "-q")
        self.commit(copy)
        self.git(copy, "tag", "v1.1.0")

        # At the tag itself there is no earlier version.
        self.make(copy)
        result = self.abi(copy)
        self.assertEqual((result.returncode, result.stdout.splitlines()[-1:]),
                         (0, ["no break since 1.0"]), result.stderr)
        self.change(copy, ("#define NOINHERIT_LATER 5",
                           "#define NOINHERIT_LATER 5\n"))
        self.commit(copy)
        self.assertEqual(self.abi(copy).stdout.splitlines()[-1:],
                         ["no break since 1.0 and v1.1.0"])

        self.change(copy, ("	noinherit_later;\n", ""),
                    ("#define NOINHERIT_LATER 5", "#define NOINHERIT_LATER 6"))
        self.commit(copy)
        self.make(copy)
        result = self.abi(copy)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("noinherit_later", result.stdout)
        self.assertIn("NOINHERIT_LATER 5", result.stdout)
        self.assertIn("built against v1.1.0 would break", result.stderr)

    def git(self, copy, *words):
        tree.run("git", "-C", copy, "-c", "user.name=a", "-c",
                 "user.email=a@example.org", *words)

    def commit(self, copy):
        self.git(copy, "add", "-A")
        self.git(copy, "commit", "-q", "-m", "a change")

    def run_with(self, built, running, value=""):
        """Runs a program built against one tree with the library of another."""
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
        """By its size member, or by reserved members."""
        for name, body in re.findall(r"^struct (noinherit_\w+) \{\n(.*?)^};",
                                     HEADER, re.MULTILINE | re.DOTALL):
            if name in ("noinherit_interrupt", "noinherit_shared"):
                continue    # always a pair; opaque bytes
            self.assertRegex(body, r"^\tsize_t size;|reserved\[\d\]", name)

    def test_there_are_no_bit_fields(self):
        code = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.DOTALL)
        self.assertEqual(re.findall(r"\w+\s*:\s*\d+\s*[,;]", code), [])


if __name__ == "__main__":
    tree.need("make", "cc")
    unittest.main()
