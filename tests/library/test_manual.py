#!/usr/bin/python3
"""The pages say what the header says, and man readers accept them."""

import functools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import tree

MAN = tree.ROOT / "shim/man"
HEADER = tree.ROOT / "include/noinherit.h"


def comments():
    """The comment of each function and struct, by name."""
    return dict(re.findall(r"/\*\*\n \* (noinherit_\w+) - (.*?)\*/",
                           HEADER.read_text(), flags=re.DOTALL))


def pages():
    return sorted(MAN.glob("*.3"))


def names_of(page):
    """The functions that a page names, as apropos would read them."""
    line = re.search(r"^\.SH NAME\n(.*) \\- \S", page.read_text(),
                     re.MULTILINE)[1]
    return line.split(", ")


class Manual(unittest.TestCase):
    def test_the_pages_are_made_from_this_header(self):
        with tempfile.TemporaryDirectory() as folder:
            tree.run(tree.ROOT / "scripts/manual", folder)
            made = sorted(pathlib.Path(folder).iterdir())
            self.assertEqual([page.name for page in made],
                             [page.name for page in pages()])
            for page in made:
                with self.subTest(page.name):
                    self.assertEqual((MAN / page.name).read_text(),
                                     page.read_text())

    def test_each_function_stands_on_one_page_and_is_named_there(self):
        self.assertGreater(len(pages()), 10)
        named = []
        for page in pages():
            names = names_of(page)
            with self.subTest(page.name):
                self.assertEqual(names[0], page.stem)
                self.assertEqual(
                    re.findall(r"^\.SS (noinherit_\w+)$", page.read_text(),
                               re.MULTILINE),
                    [name for name in names if name != "noinherit"])
            named += names
        self.assertEqual(sorted(named), sorted([*comments(), "noinherit"]))

    def test_each_page_stands_alone(self):
        """It says what to include and what holds in every call, and has
        references."""
        for page in pages():
            text = page.read_text()
            with self.subTest(page.name):
                self.assertIn("#include <noinherit.h>", text)
                self.assertIn("is never raised: \\-EPIPE is returned.", text)
                self.assertIn("\n.SH SEE ALSO\n", text)
                # A function without a reference is on the same page.
                for name in re.findall(r"(noinherit_\w+)\(\)\\fP", text):
                    self.assertIn(name, names_of(page))

    def test_no_reader_of_pages_complains(self):
        if not shutil.which("mandoc") and not shutil.which("groff"):
            self.skipTest("neither mandoc nor groff is installed")
        for words in (["mandoc", "-T", "lint", "-W", "warning"],
                      ["groff", "-man", "-Tutf8", "-z", "-ww"]):
            if not shutil.which(words[0]):
                continue
            for page in pages():
                result = subprocess.run([*words, page], text=True,
                                        capture_output=True)
                with self.subTest(words[0], page=page.name):
                    self.assertEqual(result.stdout + result.stderr, "")


class Reference(unittest.TestCase):
    """What each comment, or the paragraph before it, must contain."""

    def test_each_parameter_is_described(self):
        code = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
        for name, comment in comments().items():
            prototype = re.search(rf"\b{name}\((.*?)\);", code,
                                  re.DOTALL)[1]
            for parameter in re.findall(r"(\w+)(?:\[2\])?(?:,|$)", prototype):
                if parameter not in ("void", "data"):
                    self.assertIn(f" * @{parameter}: ", " * " + comment,
                                  f"{name}: {parameter}")

    def test_each_tells_its_result_its_python_and_its_safety(self):
        text = HEADER.read_text()
        data = text[text.index("---- sending and"):text.index("---- socket opt")]
        for name, comment in comments().items():
            with self.subTest(name):
                self.assertIn("Return: ", comment)
                if name != "noinherit_share_permit" and \
                        name != "noinherit_address":
                    self.assertIn("Python: ", comment)
                if f" * {name} - " not in data:
                    self.assertRegex(comment, "[Ss]ignal-safe")


@functools.cache
def cases_of(file):
    """The names of a test's cases; for a program, the calls that it makes."""
    path = tree.ROOT / "tests" / file
    if file.startswith("differential/"):
        return tree.run(sys.executable, path, "--names").stdout.splitlines()
    found = re.findall(r"^static void (\w+)\(void \*\*state|^    def (\w+)\(self|"
                      r"\b(noinherit_\w+)\(", path.read_text(), re.MULTILINE)
    return ["".join(groups) for groups in found]


class Sentences(unittest.TestCase):
    """The calls and tests that doc/python-sockets.md names exist."""

    ROWS = [line.split(" | ") for line in
            (tree.ROOT / "doc/python-sockets.md").read_text().splitlines()
            if line.startswith("| ") and "Python says" not in line]

    def test_each_call_is_one_of_the_header(self):
        for row in self.ROWS:
            for name in re.findall(r"`(noinherit_\w+)`", row[1]):
                self.assertIn(name, comments())

    def test_each_row_names_a_test_that_is_there(self):
        self.assertGreater(len(self.ROWS), 60)
        for row in self.ROWS:
            with self.subTest(row[0]):
                # What C lacks, and what belongs to other platforms.
                if row[1] != "none":
                    file, case = re.fullmatch(r'(\S+) "(.*)"', row[2]).groups()
                    self.assertIn(case, cases_of(file))

    def test_a_case_that_is_not_there_would_be_noticed(self):
        for file in ("unit/test_socket.c", "library/test_examples.py",
                     "differential/test_create.py"):
            self.assertNotIn("no such case", cases_of(file))


if __name__ == "__main__":
    unittest.main()
