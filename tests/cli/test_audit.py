#!/usr/bin/python3
"""noinherit audit: the command notices nothing, and the report describes it."""

import os
import pty
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import unittest

import command
import schema
from command import NOINHERIT

RECORDER = os.path.join(command.BUILD, "libnoinherit-audit.so")
PLANTED = os.path.join(command.BUILD, "tests", "helpers", "planted")
PASSER = os.path.join(command.BUILD, "tests", "helpers", "passer")
STATUS = r"grep -E '^(SigBlk|SigIgn|ShdPnd|NoNewPrivs|Uid)' /proc/self/status"


@unittest.skipUnless(os.path.exists(RECORDER), "the recorder is not built")
class AuditTest(command.CommandTest):
    def setUp(self):
        super().setUp()
        self.temporary = self.path("tmp")
        os.mkdir(self.temporary)
        self.environment["TMPDIR"] = self.temporary

    def audit(self, *arguments, **options):
        return self.noinherit("audit", *arguments, **options)

    def audit_json(self, *arguments, status=0, **options):
        path = self.path("report.json")
        result = self.audit("--format=json", "-o", path, *arguments, **options)
        self.assertEqual(result.returncode, status, result.stderr)
        with open(path, encoding="utf-8") as file:
            return schema.read(file.read())


class Command(AuditTest):
    def test_the_status_is_that_of_the_command(self):
        for script, status in (("exit 0", 0), ("exit 3", 3), ("exit 255", 255),
                               ("kill -TERM $$", 128 + signal.SIGTERM),
                               ("kill -KILL $$", 128 + signal.SIGKILL)):
            with self.subTest(script=script):
                self.assertEqual(self.audit("sh", "-c", script).returncode,
                                 status)

    def test_what_cannot_be_run_is_said_and_nothing_reported(self):
        plain = self.file("plain", "x", mode=0o644)
        for name, status in (("no-such-command", 127), (plain, 126),
                             (self.folder, 126)):
            with self.subTest(name=name):
                self.assert_refused(self.audit("--", name), status,
                                    "audit: cannot run", name)
        self.assertEqual(os.listdir(self.temporary), [])

    def test_its_streams_are_its_own(self):
        result = self.audit("-o", "/dev/null", "--", "sh", "-c",
                            "cat; echo out; echo err >&2",
                            stdin=None, input="in\n")
        self.assertEqual((result.stdout, result.stderr),
                         ("in\nout\n", "err\n"))

    def test_the_report_is_on_standard_error(self):
        result = self.audit("true")
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"(?m)^SUMMARY: .*\n\Z")

    def test_it_finds_its_descriptors_signals_and_group_as_natively(self):
        script = STATUS + r"""
ls /proc/self/fd | wc -l
for n in 3 4 5 6 7 8 9; do [ ! -e /proc/self/fd/$n ] || echo "open $n"; done
ps -o pgid=,sid=,tpgid= -p $$"""
        def prepare():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2,
                                                      signal.SIGTERM])

        results = [subprocess.run([*words, "sh", "-c", script],
                                  preexec_fn=prepare, env=self.environment,
                                  stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, check=True,
                                  timeout=60).stdout
                   for words in ([], [NOINHERIT, "audit", "-o", "/dev/null"])]
        self.assertEqual(results[0], results[1])

    def test_nothing_is_left_in_the_temporary_directory(self):
        self.audit("sh", "-c", "true; true")
        self.assertEqual(os.listdir(self.temporary), [])

    def test_what_cannot_be_reached_is_run_with_a_warning(self):
        target = "/sbin/ldconfig"
        if not os.path.exists(target):
            self.skipTest("no static program here: " + target)
        result = self.audit(target, "--version")
        self.assertEqual(result.returncode, 0)
        self.assertIn("ldconfig", result.stdout)
        self.assertIn("noinherit: audit: '/sbin/ldconfig' is not reached: it "
                      "is statically linked", result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1)

    def test_a_report_that_was_asked_for_is_there_even_if_empty(self):
        report = self.audit_json("/sbin/ldconfig", "--version")
        self.assertEqual((report["command"], report["findings"]),
                         (["/sbin/ldconfig", "--version"], []))
        self.assertEqual(report["losses"], [
            {"what": "command that left no trace", "count": 1}])


class Signals(AuditTest):
    """The command counts the signals that it receives and prints each number;
    'ready' means that its handlers are installed."""

    SCRIPT = """
import os, signal, sys
count = 0
def counted(number, frame):
    global count
    count += 1
    os.write(1, b"%d\\n" % number)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, counted)
print("ready", flush=True)
for line in sys.stdin:
    break
print("got", count, flush=True)
"""

    def start(self, **options):
        return subprocess.Popen(
            [NOINHERIT, "audit", "-o", "/dev/null", "--", sys.executable,
             "-c", self.SCRIPT], env=self.environment, text=True, **options)

    def test_signals_sent_to_the_audit_reach_the_command_once(self):
        with self.start(stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), "ready\n")
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                           signal.SIGUSR1):
                process.send_signal(number)
                self.assertEqual(process.stdout.readline(), f"{number:d}\n")
            process.stdin.write("\n")
            process.stdin.close()
            self.assertEqual(process.stdout.read(), "got 4\n")
            self.assertEqual(process.wait(60), 0)

    def child_of(self, pid):
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as file:
            return int(file.read())

    def wait_until_delivered(self, *pids):
        """Returns when no signal is pending in any of the processes."""
        def pending(pid):
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                rows = dict(line.split(":", 1) for line in file)
            return (int(rows["SigPnd"], 16) | int(rows["ShdPnd"], 16)) & \
                ~(1 << (signal.SIGCHLD - 1))

        for pid in pids:
            for _ in range(100000):
                if not pending(pid):
                    break
            else:
                self.fail(f"signals stay pending in {pid}")

    def test_the_terminal_s_interrupt_comes_once(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(NOINHERIT, [NOINHERIT, "audit", "-o", "/dev/null", "--",
                                  sys.executable, "-c", self.SCRIPT],
                      self.environment)
        self.addCleanup(os.close, terminal)
        self.read_until(terminal, b"ready")
        os.write(terminal, b"\x03")
        self.read_until(terminal, b"%d\r\n" % signal.SIGINT)
        self.wait_until_delivered(pid, self.child_of(pid))
        os.write(terminal, b"\n")
        self.assertIn(b"got 1", self.read_until(terminal, b"got "))
        self.assertEqual(os.waitpid(pid, 0)[1], 0)

    def read_until(self, terminal, word):
        text = b""
        while word not in text or not text.endswith(b"\n"):
            text += os.read(terminal, 4096)
        return text

    def test_a_signal_that_kills_the_command_is_its_status(self):
        with subprocess.Popen([NOINHERIT, "audit", "-o", "/dev/null", "--",
                               "sh", "-c", "echo ready; exec cat"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env=self.environment, text=True) as process:
            self.assertEqual(process.stdout.readline(), "ready\n")
            process.terminate()
            self.assertEqual(process.wait(60), 128 + signal.SIGTERM)


class Report(AuditTest):
    def test_a_leak_is_reported_with_its_lines(self):
        result = self.audit(PLANTED, "leak_by_fork")
        self.assertEqual(result.returncode, 0, result.stderr)
        for pattern in (r"^LEAK  tcp LISTEN 127\.0\.0\.1:\d+ of planted "
                        r"leaked into true",
                        r"^    #0  leak_by_fork +tests/helpers/planted\.c:\d+",
                        r"^  received by \S+/true \(pid \d+\) as fd \d+: "
                        r"true 'an argument'",
                        r"^  fix: SOCK_CLOEXEC at tests/helpers/planted\.c",
                        r"^SUMMARY: 1 leak in 2 processes; 1 place to "
                        r"change$"):
            self.assertRegex(result.stderr, "(?m)" + pattern)

    def test_the_exit_code_is_for_findings(self):
        for name, status in (("leak_by_fork", 99), ("inheritable_only", 0)):
            result = self.audit("--error-exitcode=99", PLANTED, name)
            self.assertEqual(result.returncode, status, result.stderr)
        result = self.audit("--error-exitcode=99", "--kinds=race", PLANTED,
                            "leak_by_fork")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_what_a_shell_passes_on_leads_back_to_its_creator(self):
        report = self.audit_json(PLANTED, "leak_through_shell")
        leaks = [finding for finding in report["findings"]
                 if finding["kind"] == "leak"]
        self.assertEqual([os.path.basename(leak["to"]["exe"])
                          for leak in leaks],
                         [os.path.basename(os.path.realpath("/bin/sh")),
                          "true"])
        for leak in leaks:
            self.assertEqual(leak["created"][0]["function"],
                             "leak_through_shell")

    def test_enforce_shows_what_the_shim_stopped(self):
        result = self.audit("--enforce", "--error-exitcode=9", PLANTED,
                            "leak_by_fork")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"(?m)^STOPPED LEAK  tcp LISTEN .* "
                         r"would have leaked into true")
        self.assertIn("Stopped by the shim: 1 leak\n", result.stderr)

    def test_enforce_says_stopped_of_what_did_not_arrive_alone(self):
        """What the shim hands over arrives, and the report says PASSED."""
        self.environment["PATH"] = (os.path.dirname(PASSER) + ":" +
                                    self.environment["PATH"])
        for how, receiver in (("option", "true"), ("again", "passer"),
                              ("wayland", "true")):
            with self.subTest(how):
                text = self.audit("--enforce", "--kinds=leak,passed", PASSER,
                                  how).stderr
                self.assertNotIn("STOPPED", text)
                self.assertRegex(text, r"(?m)^PASSED  unix .*of passer passed "
                                 rf"to {receiver}")
        text = self.audit("--enforce", PASSER, "bare").stderr
        self.assertRegex(text, "(?m)^STOPPED LEAK  unix ")

    def test_what_one_call_puts_on_numbers_is_told_apart(self):
        text = self.audit("--kinds=passed", PASSER, "dup2_array").stderr
        self.assertRegex(text, r"(?m)^PASSED  pipe of passer .*, 12 times")
        self.assertRegex(text, r"(?m)^  received by \S+ \(pid \d+\) as fd "
                         r"71 \(unix\): true$")

    def test_enforce_leaves_what_is_no_socket(self):
        result = self.audit("--enforce", "--error-exitcode=9", PLANTED,
                            "leak_fopen")
        self.assertEqual(result.returncode, 9, result.stderr)
        self.assertRegex(result.stderr, r"(?m)^LEAK  file")

    def test_the_settings_of_the_shim_hold(self):
        result = self.audit("--enforce", "--keep=program=planted",
                            "--error-exitcode=9", PLANTED, "leak_by_fork")
        self.assertEqual(result.returncode, 9, result.stderr)

    def test_what_a_script_opens_gets_a_shell_s_cure(self):
        """Whether or not the shell needs a dup2 for that number."""
        for shell, number in (("dash", 3), ("dash", 7), ("bash", 3),
                              ("bash", 7), ("bash", 10), ("bash", "{fd}")):
            with self.subTest(shell=shell, number=number):
                script = self.file("script", f"exec {number}</etc/passwd\n"
                                   "/bin/true\n:\n")
                text = self.audit("--kinds=leak,passed", shell, script).stderr
                heading = "LEAK  file /etc/passwd"
                self.assertIn(heading, text)
                block = text[text.index(heading):].split("\n\n")[0]
                self.assertRegex(block, rf"(?m)^  fix: {script}: \d+>&- at ")
                self.assertNotIn("CLOEXEC", block)
                self.assertNotIn("PASSED", text)

    def test_what_a_script_closes_again_leaks_all_the_same(self):
        """In dash it cannot be told from a redirection of the command."""
        for shell, kind in ("bash", "LEAK"), ("dash", "PASSED"):
            script = self.file("script", "exec 3</etc/passwd\n/bin/true\n"
                               "exec 3<&-\n/bin/true\n")
            text = self.audit("--kinds=leak,passed", shell, script).stderr
            self.assertRegex(text, rf"(?m)^{kind}  file /etc/passwd of {shell} "
                             r"(leaked into|passed to) true  \[")

    def test_it_is_a_leak_of_the_shell_s_whoever_hands_it_on(self):
        for number in (3, 7):
            report = self.audit_json("bash", "-c", f"exec {number}</etc/passwd"
                                     "; sh -c '/bin/true; :'; :")
            self.assertEqual([os.path.basename(row["to"]["exe"])
                              for row in report["findings"]
                              if row["kind"] == "leak"],
                             [os.path.basename(os.path.realpath("/bin/sh")),
                              "true"], number)

    def assert_none_leaks(self, shell, lines, name="script"):
        script = self.file(name, lines + "\n/bin/true\n:\n")
        text = self.audit(shell, script).stderr
        self.assertNotRegex(text, "(?m)^LEAK", lines)

    def test_what_is_opened_for_one_command_is_meant_for_it(self):
        for shell, number in (("dash", 3), ("dash", 7), ("bash", 3),
                              ("bash", 7), ("bash", 10)):
            self.assert_none_leaks(shell, f"/bin/true {number}</etc/passwd")

    def test_a_copy_of_a_standard_stream_is_meant_for_all(self):
        for shell in ("dash", "bash"):
            self.assert_none_leaks(shell, "exec 6>&1\nexec 9>&6\nexec 7<&0")

    def test_the_log_of_configure_is_meant_for_all(self):
        for name in ("configure", "config.status"):
            for number in (3, 5):
                self.assert_none_leaks(
                    "sh", f"exec {number}>>{self.path('config.log')}", name)

    def test_a_clean_environment_is_followed_unless_told_not_to(self):
        words = [PLANTED, "leak_with_clean_environment"]
        self.assertNotIn("Not followed", self.audit(*words).stderr)
        self.assertRegex(self.audit("--no-follow", *words).stderr,
                         r"(?m)^Not followed: \S+/true: its environment "
                         r"lacked the recorder$")

    def test_the_frames_are_limited_and_said(self):
        text = self.audit("--frames=1", PLANTED, "leak_by_fork").stderr
        self.assertIn("... the stack goes on, unrecorded", text)
        self.assertNotIn("#1", text)

    def test_the_stack_of_a_signal_handler_is_said_to_end_there(self):
        program = self.compile("handler", """
            #include <signal.h>
            #include <stdlib.h>
            #include <sys/socket.h>
            static int fd;
            static void handle(int signal)
            {
                (void)signal;
                fd = socket(AF_UNIX, SOCK_STREAM, 0);
            }
            int main(void)
            {
                signal(SIGUSR1, handle);
                raise(SIGUSR1);
                return fd < 0 || system("true");
            }
        """)
        text = self.audit(program).stderr
        self.assertRegex(text, r"#\d +handle .*(\n +#.*)?\n"
                         r" +\.\.\. a signal handler: what it interrupted "
                         r"is not recorded\n")

    def test_the_descriptors_of_the_harness_are_no_findings(self):
        with open("/etc/passwd", "rb") as file:
            result = self.audit("--error-exitcode=9", "--kinds=default",
                                "sh", "-c", "true; true",
                                pass_fds=[file.fileno()])
        self.assertEqual(result.returncode, 0, result.stderr)


class Habits(AuditTest):
    def test_a_report_in_a_file_is_summed_up_and_named(self):
        path = self.path("report")
        result = self.audit("-o", path, PLANTED, "leak_by_fork")
        self.assertEqual(result.stderr, "noinherit: audit: 1 leak in 2 "
                         "processes; 1 place to change; the report is in "
                         f"'{path}'\n")
        self.assertEqual(self.audit("-q", "-o", path, PLANTED,
                                    "leak_by_fork").stderr, "")

    def test_what_is_in_the_file_has_its_name(self):
        path = self.path("it")
        for options, it_is in (
                (["--format=json"], "the report is"),
                (["--format=sarif"], "the report is"),
                (["--format=html"], "the report is"),
                (["--gen-suppressions"], "the suppressions are"),
                (["--gen-suppressions", "--format=json"], "the report is"),
                (["--format=json", "--gen-suppressions"],
                 "the suppressions are")):
            with self.subTest(" ".join(options)):
                result = self.audit(*options, "-o", path, "true")
                self.assertTrue(result.stderr.endswith(
                    f"; {it_is} in '{path}'\n"), result.stderr)

    def test_a_minus_is_standard_output(self):
        result = self.audit("-o", "-", PLANTED, "leak_by_fork")
        self.assertEqual(result.stderr, "")
        self.assertIn("SUMMARY: 1 leak", result.stdout)

    def test_quiet_says_nothing_unless_something_counts(self):
        self.assertEqual(self.audit("-q", PLANTED, "unclosed_socket").stderr,
                         "")
        self.assertIn("SUMMARY: 1 leak", self.audit("--quiet", PLANTED,
                                                    "leak_by_fork").stderr)

    def test_the_value_may_be_the_next_word(self):
        known = self.path("known.json")
        self.audit("--format", "json", "--output", known, "--kinds", "leak",
                   PLANTED, "leak_by_fork")
        result = self.audit("--baseline", known, "--error-exitcode", "9",
                            "--frames", "32", PLANTED, "leak_by_fork")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.audit("--baseline", "--error-exitcode", "9",
                                    PLANTED, "leak_by_fork").returncode, 9)

    def test_a_command_without_a_verb_is_told_which(self):
        self.assert_refused(self.noinherit("sleep", "9"), 125,
                            "did you mean 'noinherit run sleep'?")

    def test_a_daemon_that_goes_on_is_said_and_can_be_asked(self):
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        result = self.audit("sh", "-c", f"cat {fifo} >/dev/null 2>&1 &")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"(?m)^noinherit: audit: 1 process "
                         r"still running; 'noinherit report --open \S+' ")
        directory = result.stderr.split("--open ")[1].split("'")[0]
        self.assert_cat_is_seen(directory)
        with open(fifo, "wb"):
            pass

    def assert_cat_is_seen(self, directory):
        """In the first report, or in one after the shell's child has executed
        cat."""
        asked = ""
        for _ in range(1000):
            asked = self.noinherit("report", "--open", directory).stdout
            if re.search(r"(?m)^cat \(pid \d+\) runs: ", asked):
                return
        self.fail(asked)

    def hold(self, program, **more):
        """Stops the program between its exec and its first record."""
        self.environment.update(LD_PRELOAD=command.helper("libheld.so"),
                                HELD=program, **more)

    @staticmethod
    def parent(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[1]

    @staticmethod
    def pauses(process):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            return int(file.read().split("\nvoluntary_ctxt_switches:")[1]
                       .split()[0])

    def test_a_process_without_a_first_record_still_runs(self):
        self.hold("sleep")
        result = self.audit("--error-exitcode=99", "sh", "-c",
                            "sleep 600 >/dev/null 2>&1 & echo $!; until "
                            "grep -q '^State:.T' /proc/$!/status; do :; done")
        os.kill(int(result.stdout), signal.SIGKILL)
        self.assertRegex(result.stderr, "(?m)^noinherit: audit: 1 process "
                         "still running;")
        self.assertEqual(result.returncode, 125, result.stderr)

    def test_what_is_about_to_record_is_waited_for(self):
        fifo, begin = self.path("fifo"), self.path("begin")
        for path in (fifo, begin):
            os.mkfifo(path)
        self.hold("cat", HELD_FIFO=begin)
        with subprocess.Popen([NOINHERIT, "audit", "--", "sh", "-c",
                               f"cat {fifo} >/dev/null 2>&1 & echo $$ $!"],
                              env=self.environment, text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as audit:
            shell, cat = audit.stdout.readline().split()
            with open(begin, "wb"):
                while self.parent(cat) == shell:
                    os.sched_yield()
                # Until the audit waits, or has ended without waiting.
                enough = self.pauses(audit) + 20
                while audit.poll() is None and self.pauses(audit) < enough:
                    os.sched_yield()
            text = audit.communicate(timeout=300)[1]
        self.assertIn("1 process still running", text)
        self.assertNotIn("Not followed", text)
        directory = text.split("--open ")[1].split("'")[0]
        self.assert_cat_is_seen(directory)
        with open(fifo, "wb"):
            pass

    def test_wait_waits_for_all(self):
        path = self.path("mark")
        result = self.audit("--wait", "sh", "-c",
                            f"(sleep 1; touch {path}) >/dev/null 2>&1 &")
        self.assertTrue(os.path.exists(path))
        self.assertNotIn("still running", result.stderr)
        self.assertEqual(os.listdir(self.temporary), [])

    def test_an_auditor_needs_little_stack(self):
        path = self.path("recording")
        for words in (["audit", "--record-only", "-o", path, PLANTED,
                       "leak_by_fork"], ["audit", PLANTED, "leak_by_fork"],
                      ["report", path], ["report", "--open", path]):
            result = subprocess.run(
                ["sh", "-c", 'ulimit -s 128; exec "$@"', "-", NOINHERIT,
                 *words], env=self.environment, capture_output=True,
                text=True, check=False, timeout=300)
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_names_of_cplusplus_need_no_debug_data(self):
        source = self.file("a.cc", """
#include <fcntl.h>
#include <stdlib.h>
namespace app { struct Store {
	__attribute__((noinline)) int open_log(const char *path)
	{ volatile int fd = ::open(path, O_RDONLY); return fd; } }; }
int main() { app::Store s; s.open_log("/etc/passwd"); return system("true"); }
""")
        program = self.path("a")
        subprocess.run(["g++", "-O1", "-o", program, source], check=True)
        self.assertRegex(self.audit(program).stderr,
                         r"(?m)^    #0  app::Store::open_log\(char const\*\)")

    def test_debug_files_may_be_told_by_a_relative_path(self):
        command.need("objcopy", "strip")
        program = self.compile("lost", """
#include <fcntl.h>
#include <stdlib.h>
static __attribute__((noinline)) int open_log(void)
{ int fd = open("/etc/passwd", O_RDONLY); __asm__ volatile(""); return fd; }
int main(void) { open_log(); return system("true"); }
""", "-Wl,--build-id=0xabcdef0123456789")
        debug = self.path("symbols/.build-id/ab/cdef0123456789.debug")
        os.makedirs(os.path.dirname(debug))
        subprocess.run(["objcopy", "--only-keep-debug", program, debug],
                       check=True)
        subprocess.run(["strip", program], check=True)
        for option, name in (("--debug-dir=symbols", "open_log"),
                             ("--debug-dir=.", r"\?")):
            text = self.audit(option, program, cwd=self.folder).stderr
            self.assertRegex(text, rf"(?m)^    #0  {name} ", option)

    def test_a_double_close_names_one_place_or_two(self):
        for calls, fix in (("done(fd); done(fd);",
                            r"close it once: \S+:4 is reached twice"),
                           ("done(fd); close(fd);",
                            r"close it once: at \S+:4 or at \S+:7")):
            program = self.compile("twice", f"""#include <fcntl.h>
#include <unistd.h>
static __attribute__((noinline)) void done(int fd)
{{ close(fd); __asm__ volatile(""); }}
int main(void) {{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	{calls}
	return 0; }}
""")
            with self.subTest(calls):
                self.assertRegex(self.audit(program).stderr,
                                 rf"(?m)^  fix: {fix}$")

    def test_missing_names_are_named(self):
        text = self.audit("--kinds=all", "bash", "-c", "exec 3</etc/passwd; "
                          "/bin/true; :").stderr
        self.assertRegex(text, r"(?m)^No function names: \S+/bash, "
                         r"build-id [0-9a-f]{40}; they are in the package "
                         r"bash-dbgsym$")
        self.assertIn("DEBUGINFOD_URLS", text)


class Recording(AuditTest):
    def test_record_only_leaves_a_directory_for_report(self):
        path = self.path("recording")
        result = self.audit("--record-only", "-o", path, PLANTED,
                            "leak_by_fork")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stderr, f"noinherit: audit: recorded in "
                         f"'{path}'; 'noinherit report {path}' shows it\n")
        text = self.noinherit("report", path).stdout
        self.assertIn("SUMMARY: 1 leak in 2 processes", text)

    def test_a_directory_that_is_there_is_not_taken(self):
        self.assert_refused(self.audit("--record-only", "-o", self.folder,
                                       "true"), 125, "File exists",
                            self.folder)

    def test_without_a_name_it_is_below_tmpdir(self):
        self.audit("--record-only", "true")
        self.assertEqual(len(os.listdir(self.temporary)), 1)
        self.assertTrue(os.listdir(self.temporary)[0]
                        .startswith("noinherit-audit."))

    def test_what_does_not_start_leaves_none(self):
        path = self.path("recording")
        result = self.audit("--record-only", "-o", path, "no-such-command")
        self.assertEqual(result.returncode, 127)
        self.assertFalse(os.path.exists(path))

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to drop it")
    def test_children_that_drop_root_are_recorded_and_others_kept_out(self):
        command = self.public_noinherit()
        os.chmod(self.temporary, 0o1777)
        path = self.path("recording")
        nobody = pwd.getpwnam("nobody")
        result = self.audit("--record-only", "-o", path, "setpriv",
                            f"--reuid={nobody.pw_uid}", "--clear-groups",
                            "sh", "-c", "exec 7</etc/passwd; cat </dev/null",
                            command=command)
        self.assertEqual(result.returncode, 0, result.stderr)
        inner, = [os.path.join(path, name) for name in os.listdir(path)]
        owners = {os.stat(os.path.join(inner, name)).st_uid
                  for name in os.listdir(inner)}
        self.assertEqual(owners, {0, nobody.pw_uid})
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o711)
        self.assertEqual(stat.S_IMODE(os.stat(inner).st_mode), 0o1733)
        for directory in (path, inner):
            listing = subprocess.run(
                ["setpriv", f"--reuid={nobody.pw_uid}", "--clear-groups",
                 "ls", directory], capture_output=True, check=False,
                timeout=60)
            self.assertNotEqual(listing.returncode, 0)


class ScriptFrames(AuditTest):

    def test_runtimes_are_told_and_keep_what_they_were_told_before(self):
        self.environment["NODE_OPTIONS"] = "--no-warnings"
        self.environment.pop("JAVA_TOOL_OPTIONS", None)
        result = self.audit("--script-frames", "env")
        lines = result.stdout.splitlines()
        self.assertIn("NODE_OPTIONS=--no-warnings --perf-basic-prof "
                      "--interpreted-frames-native-stack", lines)
        self.assertIn("PYTHONPERFSUPPORT=1", lines)
        self.assertRegex(result.stdout, r"(?m)^JAVA_TOOL_OPTIONS=-XX:.* "
                         r"-XX:\+PreserveFramePointer -XX:\+DumpPerfMapAtExit$")
        self.assertIn("NOINHERIT_AUDIT_OPTIONS=script-frames", lines)

    def test_nobody_is_told_without_the_option(self):
        for name in ("NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "PYTHONPERFSUPPORT"):
            self.environment.pop(name, None)
        self.assertNotRegex(self.audit("env").stdout,
                            "NODE_OPTIONS|JAVA_TOOL|PYTHONPERF|script-frames")


class Refused(AuditTest):
    def test_bad_options_are_refused(self):
        rows = (
            ([], ["no command given"]),
            (["--enforse", "true"], ["--enforse", "'--enforce'"]),
            (["--mode=strict", "true"], ["add --enforce"]),
            (["--enforce", "--mode=strikt", "true"], ["strikt", "strict"]),
            (["--frames=0", "true"], ["--frames", "1", "64"]),
            (["--trace-size=1", "true"], ["--trace-size", "16", "65536"]),
            (["-o", "/nowhere/x", "true"], ["/nowhere/x"]),
            (["--kinds=leek", "true"], ["'leek'", "'leak'"]),
        )
        for arguments, parts in rows:
            with self.subTest(arguments=arguments):
                self.assert_refused(self.audit(*arguments), 125, *parts)

    def test_nothing_runs_when_the_inputs_of_the_report_are_bad(self):
        mark = self.path("mark")
        self.assert_refused(self.audit("--suppressions=/nowhere/x", "touch",
                                       mark), 125, "/nowhere/x")
        self.assertFalse(os.path.exists(mark))

    def test_a_place_for_traces_that_cannot_be_made(self):
        self.environment["TMPDIR"] = "/proc"
        self.assert_refused(self.audit("true"), 125, "TMPDIR")


if __name__ == "__main__":
    command.main()
