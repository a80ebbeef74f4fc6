#!/usr/bin/python3
"""What is known stays known when the source code moves, and nothing else
becomes known."""

import json
import os
import subprocess

import command

ONE_FUNCTION = """
int main(void)
{
	open("/etc/passwd", O_RDONLY);
	open("/etc/group", O_RDONLY | SECOND);
	return system("true");
}
"""
TWO_FUNCTIONS = """
static __attribute__((noinline)) int f(void)
{
	return open("/etc/passwd", O_RDONLY);
}
static __attribute__((noinline)) int g(void)
{
	return open("/etc/group", O_RDONLY | SECOND);
}
int main(void)
{
	f();
	g();
	return system("true");
}
"""
SOCKETS = """
#include <sys/socket.h>
static __attribute__((noinline)) int f(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}
static __attribute__((noinline)) int g(void)
{
	return socket(AF_UNIX, SOCK_STREAM | (SECOND ? SOCK_CLOEXEC : 0), 0);
}
int main(void)
{
	f();
	g();
	return system("true");
}
"""
HEAD = "#include <fcntl.h>\n#include <stdlib.h>\n"
MOVED = HEAD + "static const char more[] = \"more\";\n" + "\n" * 20 + \
    "extern int never(void);\nint never(void) { return more[0]; }\n"
NAMES, NONE = ["-g"], ["-s"]


class KnownTest(command.CommandTest):
    def build(self, body, *flags, head=HEAD, second=True):
        """Builds ./program, which leaks once, or twice if second is true."""
        source = self.file("program.c", head + body)
        subprocess.run(["cc", "-O1", "-w", *flags, "-o", self.path("program"),
                        "-DSECOND=" + ("0" if second else "O_CLOEXEC"),
                        source], check=True, timeout=120)

    def audit(self, *options):
        return self.noinherit("audit", "--kinds=leak", "--error-exitcode=99",
                              *options, "--", "./program", cwd=self.folder)

    def audit_json(self, *options):
        self.audit("--format=json", "-o", "report.json", *options)
        with open(self.path("report.json"), encoding="utf-8") as file:
            return json.load(file)["findings"]


class Baseline(KnownTest):
    def setUp(self):
        super().setUp()
        self.baseline = "--baseline=" + self.path("known.json")

    def remember(self):
        self.audit("--format=json", "-o", "known.json")

    def test_a_second_leak_is_new(self):
        for body in (ONE_FUNCTION, TWO_FUNCTIONS, SOCKETS):
            for flags in (NAMES, NONE):
                with self.subTest(body=body, flags=flags):
                    self.build(body, *flags, second=False)
                    self.remember()
                    self.assertEqual(self.audit(self.baseline).returncode, 0)
                    self.build(body, *flags)
                    result = self.audit(self.baseline)
                    self.assertEqual(result.returncode, 99, result.stderr)
                    self.assertIn("SUMMARY: 1 leak in", result.stderr)
                    self.assertIn("Suppressed: 1 leak\n", result.stderr)
                    if body != SOCKETS:
                        self.assertRegex(result.stderr, "LEAK +file /etc/group")

    def test_lines_that_are_added_above_change_nothing(self):
        for body in (ONE_FUNCTION, TWO_FUNCTIONS, SOCKETS):
            for flags in (NAMES, NONE):
                with self.subTest(body=body, flags=flags):
                    self.build(body, *flags)
                    self.remember()
                    self.build(body, *flags, head=MOVED)
                    result = self.audit(self.baseline)
                    self.assertEqual(result.returncode, 0, result.stderr)

    def test_one_that_takes_the_place_of_another_is_new(self):
        swapped = TWO_FUNCTIONS.replace("passwd", "profile")
        self.build(TWO_FUNCTIONS, *NONE, second=False)
        self.remember()
        self.build(swapped, *NONE, second=False)
        self.assertEqual(self.audit(self.baseline).returncode, 99)

    def test_a_baseline_without_places_still_reads(self):
        self.build(ONE_FUNCTION, *NAMES, second=False)
        self.remember()
        with open(self.path("known.json"), encoding="utf-8") as file:
            report = json.load(file)
        for finding in report["findings"]:
            del finding["place"]
        self.file("known.json", json.dumps(report))
        self.assertEqual(self.audit(self.baseline).returncode, 0)
        self.build(ONE_FUNCTION, *NAMES)
        self.assertEqual(self.audit(self.baseline).returncode, 99)


class Sarif(KnownTest):
    def test_places_that_differ_have_fingerprints_that_differ(self):
        for body in (ONE_FUNCTION, TWO_FUNCTIONS):
            for flags in (NAMES, NONE):
                found = set()
                for head in (HEAD, MOVED):
                    self.build(body, *flags, head=head)
                    self.audit("--format=sarif", "-o", "report.sarif")
                    with open(self.path("report.sarif"),
                              encoding="utf-8") as file:
                        results = json.load(file)["runs"][0]["results"]
                    self.assertEqual(len(results), 2)
                    found |= {result["partialFingerprints"]["noinherit/1"]
                              for result in results}
                self.assertEqual(len(found), 2, found)


class Suppressions(KnownTest):
    def generate(self):
        self.audit("--gen-suppressions", "-o", "rules")
        with open(self.path("rules"), encoding="utf-8") as file:
            return file.read()

    def test_generated_rules_fit_the_program_as_it_is_built_next(self):
        for body in (ONE_FUNCTION, TWO_FUNCTIONS, SOCKETS):
            self.build(body, *NAMES)
            self.generate()
            self.build(body, *NAMES, head=MOVED)
            result = self.audit("--suppressions=rules")
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_they_name_what_was_open(self):
        self.build(ONE_FUNCTION, *NAMES, second=False)
        self.assertIn("   what:file /etc/passwd\n", self.generate())
        self.build(ONE_FUNCTION, *NAMES)
        result = self.audit("--suppressions=rules")
        self.assertEqual(result.returncode, 99)
        self.assertIn("SUMMARY: 1 leak in", result.stderr)

    def test_without_names_they_fit_one_place_only(self):
        self.build(SOCKETS, *NONE, second=False)
        self.assertRegex(self.generate(), r"obj:\*/program\+0x[0-9a-f]+\n")
        self.assertEqual(self.audit("--suppressions=rules").returncode, 0)
        self.build(SOCKETS, *NONE)
        result = self.audit("--suppressions=rules")
        self.assertEqual(result.returncode, 99)

    def test_numbers_of_one_run_are_no_part_of_them(self):
        """The path of the file contains the pid."""
        self.build("""
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	char path[99];
	sprintf(path, "/proc/%d/stat", getpid());
	open(path, O_RDONLY);
	return system("true");
}""", *NAMES)
        self.assertIn("what:file /proc/*/stat\n", self.generate())
        self.assertEqual(self.audit("--suppressions=rules").returncode, 0)


class Endless(KnownTest):
    def test_input_without_an_end_is_refused_in_one_line(self):
        huge = self.file("huge")
        os.truncate(huge, 1 << 40)
        for path in ("/dev/zero", huge):
            for option in ("--suppressions", "--baseline"):
                with self.subTest(option=option, path=path):
                    result = self.noinherit("audit", f"{option}={path}",
                                            "touch", self.path("mark"))
                    self.assert_refused(result, 125, path, "64 MiB")
        self.assertFalse(os.path.exists(self.path("mark")))

    def test_a_recording_that_is_no_directory(self):
        result = self.noinherit("report", "/dev/zero")
        self.assert_refused(result, 125, "/dev/zero", "Not a directory")

    def test_a_trace_as_large_as_a_disk_is_read_as_far_as_one_can_be(self):
        self.file("recording/1.1.trace")
        os.truncate(self.path("recording/1.1.trace"), 1 << 40)
        result = self.noinherit("report", self.path("recording"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Incomplete: 1 files that are not traces", result.stdout)


if __name__ == "__main__":
    command.main()
