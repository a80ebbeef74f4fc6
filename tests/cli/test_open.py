#!/usr/bin/python3
"""report --open: which code created the descriptors that a program has open
now."""

import json
import os
import pwd
import resource
import subprocess
import unittest

import command
from command import NOINHERIT

LOSES = os.path.join(command.BUILD, "tests", "helpers", "loses")


class OpenTest(command.CommandTest):
    def setUp(self):
        super().setUp()
        self.recording = self.path("recording")

    def start(self, *words, command=NOINHERIT, limit=2000):
        """The audit and the pid of the audited program, once it has printed a
        line."""
        def limited():
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

        audit = subprocess.Popen(
            [command, "audit", "--record-only", "-o", self.recording, "--",
             *words], env=self.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=limited)
        self.addCleanup(audit.stderr.close)
        self.addCleanup(audit.stdout.close)
        self.addCleanup(audit.wait, 60)
        self.addCleanup(audit.stdin.close)
        self.assertTrue(audit.stdout.readline())
        return audit, self.child_of(audit.pid)

    def child_of(self, pid):
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as file:
            return int(file.read().split()[0])

    def open_json(self, *arguments):
        result = self.noinherit("report", "--open", "--format=json",
                                *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        report = json.loads(result.stdout)
        self.assertEqual(report["schema"], "noinherit-open/1")
        return report["processes"]

    def assert_counts(self, process, lost):
        """The open descriptors, by the function that created them."""
        counts = {}
        for site in process["sites"]:
            if site["created"]:
                name = site["created"][0]["function"]
                counts[name] = counts.get(name, 0) + site["open"]
        self.assertEqual(counts, {"dial": lost, "keep": 4, "talk": 2})
        self.assertEqual(process["sites"][0]["what"]["type"], "tcp")

    def assert_as_the_kernel_says(self, process):
        descriptors = os.listdir(f"/proc/{process['pid']}/fd")
        self.assertEqual(process["kernel_open"], len(descriptors))
        self.assertEqual(process["open"] + process["standard_open"],
                         len(descriptors))


class Live(OpenTest):
    def test_a_running_program_is_asked_by_its_recording_or_its_number(self):
        _, pid = self.start(LOSES, "990")
        for operand in (self.recording, str(pid)):
            process, = self.open_json(operand)
            self.assertEqual((process["pid"], process["running"]), (pid, True))
            self.assert_counts(process, 990)
            self.assert_as_the_kernel_says(process)

    def test_the_report_follows_the_program(self):
        audit, pid = self.start(LOSES, "10")
        for lost in (11, 12, 13):
            audit.stdin.write(".")
            audit.stdin.flush()
            self.assertEqual(audit.stdout.readline(), f"lost {lost}\n")
            process, = self.open_json(str(pid))
            self.assert_counts(process, lost)
            self.assert_as_the_kernel_says(process)

    def test_people_read_the_most_first(self):
        _, pid = self.start(LOSES, "990")
        text = self.noinherit("report", "--open", str(pid)).stdout
        self.assertRegex(text, rf"\Aloses \(pid {pid}\) runs: 999 open of "
                         r"2000, 3 of them standard streams\n"
                         r" +990  tcp created by socket; peak 990 .* ago, "
                         r"from 512 in .*s\n"
                         r"    #0  dial +tests/helpers/loses\.c:\d+\n")
        self.assertRegex(text, r"(?m)^ +4  file /etc/passwd|^ +4  file ")
        self.assertTrue(text.endswith(
            "SUMMARY: 996 open from 3 up in 1 process\n"), text)

    def test_each_process_has_its_own(self):
        audit, _ = self.start(
            "sh", "-c", f"{LOSES} 5 </dev/null; {LOSES} 7")
        self.assertEqual(audit.stdout.readline(), "ready 7\n")
        process, = [row for row in self.open_json(self.recording)
                    if row["name"] == "loses"]
        self.assert_counts(process, 7)
        self.assert_as_the_kernel_says(process)

    def test_watch_goes_on_until_the_program_ends(self):
        audit, pid = self.start(LOSES, "10")
        with subprocess.Popen([NOINHERIT, "report", "--watch", str(pid)],
                              env=self.environment, text=True,
                              stdout=subprocess.PIPE) as watch:
            rounds = 0
            for line in watch.stdout:
                if line.startswith("SUMMARY"):
                    rounds += 1
                    self.assertIn("16 open", line)
                    if rounds == 2:
                        audit.stdin.close()
                        break
            for line in watch.stdout:
                pass
            self.assertEqual(watch.wait(60), 0)
        self.assertEqual(rounds, 2)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be another user")
    def test_root_asks_about_another_user_s_program(self):
        public = self.public_noinherit()
        os.chmod(LOSES, 0o755)
        loses = self.path("loses")
        subprocess.run(["cp", LOSES, loses], check=True)
        os.chmod(self.folder, 0o777)
        nobody = pwd.getpwnam("nobody")
        audit = subprocess.Popen(
            ["setpriv", f"--reuid={nobody.pw_uid}", "--clear-groups", public,
             "audit", "--record-only", "-o", self.recording, loses, "5"],
            env=self.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        with audit:
            self.assertEqual(audit.stdout.readline(), "ready 5\n")
            pid = self.child_of(audit.pid)
            process, = self.open_json(str(pid))
            self.assert_counts(process, 5)
            self.assert_as_the_kernel_says(process)
            audit.stdin.close()


class Ended(OpenTest):
    def test_what_was_open_when_it_was_killed(self):
        audit, pid = self.start(LOSES, "990")
        os.kill(pid, 9)
        audit.wait(60)
        process, = self.open_json(self.recording)
        self.assertFalse(process["running"])
        self.assertIsNone(process["kernel_open"])
        self.assert_counts(process, 990)

    def test_what_ended_orderly_has_nothing_open(self):
        audit, _ = self.start(LOSES, "5")
        audit.stdin.close()
        audit.wait(60)
        self.assertEqual(self.open_json(self.recording), [])

    def test_refusals(self):
        for operand, part in ((str(os.getpid()), "is not recorded"),
                              ("4194303", "No such process"),
                              (self.path("nowhere"), "No such file")):
            with self.subTest(operand):
                self.assert_refused(self.noinherit("report", "--open",
                                                   operand), 125, part)
        self.assert_refused(self.noinherit("report", "--open",
                                           "--format=sarif", "."), 125,
                            "text or json")


class Exhausted(OpenTest):
    def test_a_program_that_runs_out_is_found_in_every_format(self):
        audit, pid = self.start(LOSES, "2000", limit=1000)
        os.kill(pid, 9)
        audit.wait(60)
        report = json.loads(self.noinherit("report", "--format=json",
                                           self.recording).stdout)
        finding, = [row for row in report["findings"]
                    if row["kind"] == "exhausted"]
        lost = 1000 - 3 - 4 - 2
        self.assertEqual(finding["exhaustion"]["error"], "EMFILE")
        self.assertEqual(finding["exhaustion"]["limit"], 1000)
        holders = {row["created"][0]["function"]: row["count"]
                   for row in finding["exhaustion"]["holders"]
                   if row["created"]}
        self.assertEqual(holders, {"dial": lost, "keep": 4, "talk": 2})
        self.assertEqual(finding["created"][0]["function"], "dial")
        self.assertEqual(finding["at_call"], "socket")
        text = self.noinherit("report", "--error-exitcode=9", self.recording)
        self.assertEqual(text.returncode, 9, text.stderr)
        for pattern in (r"^EXHAUSTED  tcp of loses: no descriptor was left",
                        rf"^  held then: {lost} of \d+: tcp created at "
                        r"tests/helpers/loses\.c:\d+$",
                        r"^  note: EMFILE: all 1000 ",
                        r"^  fix: close what is created at "
                        r"tests/helpers/loses\.c:\d+"):
            self.assertRegex(text.stdout, "(?m)" + pattern)
        sarif = json.loads(self.noinherit("report", "--format=sarif",
                                          self.recording).stdout)
        self.assertIn(("exhausted", "error"),
                      [(row["ruleId"], row["level"])
                       for row in sarif["runs"][0]["results"]])
        self.assertIn("no descriptor was left",
                      self.noinherit("report", "--format=html",
                                     self.recording).stdout)
        rules = self.file("rules", self.noinherit(
            "report", "--gen-suppressions", self.recording).stdout)
        result = self.noinherit("report", f"--suppressions={rules}",
                                "--error-exitcode=9", self.recording)
        self.assertEqual(result.returncode, 0, result.stdout)


if __name__ == "__main__":
    command.main()
