#!/usr/bin/python3
"""What each setting changes, that it changes nothing else, and that nothing is
printed."""

import os
import shutil
import unittest

import live
from live import COMPAT, STRICT, helper

def without(*names):
    return " ".join(word for word in COMPAT.split() if word not in names)


SOCKETS = ("socket", "datagram", "unix", "left", "right", "number", "mistake")
ACCEPTED = ("accept", "accept4", "unix-accept")
COPIES = ("unix-dup", "dup", "dupfd")

ROWS = (
    ({}, COMPAT),
    ({"NOINHERIT_MODE": "compat"}, COMPAT),
    ({"NOINHERIT_MODE": ""}, COMPAT),
    ({"NOINHERIT_MODE": "strict"}, STRICT),
    ({"NOINHERIT_MODE": "off"}, ""),
    ({"NOINHERIT_SCOPE": "sockets"}, COMPAT),
    ({"NOINHERIT_SCOPE": "socket"}, " ".join(
        w for w in COMPAT.split() if w in SOCKETS)),
    ({"NOINHERIT_SCOPE": "accept"}, "accept accept4 unix-accept"),
    ({"NOINHERIT_SCOPE": "dup"}, "unix-dup dup dupfd"),
    ({"NOINHERIT_SCOPE": "receive"}, "receive"),
    ({"NOINHERIT_SCOPE": "-socket"}, without(*SOCKETS)),
    ({"NOINHERIT_SCOPE": "-accept"}, without(*ACCEPTED)),
    ({"NOINHERIT_SCOPE": "-dup"}, without(*COPIES)),
    ({"NOINHERIT_SCOPE": "-receive"}, without("receive")),
    ({"NOINHERIT_SCOPE": "-sockets"}, ""),
    ({"NOINHERIT_SCOPE": "dup", "NOINHERIT_MODE": "strict"},
     "unix-dup dup dup-on-0"),
    ({"NOINHERIT_SCOPE": "socket", "NOINHERIT_MODE": "off"}, ""),
    # By result number: all are 3, except the right end of the pair and what is
    # made while 3 is open.
    ({"NOINHERIT_KEEP": "fd=3"}, "right unix-dup unix-accept"),
    ({"NOINHERIT_KEEP": "fd=3-9"}, ""),
    ({"NOINHERIT_KEEP": "fd=4-9"}, without("right", "unix-dup",
                                           "unix-accept")),
    ({"NOINHERIT_KEEP": "fd=3,fd=0", "NOINHERIT_MODE": "strict"},
     "right unix-dup unix-accept"),
    # What a kept socket accepts and the copies of a kept socket are kept, too.
    ({"NOINHERIT_KEEP": "family=AF_UNIX"},
     without("unix", "left", "right", "unix-dup", "unix-accept")),
    ({"NOINHERIT_KEEP": "family=AF_INET"},
     without("socket", "datagram", "accept", "accept4", "number", "mistake")),
    ({"NOINHERIT_KEEP": "type=SOCK_DGRAM"}, without("datagram")),
    ({"NOINHERIT_KEEP": "type=SOCK_STREAM"}, "datagram dup dupfd receive"),
    ({"NOINHERIT_KEEP": "family=AF_UNIX,type=SOCK_DGRAM"},
     without("unix", "left", "right", "unix-dup", "unix-accept", "datagram")),
    ({"NOINHERIT_KEEP": "program=probe"}, ""),
    ({"NOINHERIT_KEEP": "program=prob"}, COMPAT),
    ({"NOINHERIT_KEEP": "env=NAME,argv=--name="}, COMPAT),
)

# Each of these values is wrong, so the default of that setting applies.
BAD = (
    ("NOINHERIT_MODE", "strikt", "unknown mode"),
    ("NOINHERIT_SCOPE", "socket,acept", "unknown scope"),
    ("NOINHERIT_SCOPE", "all", "reserved"),
    ("NOINHERIT_KEEP", "fd=3,famly=AF_UNIX", "unknown thing to keep"),
    ("NOINHERIT_KEEP", "fd=9-3", "range"),
    ("NOINHERIT_KEEP", "x" * 7000, "unknown thing to keep"),
    ("NOINHERIT_KEEP", ",".join(f"fd={n}" for n in range(1000, 1033)),
     "too many"),
)


class Settings(live.LiveTest):

    def test_natively_everything_is_inheritable(self):
        self.assertEqual(self.says(helper("probe"), preload=None), "")

    def test_a_setting_changes_what_it_says(self):
        for settings, expected in ROWS:
            with self.subTest(settings):
                self.assertEqual(self.says(helper("probe"), env=settings),
                                 expected)

    def test_a_bad_setting_is_as_if_not_set_and_silent(self):
        for name, value, _ in BAD:
            for debug in ({}, {"NOINHERIT_DEBUG": "0"},
                          {"NOINHERIT_DEBUG": ""}):
                with self.subTest(name, value=value[:40], debug=debug):
                    self.assertEqual(
                        self.says(helper("probe"), env={name: value, **debug}),
                        COMPAT)

    def test_a_bad_setting_does_not_spoil_another(self):
        self.assertEqual(
            self.says(helper("probe"), env={"NOINHERIT_MODE": "strict",
                                            "NOINHERIT_SCOPE": "nonsense",
                                            "NOINHERIT_KEEP": "program="}),
            STRICT)

    def test_debugging_says_so_in_one_line(self):
        for name, value, why in BAD:
            with self.subTest(name, value=value[:40]):
                result = self.run_program(
                    helper("probe"), env={name: value, "NOINHERIT_DEBUG": "1"})
                self.assertEqual(result.stdout.strip(), COMPAT)
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertTrue(result.stderr.startswith(
                    f"noinherit: {name}: "), result.stderr)
                self.assertIn(why, result.stderr)

    def test_debugging_is_silent_where_nothing_is_wrong(self):
        self.assertEqual(self.says(helper("probe"),
                                   env={"NOINHERIT_DEBUG": "1",
                                        "NOINHERIT_SCOPE": "dup"}),
                         "unix-dup dup dupfd")

    def test_what_does_not_fit_is_as_if_not_set(self):
        self.assertEqual(
            self.says(helper("probe"), env={"NOINHERIT_MODE": "off",
                                            "NOINHERIT_KEEP": "x" * 20000}),
            "")

    def test_the_first_of_two_variables_holds(self):
        # As with getenv. execve accepts such an environment; a dict cannot
        # hold it.
        probe = self.compile("twice", """
            #include <unistd.h>
            int main(int argc, char **argv, char **envp)
            {
                char *again[] = { envp[0], "NOINHERIT_MODE=off",
                                  "NOINHERIT_MODE=strict", 0 };
                (void)argc;
                return execve(argv[1], argv + 1, again);
            }""")
        self.environment = {}
        self.assertEqual(self.says(probe, helper("probe")), "")


class ProgramName(live.LiveTest):
    """Rules for programs: the basename of the executable at start."""

    NO_SOCKETS = without(*SOCKETS)

    def copy(self, name):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(helper("probe"), path)
        return path

    def test_a_program_called_bash_keeps_its_sockets(self):
        self.assertEqual(self.says(self.copy("bash")), self.NO_SOCKETS)
        self.assertEqual(self.says(self.copy("bash2")), COMPAT)
        self.assertEqual(self.says(self.copy("bash.d/probe")), COMPAT)

    def of_arguments(self, name, argument, **settings):
        """What the probe prints under this name with this argument, which is
        also the file that it writes to."""
        report = self.path(argument)
        self.says(self.copy(name), report, env=settings)
        with open(report, encoding="utf-8") as file:
            return file.read().strip()

    def test_socat_keeps_the_numbers_of_its_arguments(self):
        kept = "right unix-dup unix-accept"
        for name in ("socat", "socat1"):
            for argument in ("fdin=3", "system:cat,fdout=3,fdin=7"):
                self.assertEqual(self.of_arguments(name, argument), kept)
        for name, argument in (("socat", "fdin=9"), ("socat", "fd=3"),
                               ("socat2", "fdin=3"), ("probe", "fdin=3")):
            self.assertEqual(self.of_arguments(name, argument), COMPAT)
        self.assertEqual(
            self.of_arguments("socat", "fdin=3", NOINHERIT_MODE="strict"),
            STRICT)

    def test_however_it_was_started(self):
        bash = self.copy("bin/bash")
        cases = {
            "relative": ["./bash"],
            "by the search path": ["bash"],
            "with another name in argv": ["/bin/bash", "-c", "exec -a other ./bash"],
        }
        for name, command in cases.items():
            with self.subTest(name):
                self.assertEqual(
                    self.says(*command, cwd=os.path.dirname(bash),
                              env={"PATH": f"{self.path('bin')}:/bin"}),
                    self.NO_SOCKETS)

    def test_strict_mode_knows_no_programs(self):
        self.assertEqual(self.says(self.copy("bash"),
                                   env={"NOINHERIT_MODE": "strict"}), STRICT)

    def test_a_kept_program_is_left_alone_by_its_name(self):
        keep = {"NOINHERIT_KEEP": "program=server-1.2"}
        self.assertEqual(self.says(self.copy("server-1.2"), env=keep), "")
        self.assertEqual(self.says(self.copy("server-1.3"), env=keep), COMPAT)

    def test_a_script_is_called_by_its_interpreter(self):
        script = self.file("script", f"#!{self.copy('bash')}\n")
        # The script is the interpreter's first argument, to which the probe
        # writes.
        self.run_program(script)
        with open(script) as answer:
            self.assertEqual(answer.read().strip(), self.NO_SOCKETS)


if __name__ == "__main__":
    live.main()
