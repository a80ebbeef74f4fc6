#!/usr/bin/python3
"""The page is what the header says, and a man program reads it."""

import re
import shutil
import subprocess
import unittest

import tree

PAGE = tree.ROOT / "shim/man/noinherit.3"
HEADER = tree.ROOT / "include/noinherit.h"


def comments():
    """The comment of each function and struct, by name."""
    return dict(re.findall(r"/\*\*\n \* (noinherit_\w+) - (.*?)\*/",
                           HEADER.read_text(), flags=re.DOTALL))


class Manual(unittest.TestCase):
    def test_the_page_is_made_from_this_header(self):
        self.assertEqual(tree.run(tree.ROOT / "scripts/manual").stdout,
                         PAGE.read_text())

    def test_each_function_has_a_section(self):
        sections = re.findall(r"^\.SS (\w+)$", PAGE.read_text(), re.MULTILINE)
        self.assertEqual(sections, list(comments()))
        self.assertGreater(len(sections), 40)

    def test_no_reader_of_pages_complains(self):
        if not shutil.which("mandoc") and not shutil.which("groff"):
            self.skipTest("neither mandoc nor groff is installed")
        for words in (["mandoc", "-T", "lint", "-W", "warning"],
                      ["groff", "-man", "-Tutf8", "-z", "-ww"]):
            if not shutil.which(words[0]):
                continue
            result = subprocess.run([*words, PAGE], text=True,
                                    capture_output=True)
            with self.subTest(words[0]):
                self.assertEqual(result.stdout + result.stderr, "")


class Reference(unittest.TestCase):
    """What each comment must tell, or the paragraph before it."""

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
        data = text[text.index("---- data"):text.index("---- the inheritable")]
        for name, comment in comments().items():
            with self.subTest(name):
                self.assertIn("Return: ", comment)
                if name != "noinherit_share_permit" and \
                        name != "noinherit_address":
                    self.assertIn("Python: ", comment)
                if f" * {name} - " not in data:
                    self.assertRegex(comment, "[Ss]ignal-safe")


class Sentences(unittest.TestCase):
    """doc/python-sockets.md names calls and tests that are there."""

    ROWS = [line.split(" | ") for line in
            (tree.ROOT / "doc/python-sockets.md").read_text().splitlines()
            if line.startswith("| ") and "Python says" not in line]

    def test_each_call_is_one_of_the_header(self):
        for row in self.ROWS:
            for name in re.findall(r"`(noinherit_\w+)`", row[1]):
                self.assertIn(name, comments())

    def test_each_row_names_a_test_that_is_there(self):
        self.assertGreater(len(self.ROWS), 50)
        for row in self.ROWS:
            with self.subTest(row[0]):
                # Audit events are what C has not.
                if row[1] != "none":
                    self.assertTrue((tree.ROOT / "tests" / row[2]).is_file(),
                                    row)


if __name__ == "__main__":
    unittest.main()
