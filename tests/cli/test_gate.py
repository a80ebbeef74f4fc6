#!/usr/bin/python3
"""--error-exitcode: fails for harmful findings, and succeeds only if
everything was recorded."""

import os
import shutil
import subprocess
import unittest

import command

PLANTED = os.path.join(command.BUILD, "tests", "helpers", "planted")
SPOTLESS = "x=$(echo y)\ntrue | cat\ncat <<E\nE\n"
LEAK = "exec 3</etc/passwd; /bin/true"


class GateTest(command.CommandTest):
    def gate(self, *arguments, **options):
        """The exit status of an audit, and its own messages."""
        result = self.noinherit("audit", "--error-exitcode=99",
                                "-o", self.path("report"), *arguments,
                                **options)
        lines = [line for line in result.stderr.split("\n")
                 if line.startswith("noinherit: ") and
                 "the report is in" not in line]
        return result.returncode, lines

    def assert_incomplete(self, result, *parts):
        status, lines = result
        self.assertEqual(status, 125, lines)
        self.assertIn("not everything was recorded", lines[-1])
        for part in parts:
            self.assertIn(part, lines[-1])

    def report(self):
        with open(self.path("report"), encoding="utf-8") as file:
            return file.read()


class Kinds(GateTest):
    def test_what_can_do_harm_counts(self):
        for name, status in (("leak_by_fork", 99), ("double_close", 99),
                             ("race_by_fcntl", 99), ("race_by_ioctl", 0),
                             ("wrong_flag", 0), ("unclosed_socket", 0),
                             ("inheritable_only", 0)):
            with self.subTest(name):
                self.assertEqual(self.gate(PLANTED, name)[0], status,
                                 self.report())

    def test_kinds_chooses_what_counts(self):
        for kinds, name, status in (("unclosed", "unclosed_socket", 99),
                                    ("wrong-flag", "wrong_flag", 99),
                                    ("race", "leak_by_fork", 0),
                                    ("race", "race_by_ioctl", 0)):
            with self.subTest(kinds=kinds, name=name):
                self.assertEqual(self.gate(f"--kinds={kinds}", PLANTED,
                                           name)[0], status, self.report())

    def test_a_script_without_leaks_passes(self):
        script = self.file("script", SPOTLESS)
        self.assertEqual(self.gate("dash", script), (0, []), self.report())

    def test_the_status_of_the_command_is_kept(self):
        self.assertEqual(self.gate("sh", "-c", "exit 3")[0], 3)


class Only(GateTest):
    """--only chooses findings by the code that has to change."""

    def setUp(self):
        super().setUp()
        self.mine = os.path.realpath(self.path("mine"))
        os.mkdir(self.mine)

    def only(self, *arguments, path=None, **options):
        return self.gate(f"--only={path or self.mine}", *arguments, **options)

    def test_a_module_below_it_counts_and_one_elsewhere_does_not(self):
        self.assertEqual(self.only(PLANTED, "leak_by_fork",
                                   path=os.path.dirname(PLANTED))[0], 99)
        shutil.copy("/bin/true", self.mine)
        words = ["sh", "-c", f"{PLANTED} leak_by_fork; {self.mine}/true"]
        self.assertEqual(self.only(*words), (0, []), self.report())
        self.assertRegex(self.report(), r"(?m)^Elsewhere: 1 leak\b")
        self.assertNotIn("LEAK", self.report())

    def test_it_may_be_repeated(self):
        self.assertEqual(self.only(f"--only={os.path.dirname(PLANTED)}",
                                   PLANTED, "leak_by_fork")[0], 99)

    def test_a_name_that_only_begins_so_is_elsewhere(self):
        folder = self.mine + "-not"
        os.mkdir(folder)
        shutil.copy(PLANTED, folder)
        shutil.copy("/bin/true", self.mine)
        words = ["sh", "-c",
                 f"{folder}/planted leak_by_fork; {self.mine}/true"]
        self.assertEqual(self.only(*words), (0, []), self.report())

    def test_a_script_below_it_counts(self):
        for shell in ("sh", "bash"):
            script = self.file("mine/script", f"#!/bin/{shell}\n{LEAK}\n")
            for words, folder in (([script], "/"), ([shell, script], "/"),
                                  ([shell, "-e", "script"], self.mine),
                                  (["./script"], self.mine),
                                  (["../mine/script"], self.mine)):
                with self.subTest(words):
                    self.assertEqual(self.only(*words, cwd=folder)[0], 99,
                                     self.report())

    def test_a_script_elsewhere_does_not(self):
        script = self.file("other/script", LEAK + "\n")
        mine = self.file("mine/script", f"sh {script}\n")
        self.assertEqual(self.only("sh", mine), (0, []), self.report())

    def test_what_a_shell_does_to_itself_is_not_the_script_s(self):
        """bash closes the pipes of a pipeline twice."""
        script = self.file("mine/script", SPOTLESS)
        self.assertEqual(self.only("bash", script), (0, []), self.report())

    def test_a_python_script_counts(self):
        script = self.file("mine/script.py", """
import fcntl, os
fcntl.fcntl(os.open("/etc/passwd", os.O_RDONLY), fcntl.F_DUPFD, 10)
os.system("true")
""")
        self.assertEqual(self.only("python3", script, cwd="/")[0], 99,
                         self.report())
        self.assertEqual(self.only("python3", "-m", "script",
                                   cwd=self.mine)[0], 99, self.report())

    def test_if_nothing_ran_below_the_path_it_is_incomplete(self):
        self.assert_incomplete(self.only("true"), "--only", self.mine)

    def test_a_path_that_is_not_there_is_refused(self):
        result = self.noinherit("audit", "--only=nowhere", "true")
        self.assert_refused(result, 125, "--only", "nowhere",
                            "No such file or directory")


class Incomplete(GateTest):
    def test_a_directory_without_a_recording(self):
        empty = self.path("empty")
        os.mkdir(empty)
        result = self.noinherit("report", "--error-exitcode=99", empty)
        self.assert_refused(result, 125, "no trace in")

    def test_garbage(self):
        self.file("rec/1.2.trace", b"\xff" * 5000)
        result = self.noinherit("report", "--error-exitcode=99",
                                self.path("rec"))
        self.assertEqual(result.returncode, 125, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn("not everything was recorded", result.stderr)

    def test_a_program_that_cannot_be_reached(self):
        if not os.path.exists("/sbin/ldconfig"):
            self.skipTest("no static program here")
        self.assert_incomplete(self.gate("/sbin/ldconfig", "--version"))
        static = self.path("static")
        self.file("static.c", b'int system(const char *);\n'
                  b'int main(void) { return system("true"); }\n')
        subprocess.run(["cc", "-static", "-o", static, self.path("static.c")],
                       check=True)
        # It starts a program that is recorded, and is not recorded itself.
        self.assert_incomplete(self.gate(static), "left no trace")
        self.assert_incomplete(
            self.gate("sh", "-c", "/sbin/ldconfig --version; true"),
            "/sbin/ldconfig")

    def test_nothing_could_be_written(self):
        result = subprocess.run(
            ["bash", "-c", 'ulimit -f 10; "$@"', "-", command.NOINHERIT,
             "audit", "--error-exitcode=99", "-o", "/dev/null", "sh", "-c",
             LEAK], env=self.environment, capture_output=True, text=True,
            check=False, timeout=300)
        self.assertEqual(result.returncode, 125, result.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to mount")
    def test_a_temporary_directory_without_room(self):
        mount = 'mount -t tmpfs -o size="$1" x "$TMPDIR" && shift && exec "$@"'
        loop = "for i in $(seq 400); do /bin/true; done"
        self.environment["TMPDIR"] = self.path("tmp")
        os.mkdir(self.path("tmp"))
        for size, script in (("4k", "true; true"), ("2m", loop)):
            with self.subTest(size):
                result = subprocess.run(
                    ["unshare", "-m", "sh", "-c", mount, "-", size,
                     command.NOINHERIT, "audit", "-q",
                     "--error-exitcode=99", "-o",
                     self.path("report"), "sh", "-c", script],
                    env=self.environment, capture_output=True, text=True,
                    check=False, timeout=300)
                if "unshare" in result.stderr or "mount:" in result.stderr:
                    self.skipTest(result.stderr)
                self.assertEqual(result.returncode, 125, result.stderr)
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertIn("noinherit: audit: ", result.stderr)


if __name__ == "__main__":
    command.main()
