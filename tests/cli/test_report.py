#!/usr/bin/python3
"""noinherit report: the text report, and the effect of the options."""

import os
import re
import subprocess

import command
from command import NOINHERIT
from recording import RecordingTest


class Text(RecordingTest):
    def test_a_leak_says_who_created_it_who_got_it_and_what_to_change(self):
        text = self.report()
        block = text[text.index("LEAK  tcp LISTEN"):].split("\n\n")[0]
        lines = iter(block.split("\n"))
        for pattern in (
                r"LEAK  tcp LISTEN 127\.0\.0\.1:8080 of server leaked into sh, cat, 2 times  \[CWE-403\]",
                r"  created by socket in server \(pid 100\) as fd 4",
                r"    #0  open_listener  tests/helpers/sample_traces\.c:\d+",
                r"    #1  finish         tests/helpers/sample_traces\.c:\d+",
                r"  handed over by execve",
                r"    #0  start_helper  tests/helpers/sample_traces\.c:\d+",
                r"    #1  finish        tests/helpers/sample_traces\.c:\d+",
                r"  received by /bin/sh \(pid 101\) as fd 4: sh -c 'cat; true'",
                r"  handed on by sh to /bin/cat \(pid 102\) as fd 4: cat",
                r"  fix: SOCK_CLOEXEC at tests/helpers/sample_traces\.c:\d+"):
            self.assertRegex(next(lines), "^" + pattern + "$")
        self.assertEqual(list(lines), [])

    def test_what_one_fix_mends_is_told_once(self):
        text = self.report()
        block = text[text.index("LEAK  file"):].split("\n\n")[0]
        self.assertEqual(block.count("created by open"), 1)
        self.assertRegex(block, r"""  fix: O_CLOEXEC at \S+:\d+
  the same fix applies to:
    file /var/log/\w+\.log leaked into sh, cat, 2 times, by way of \S+:\d+$""")

    def test_each_other_kind_says_what_to_change(self):
        text = self.report()
        for pattern in (
                r"RACE  tcp of server: marked close-on-exec too late, 2 times",
                r"  note: inheritable for up to 12\.3 us \(half of them less than 4 us\); 1 of 2 times the process had a second thread",
                r"  fix: accept4 with SOCK_CLOEXEC instead of accept at \S+:\d+, not by the fcntl at \S+:\d+",
                r"DOUBLE-CLOSE  file of server: closed twice",
                r"  closed by close",
                r"  closed again by close",
                r"  fix: close it once: at \S+:\d+ or at \S+:\d+",
                r"WRONG-FLAG  ",
                r"  note: fcntl\(fd, F_SETFD, O_CLOEXEC\) sets nothing: F_SETFD knows FD_CLOEXEC only",
                r"  fix: fcntl\(fd, F_SETFD, FD_CLOEXEC\) at \S+:\d+",
                r"UNCLOSED  ",
                r"  note: unclosed <socket fd=9, family=AF_INET, type=SOCK_STREAM, proto=0, laddr=\('127\.0\.0\.1', 8080\)>; 2 others from this stack were closed at \S+:\d+"):
            self.assertRegex(text, "(?m)^" + pattern)

    def test_the_worst_comes_first_and_the_summary_last(self):
        text = self.report("--kinds=all")
        kinds = re.findall(r"(?m)^([A-Z-]+)  \S", text)
        self.assertEqual(kinds, ["LEAK", "LEAK", "DOUBLE-CLOSE", "RACE",
                                 "WRONG-FLAG", "UNCLOSED", "ARRIVED",
                                 "PASSED"])
        self.assertEqual(text.strip().split("\n")[-1],
                         "SUMMARY: 6 leaks, 1 double-close, 1 race, "
                         "1 wrong-flag, 1 unclosed, 1 arrived, 1 passed in "
                         "4 processes; 6 places to change")

    def test_what_is_not_in_the_report_is_said(self):
        text = self.report()
        self.assertIn("Not followed: /usr/bin/helper: its environment lacked "
                      "the recorder\n", text)
        self.assertIn("Incomplete: 2 stacks for which a trace had no room\n",
                      text)
        self.assertIn("Not shown: 1 arrived, 1 passed (--kinds=all shows "
                      "them)\n", text)

    def test_foreign_bytes_do_not_reach_the_terminal(self):
        text = self.report()
        self.assertNotIn("\033", text)
        self.assertIn(r"\x1b[31m</script><b>", text)
        self.assertIn(r"\n\xff", text)

    def on_a_terminal(self, **environment):
        self.environment.update(environment)
        script = ["script", "-qec", f"{NOINHERIT} report {self.recording}",
                  "/dev/null"]
        return subprocess.run(script, env=self.environment, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              check=True).stdout

    def test_colour_is_for_terminals_only(self):
        self.assertIn(b"\033[1;31mLEAK", self.on_a_terminal(TERM="xterm"))
        self.assertNotIn(b"\033", self.on_a_terminal(TERM="dumb"))
        self.assertNotIn(b"\033", self.on_a_terminal(TERM="xterm",
                                                     NO_COLOR="1"))

    def test_a_report_of_nothing_says_so(self):
        text = self.report("--kinds=inheritable")
        self.assertEqual(text.strip().split("\n")[-1],
                         "SUMMARY: nothing found in 4 processes")


class Options(RecordingTest):
    def kinds(self, *options):
        return {finding["kind"] for finding in self.json(*options)["findings"]}

    def test_kinds_chooses_findings(self):
        default = {"leak", "double-close", "race", "wrong-flag", "unclosed"}
        self.assertEqual(self.kinds(), default)
        self.assertEqual(self.kinds("--kinds=all"),
                         default | {"arrived", "passed"})
        self.assertEqual(self.kinds("--kinds=leak,race"), {"leak", "race"})
        self.assertEqual(self.kinds("--kinds=-race"), default - {"race"})
        self.assertEqual(self.kinds("--kinds=default,passed"),
                         default | {"passed"})

    def test_the_exit_status_is_for_what_is_left(self):
        whole = self.record(whole=True)
        self.report(status=0)
        self.report("--error-exitcode=9", status=9)
        self.report("--error-exitcode=9", "--kinds=inheritable", status=0,
                    recording=whole)
        rules = self.file("rules", "*:*\n")
        self.report("--error-exitcode=9", f"--suppressions={rules}", status=0,
                    recording=whole)

    def test_the_output_goes_where_it_should(self):
        path = self.path("report.txt")
        self.assertEqual(self.report("-o", path), "")
        with open(path, encoding="utf-8") as file:
            self.assertIn("SUMMARY: ", file.read())

    def test_a_full_disk_is_trouble_and_no_short_report(self):
        result = self.noinherit("report", "-o", "/dev/full", self.recording)
        self.assert_refused(result, 125, "cannot write the report",
                            "No space left on device")
        with open("/dev/full", "wb") as full:
            result = subprocess.run([NOINHERIT, "report", self.recording],
                                    stdout=full, stderr=subprocess.PIPE,
                                    timeout=60, check=False)
        self.assertEqual(result.returncode, 125)

    def test_a_baseline_knows_what_an_earlier_report_said(self):
        before = self.path("before.json")
        self.report("--format=json", "-o", before)
        later = self.record(seed=7, whole=True)
        text = self.report(f"--baseline={before}", "--error-exitcode=9",
                           recording=later, status=0)
        self.assertIn("Suppressed: 6 leaks, 1 double-close, 1 race, "
                      "1 wrong-flag, 1 unclosed\n", text)

    def test_a_baseline_does_not_hide_what_is_new(self):
        before = self.path("before.json")
        self.report("--format=json", "--kinds=race,unclosed", "-o", before)
        text = self.report(f"--baseline={before}", "--error-exitcode=9",
                           status=9)
        self.assertIn("SUMMARY: 6 leaks, 1 double-close, 1 wrong-flag in",
                      text)

    def test_baseline_alone_takes_what_was_open_at_start_out(self):
        self.assertIn("arrived", self.kinds("--kinds=all"))
        self.assertNotIn("arrived", self.kinds("--kinds=all", "--baseline"))

    def test_traces_may_lie_in_a_folder_of_the_directory(self):
        inner = os.path.join(self.recording, "inner")
        os.mkdir(inner)
        for name in os.listdir(self.recording):
            if name.endswith(".trace"):
                os.rename(os.path.join(self.recording, name),
                          os.path.join(inner, name))
        self.assertIn("LEAK", self.report())

    def test_what_is_no_trace_is_counted_and_not_followed(self):
        for name, content in (("a.trace", b"hello"), ("b.trace", b""),
                              ("e.trace", bytes(16384))):
            with open(os.path.join(self.recording, name), "wb") as file:
                file.write(content)
        os.symlink("/dev/zero", os.path.join(self.recording, "c.trace"))
        os.mkfifo(os.path.join(self.recording, "d.trace"))
        text = self.report()
        self.assertIn("LEAK", text)
        self.assertIn("Incomplete: 1 programs for whose trace there was no space\n",
                      text)
        self.assertIn("Incomplete: 3 files that are not traces\n", text)
        self.assertIn("Incomplete: 1 programs that ended, or were stopped, "
                      "before they began to record\n", text)


class Suppressions(RecordingTest):
    def left(self, *rules, unused=()):
        path = self.file("rules", "\n".join(rules) + "\n")
        report = self.json(f"--suppressions={path}")
        self.assertEqual([line.rsplit(" (", 1)[0]
                          for line in report["unused_suppressions"]],
                         list(unused))
        return sorted(finding["kind"] for finding in report["findings"]
                      if not finding["suppressed"])

    ALL = ["double-close", *["leak"] * 6, "race", "unclosed", "wrong-flag"]

    def without(self, *kinds):
        left = list(self.ALL)
        for kind in kinds:
            left.remove(kind)
        return left

    def test_short_rules_fit_function_file_or_module(self):
        self.assertEqual(self.left("leak:open_listener"),
                         self.without("leak", "leak"))
        self.assertEqual(self.left("leak:*/sample_traces.c"),
                         self.without(*["leak"] * 6))
        self.assertEqual(self.left("race:*/sample_traces"),
                         self.without("race"))
        self.assertEqual(self.left("race,unclosed:*"),
                         self.without("race", "unclosed"))

    def test_blocks_fit_stacks_from_the_innermost_frame(self):
        def block(*lines):
            return "\n".join(["{", "name", *lines, "}"])

        self.assertEqual(self.left(block("leak", "fun:open_log")),
                         self.without(*["leak"] * 4))
        self.assertEqual(self.left(block("leak", "fun:open_log",
                                         "fun:finish")),
                         self.without("leak", "leak"))
        self.assertEqual(self.left(block("leak", "...", "fun:finish")),
                         self.without(*["leak"] * 4))
        self.assertEqual(self.left(block("leak", "fun:finish"),
                                   unused=["name"]), self.ALL)
        self.assertEqual(self.left(block("leak", "to:*/cat")),
                         self.without(*["leak"] * 3))
        self.assertEqual(self.left(block("leak", "what:tcp LISTEN *",
                                         "to:*/cat")), self.without("leak"))
        self.assertEqual(self.left(block("*", "at:", "fun:finish")),
                         self.without("race", "wrong-flag"))

    def test_what_is_not_used_is_listed(self):
        path = self.file("rules", "# c\n\nleak:nothing_like_it\nrace:*\n")
        text = self.report(f"--suppressions={path}")
        self.assertIn(f"Unused suppression: leak:nothing_like_it ({path}:3)\n",
                      text)
        self.assertNotIn("Unused suppression: race", text)

    def test_generated_rules_suppress_this_and_later_runs(self):
        rules = self.file("rules", self.report("--gen-suppressions"))
        later = self.record(seed=3)
        for recording in (self.recording, later):
            report = self.json(f"--suppressions={rules}", recording=recording)
            self.assertEqual(report["unused_suppressions"], [])
            self.assertTrue(all(finding["suppressed"]
                                for finding in report["findings"]))

    def test_generated_rules_fit_nothing_else(self):
        rules = self.report("--gen-suppressions", "--kinds=race")
        self.assertEqual(self.left(rules), self.without("race"))


class ManPages(RecordingTest):
    def test_every_option_of_help_is_in_the_man_page(self):
        for verb in ("audit", "report"):
            page = os.path.join(os.path.dirname(__file__),
                                f"../../shim/man/noinherit-{verb}.1")
            with open(page, encoding="utf-8") as file:
                text = file.read().replace("\\-", "-")
            options = re.findall(r"(?m)^  +(?:-\w, )?(--[\w-]+)",
                                 self.noinherit(verb, "--help").stdout)
            self.assertGreater(len(options), 8)
            for option in options:
                self.assertIn(option, text, verb)


class Refused(RecordingTest):
    def refused(self, *arguments, parts, status=125):
        self.assert_refused(self.noinherit("report", *arguments), status,
                            *parts)

    def test_bad_options_are_refused(self):
        rows = (
            (["--format=jsn", "."], ["--format", "'jsn'", "'json'"]),
            (["--kinds=leak,rase", "."], ["--kinds", "'rase'", "'race'"]),
            (["--kinds=", "."], ["--kinds"]),
            (["--error-exitcode=256", "."], ["--error-exitcode", "256"]),
            (["--error-exitcode=x", "."], ["--error-exitcode", "'x'"]),
            (["--fromat=json", "."], ["--fromat", "'--format'"]),
            ([], ["expected one directory"]),
            ([".", "."], ["expected one directory"]),
            (["--suppressions=/nowhere/x", "."], ["'/nowhere/x'",
                                                  "No such file"]),
            (["--baseline=/nowhere/x", "."], ["'/nowhere/x'"]),
            (["-o", "/nowhere/x", "."], ["'/nowhere/x'", "No such file"]),
        )
        for arguments, parts in rows:
            with self.subTest(arguments=arguments):
                self.refused(*arguments, parts=parts)

    def test_what_is_no_recording_is_refused(self):
        empty = self.path("empty")
        os.mkdir(empty)
        self.refused(empty, parts=["no trace in", empty])
        self.refused(self.path("missing"), parts=["No such file"])
        self.refused(self.file("file"), parts=["Not a directory"])

    def test_suppressions_that_cannot_be_read(self):
        rows = (
            ("leek:*", 1, "leek"),
            ("\nnothing", 2, "kind:glob"),
            ("leak:", 1, "nothing after the colon"),
            ("{\nname\nleak\nfun:x\n", 4, "no }"),
            ("{\nname\n}", 3, "a name and a kind"),
            ("{\nname\nleak\nfn:x\n}", 4, "fun:"),
            ("{\nname\nleak\nat:\nat:\n}", 5, "second 'at:'"),
            ("{\nname\nleak\nto:a\nto:b\n}", 5, "twice"),
            ("{\n{\n", 2, "no }"),
            ("leak:a\0b", 1, "NUL"),
        )
        for content, line, part in rows:
            with self.subTest(content=content):
                path = self.file("rules", content)
                self.refused(f"--suppressions={path}", self.recording,
                             parts=[f"{path}:{line}: ", part])

    def test_a_baseline_that_is_no_report(self):
        for content in ("", "[1]", "{}", '{"schema": "noinherit-report/2"}',
                        "\x00"):
            with self.subTest(content=content):
                path = self.file("baseline", content)
                self.refused(f"--baseline={path}", self.recording,
                             parts=["--baseline", path])


if __name__ == "__main__":
    command.main()
