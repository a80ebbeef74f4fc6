#!/usr/bin/python3
"""tests/run accepts no test that ran no case, and says what is wrong where it
finds nothing to run: a suite of a few scripts and programs, in a separate
tree."""

import os
import shutil
import subprocess
import unittest

import live
import toolkit

RUN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../run")

PYTHON = """#!/usr/bin/python3
import unittest
class Case(unittest.TestCase):
    %s
unittest.main()
"""
CLASSES = """#!/usr/bin/python3
import sys
import unittest
sys.path.insert(0, %r)
import toolkit
class Skips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("no moon")
    def test_one(self): pass
%s
toolkit.main()
"""
TOOLKIT = os.path.dirname(os.path.realpath(toolkit.__file__))
AND_ANOTHER = """class Passes(unittest.TestCase):
    def test_one(self): pass"""
PASSES = "def test_one(self): pass"
SKIPS = "def test_one(self): self.skipTest('no moon')"

CMOCKA = """
    #include <setjmp.h>
    #include <stdarg.h>
    #include <stddef.h>
    #include <stdint.h>
    #include <cmocka.h>
    static void passes(void **state) { (void)state; }
    static void skips(void **state) { (void)state; skip(); }
    int main(void)
    {
        const struct CMUnitTest tests[] = { %s };
        (void)passes, (void)skips;
        return _cmocka_run_group_tests("x", tests, %d, NULL, NULL);
    }"""


class Runner(live.LiveTest):

    def setUp(self):
        super().setUp()
        self.file("tests/run")
        shutil.copy(RUN, self.path("tests/run"))
        os.makedirs(self.path("build/tests/some"))

    def run_suites(self, *suites, tests="*"):
        return subprocess.run([self.path("tests/run"), *suites], text=True,
                              capture_output=True, check=False,
                              env=dict(self.environment,
                                       BUILD=self.path("build"),
                                       TESTS=tests))

    def run_suite(self):
        result = self.run_suites("some")
        return result.returncode, result.stdout

    def test_python_files(self):
        self.file("tests/some/test_passes.py", PYTHON % PASSES)
        self.assertEqual(self.run_suite()[0], 0)
        self.file("tests/some/test_skips.py", PYTHON % SKIPS)
        status, said = self.run_suite()
        self.assertIn("SKIPPED some/test_skips.py", said)
        self.assertIn("1 passed, 0 failed, 1 skipped", said)
        self.assertEqual(status, 0)
        self.file("tests/some/test_empty.py", PYTHON % "pass")
        status, said = self.run_suite()
        self.assertIn("FAILED  some/test_empty.py", said)
        self.assertEqual(status, 1)

    def test_classes_that_skip_themselves(self):
        self.file("tests/some/test_skips.py", CLASSES % (TOOLKIT, ""))
        self.file("tests/some/test_both.py", CLASSES % (TOOLKIT, AND_ANOTHER))
        said = self.run_suite()[1]
        self.assertIn("SKIPPED some/test_skips.py: skipped case: all of Skips:"
                      " no moon", said)
        self.assertIn("ok      some/test_both.py", said)

    def test_cmocka_programs(self):
        for name, rows, count in (
                ("test_passes", "cmocka_unit_test(passes), "
                 "cmocka_unit_test(skips)", 2),
                ("test_skips", "cmocka_unit_test(skips)", 1),
                ("test_empty", "cmocka_unit_test(passes)", 0)):
            self.file(f"tests/some/{name}.c", "")
            program = self.compile(name, CMOCKA % (rows, count), "-lcmocka")
            shutil.move(program, self.path("build/tests/some"))
        status, said = self.run_suite()
        self.assertIn("ok      some/test_passes", said)
        self.assertIn("SKIPPED some/test_skips", said)
        self.assertIn("FAILED  some/test_empty", said)
        self.assertIn("ran no case", said)
        self.assertIn("1 passed, 1 failed, 1 skipped", said)
        self.assertEqual(status, 1)

    def test_a_script_need_not_name_its_cases(self):
        self.file("tests/some/test_says_nothing.sh", "#!/bin/sh\nexit 0\n")
        self.assertEqual(self.run_suite()[0], 0)

    def test_nothing_to_run(self):
        self.file("tests/some/test_fails.sh", "#!/bin/sh\nexit 1\n")
        self.file("tests/other/test_fails.sh", "#!/bin/sh\nexit 1\n")
        for suites, tests, said in (
                ([], "*", "name one or more suites: other some"),
                (["some", "many"], "*", 'there is no suite "many"; choose '
                 "from: other some"),
                (["some"], "test_fail", "no test of some matches "
                 "TESTS='test_fail'")):
            result = self.run_suites(*suites, tests=tests)
            self.assertEqual(result.returncode, 125)
            self.assertIn("tests/run: " + said, result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1)
            self.assertNotIn("FAILED", result.stdout)
        self.file("tests/other/test_passes.sh", "#!/bin/sh\nexit 0\n")
        result = self.run_suites("some", "other", tests="test_p*")
        self.assertEqual((result.returncode, result.stderr), (0, ""))


if __name__ == "__main__":
    live.main()
