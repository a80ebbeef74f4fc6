#!/usr/bin/python3
"""noinherit run: what it refuses, what it passes on, and how it executes."""

import os
import shutil
import signal
import subprocess
import sys

import command
from command import NOINHERIT, SHIM


class Refusals(command.CommandTest):
    """Each mistake is reported in one line, and the command is not run."""

    def assert_nothing_ran(self, status, arguments, *parts):
        trace = self.path("ran")
        witness = self.file("witness", f"#!/bin/sh\n: > {trace}\n")
        result = self.noinherit("run", *arguments, witness)
        self.assert_refused(result, status, *parts)
        self.assertFalse(os.path.exists(trace))

    def test_a_setting_typo_is_named_with_its_place_and_the_right_word(self):
        for arguments, *parts in (
                (["--mode=strikt"], "--mode=strikt", "'strikt' at position 1",
                 "'strict'"),
                (["--mode", "STRICT"], "'STRICT'", "'strict'"),
                (["--scope=dup,acept"], "'acept' at position 5", "'accept'"),
                (["--scope=-sokets"], "'sokets' at position 2", "'sockets'"),
                (["--scope=all"], "reserved"),
                (["--keep=fd=3,famly=AF_UNIX"],
                 "'famly=AF_UNIX' at position 6", "'family='"),
                (["--keep=family=AF_UNXI"], "'AF_UNIX'"),
                (["--keep", "fd=9-3"], "'fd=9-3'"),
                (["--keep=fd=3", "--keep=typ=SOCK_DGRAM"], "'type='")):
            with self.subTest(arguments):
                self.assert_nothing_ran(125, arguments, *parts)

    def test_a_typo_in_the_environment_is_refused_too(self):
        self.environment["NOINHERIT_SCOPE"] = "socket,dub"
        self.assert_nothing_ran(125, [], "NOINHERIT_SCOPE=socket,dub",
                                "'dub' at position 8", "'dup'")

    def test_an_option_replaces_the_variable_with_the_typo(self):
        self.environment["NOINHERIT_MODE"] = "nonsense"
        result = self.noinherit("run", "--mode=off", "true")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_an_unknown_option_is_named(self):
        self.assert_nothing_ran(125, ["--moed=off"], "'--moed'", "'--mode'")
        self.assert_nothing_ran(125, ["-z"], "'-z'", "--help")

    def test_a_missing_value_is_named(self):
        result = self.noinherit("run", "--mode")
        self.assert_refused(result, 125, "'--mode' needs a value")

    def test_a_missing_command_is_said(self):
        for arguments in ((), ("--",), ("--mode=off",)):
            with self.subTest(arguments):
                result = self.noinherit("run", *arguments)
                self.assert_refused(result, 125, "no command given")

    def test_an_unknown_verb_is_named(self):
        result = self.noinherit("runn", "true")
        self.assert_refused(result, 125, "'runn'", "noinherit run")

    def test_a_command_that_is_not_there_gives_127(self):
        for name in ("no-such-command-at-all", "./no/such/file", ""):
            with self.subTest(name):
                result = self.noinherit("run", name)
                self.assert_refused(result, 127, f"'{name}'",
                                    "No such file or directory")

    def test_a_command_that_cannot_be_executed_gives_126(self):
        result = self.noinherit("run", self.file("plain", "true\n", 0o644))
        self.assert_refused(result, 126, "Permission denied")
        result = self.noinherit("run", self.folder)
        self.assert_refused(result, 126, "Is a directory")

    def test_a_file_in_the_place_of_a_folder_gives_127(self):
        result = self.noinherit("run", self.file("plain") + "/below")
        self.assert_refused(result, 127, "Not a directory")

    def test_escapes_in_a_name_do_not_reach_the_terminal(self):
        result = self.noinherit("run", "./a\x1b[31m\nb")
        self.assert_refused(result, 127, "./a\\x1b[31m\\nb")


class Placement(command.CommandTest):
    """Where the shim is found, and which paths LD_PRELOAD can contain."""

    def install(self, prefix, *shim):
        """The command under prefix/bin, and the shim at each of the given
        places."""
        os.makedirs(self.path(f"{prefix}/bin"))
        target = self.path(f"{prefix}/bin/noinherit")
        shutil.copy(NOINHERIT, target)
        for place in shim:
            os.makedirs(os.path.dirname(self.path(place)), exist_ok=True)
            shutil.copy(SHIM, self.path(place))
        return target

    def preload_of(self, target):
        result = self.noinherit("run", "printenv", "LD_PRELOAD",
                                command=target)
        self.assertEqual(result.stderr, "")
        return result.stdout.rstrip("\n")

    def test_the_shim_beside_the_command_is_used(self):
        self.assertEqual(self.preload_of(NOINHERIT), SHIM)

    def test_the_shim_of_a_moved_prefix_is_used(self):
        target = self.install("opt", "opt/lib/libnoinherit-preload.so")
        self.assertEqual(self.preload_of(target),
                         self.path("opt/lib/libnoinherit-preload.so"))

    def test_the_command_is_followed_through_a_link(self):
        link = self.path("link")
        os.symlink(NOINHERIT, link)
        self.assertEqual(self.preload_of(link), SHIM)

    def test_without_a_shim_the_command_does_not_run(self):
        if os.path.exists("/usr/local/lib/libnoinherit-preload.so"):
            self.skipTest("noinherit is installed under /usr/local")
        result = self.noinherit("run", "echo", "ran",
                                command=self.install("alone"))
        self.assert_refused(result, 125, "libnoinherit-preload.so")

    def test_a_path_that_ld_preload_cannot_carry_is_refused(self):
        for number, name in enumerate(("with space", "with:colon", "with$ORIGIN")):
            with self.subTest(name):
                prefix = f"{number}{name}"
                target = self.install(prefix,
                                      f"{prefix}/lib/libnoinherit-preload.so")
                result = self.noinherit("run", "echo", "ran", command=target)
                self.assert_refused(result, 125, prefix, "LD_PRELOAD")


class HandingOn(command.CommandTest):
    """The command gets its arguments and its environment unchanged."""

    def environment_of(self, *options):
        result = self.noinherit("run", *options, "env", "-0")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        pairs = result.stdout.rstrip("\0").split("\0")
        return dict(pair.split("=", 1) for pair in pairs)

    def test_nothing_but_ld_preload_is_added(self):
        expected = dict(self.environment, LD_PRELOAD=SHIM)
        self.assertEqual(self.environment_of(), expected)

    def test_what_was_preloaded_stays(self):
        self.environment["LD_PRELOAD"] = "libdl.so.2 libm.so.6"
        self.assertEqual(self.environment_of()["LD_PRELOAD"],
                         f"{SHIM}:libdl.so.2:libm.so.6")

    def test_a_run_within_a_run_adds_nothing(self):
        result = self.noinherit("run", NOINHERIT, "run", "printenv", "LD_PRELOAD")
        self.assertEqual(result.stdout, f"{SHIM}\n")

    def test_settings_are_handed_on(self):
        found = self.environment_of("--mode=strict", "--scope", "socket",
                                    "--scope=accept", "--keep=fd=7",
                                    "--keep=env=X,argv=--fd=")
        self.assertEqual(found["NOINHERIT_MODE"], "strict")
        self.assertEqual(found["NOINHERIT_SCOPE"], "socket,accept")
        self.assertEqual(found["NOINHERIT_KEEP"], "fd=7,env=X,argv=--fd=")

    def test_the_last_mode_holds(self):
        found = self.environment_of("--mode=strict", "--mode=off")
        self.assertEqual(found["NOINHERIT_MODE"], "off")

    def test_an_option_replaces_what_the_environment_says(self):
        self.environment["NOINHERIT_KEEP"] = "fd=3"
        self.assertEqual(self.environment_of("--keep=fd=4")["NOINHERIT_KEEP"],
                         "fd=4")

    def test_options_of_the_command_are_its_own(self):
        for arguments in (["echo", "--mode=x", "-z", "--"],
                          ["--", "echo", "--mode=x", "-z", "--"]):
            result = self.noinherit("run", *arguments)
            self.assertEqual(result.stdout, "--mode=x -z --\n")

    def test_a_name_with_a_dash_runs_after_the_double_dash(self):
        self.file("-odd", "#!/bin/sh\necho odd\n")
        self.environment["PATH"] = self.folder + ":" + os.environ["PATH"]
        result = self.noinherit("run", "--", "-odd")
        self.assertEqual(result.stdout, "odd\n")

    def test_commands_with_colons_and_spaces_run(self):
        tool = self.file("a b:c/my tool", "#!/bin/sh\necho \"$0:$1\"\n")
        self.assertEqual(self.noinherit("run", tool, "x y").stdout,
                         f"{tool}:x y\n")

    def test_the_name_is_handed_on_as_it_was_typed(self):
        result = self.noinherit("run", "sh", "-c", "tr '\\0' ' ' </proc/$$/cmdline")
        self.assertTrue(result.stdout.startswith("sh -c"), result.stdout)

    def test_path_is_searched_as_execvp_does(self):
        """It skips what cannot be run; an empty entry is the current folder."""
        self.file("first/tool", "#!/bin/sh\necho first\n", 0o644)
        os.makedirs(self.path("second/tool"))
        self.file("third/tool", "#!/bin/sh\necho third\n")
        usual = os.environ["PATH"]
        self.environment["PATH"] = ":".join(
            self.path(name) for name in ("first", "second", "third")) + ":" + usual
        self.assertEqual(self.noinherit("run", "tool").stdout, "third\n")
        self.environment["PATH"] = self.path("first") + ":" + usual
        self.assert_refused(self.noinherit("run", "tool"), 126,
                            "Permission denied")
        self.environment["PATH"] = ":" + usual
        result = self.noinherit("run", "tool", cwd=self.path("third"))
        self.assertEqual(result.stdout, "third\n")

    def test_a_text_without_a_first_line_is_a_shell_script(self):
        script = self.file("script", "echo \"$0 $1\"\n")
        self.assertEqual(self.noinherit("run", script, "x").stdout,
                         f"{script} x\n")

    def test_rubbish_is_not_given_to_a_shell(self):
        rubbish = self.file("rubbish", b"\x7fELF\0\0echo ran\n")
        result = self.noinherit("run", rubbish)
        self.assert_refused(result, 126, "damaged")
        rubbish = self.file("rubbish", b"\x89PNG\0\0echo ran\n")
        result = self.noinherit("run", rubbish)
        self.assert_refused(result, 126, "neither an ELF file nor a script")


class Becoming(command.CommandTest):
    """The command replaces noinherit: it has the same process and its own exit
    status."""

    def test_the_command_has_the_same_pid(self):
        process = subprocess.Popen([NOINHERIT, "run", "sh", "-c", "echo $$"],
                                   stdout=subprocess.PIPE, text=True,
                                   env=self.environment)
        output, _ = process.communicate(timeout=60)
        self.assertEqual(int(output), process.pid)

    def test_the_status_is_the_commands(self):
        for status in (0, 1, 42, 125, 255):
            result = self.noinherit("run", "sh", "-c", f"exit {status}")
            self.assertEqual(result.returncode, status)

    def test_a_signal_ends_the_command_as_it_would_natively(self):
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV):
            result = self.noinherit("run", "sh", "-c",
                                    f"ulimit -c 0; kill -{int(number)} $$")
            self.assertEqual(result.returncode, -number)

    def test_signal_dispositions_and_mask_are_as_they_were(self):
        show = ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"]
        native = subprocess.run(show, capture_output=True, text=True,
                                check=True, env=self.environment)
        result = self.noinherit("run", *show)
        self.assertEqual(result.stdout, native.stdout)

    def test_no_descriptor_is_added(self):
        look = [sys.executable, "-c",
                "import os; print(sorted(os.listdir('/proc/self/fd')))"]
        native = subprocess.run(look, capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, check=True,
                                env=self.environment)
        self.assertEqual(self.noinherit("run", *look).stdout, native.stdout)

    def test_the_command_does_its_work_with_standard_streams_closed(self):
        result = subprocess.run(
            ["sh", "-c", f'"{NOINHERIT}" run sh -c "exit 7" <&- >&- 2>&-'],
            env=self.environment, check=False)
        self.assertEqual(result.returncode, 7)


class Help(command.CommandTest):

    def test_help_and_version_go_to_standard_output(self):
        for arguments in (["--help"], ["help"], ["run", "--help"],
                          ["help", "run"], ["run", "-h"], ["--version"]):
            result = self.noinherit(*arguments)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("noinherit", result.stdout)

    def test_help_that_cannot_be_written_is_trouble(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            result = subprocess.run([NOINHERIT, "--help"], stdout=full,
                                    stderr=subprocess.PIPE, text=True,
                                    check=False)
        self.assertEqual(result.returncode, 125)
        self.assertIn("No space left", result.stderr)


if __name__ == "__main__":
    command.main()
