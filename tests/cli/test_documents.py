#!/usr/bin/python3
"""The completions, the man pages and --help name the same verbs and options."""

import os
import pty
import re
import select
import subprocess

import command

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
COMPLETION = os.path.join(ROOT, "shim/cli/completion.bash")
PAGE = os.path.join(ROOT, "shim/man/noinherit.1")
# What bash does before it calls the completion function: it splits the line
# into words, also at '='.
COMPLETE = """
PATH=TOOLS:$PATH
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
source "$1"
shift
COMP_WORDS=() COMPREPLY=()
for word; do
	while [[ $word == *=* ]]; do
		[ -n "${word%%=*}" ] && COMP_WORDS+=("${word%%=*}")
		COMP_WORDS+=(=)
		word=${word#*=}
		joined=1
	done
	if [ -n "$word" ] || [ -z "$joined" ]; then COMP_WORDS+=("$word"); fi
	joined=
done
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
BEFORE
_noinherit
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Documents(command.CommandTest):

    def complete(self, *words, before="", **options):
        """What bash would offer to complete the last word."""
        script = COMPLETE.replace("BEFORE", before).replace(
            "TOOLS", os.path.dirname(command.NOINHERIT))
        result = subprocess.run(
            ["bash", "--norc", "-c", script, "bash", COMPLETION, "noinherit",
             *words], capture_output=True, text=True, check=True, **options)
        self.assertEqual(result.stderr, "")
        return [line for line in result.stdout.split("\n") if line]

    def verbs(self):
        text = self.noinherit("--help").stdout
        return re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)

    def options(self, verb):
        """The long options that --help lists, with the = of those that need a
        value. The options of run are audit's, too, where the text on --enforce
        names them."""
        text = self.noinherit(verb, "--help").stdout
        found = set(re.findall(r"^ {2,6}(?:-., )?(--[a-z-]+=?)", text, re.MULTILINE))
        if verb == "audit":
            found |= self.options("run")
        return {option for option in found if f"{option}=" not in found}

    def test_every_verb_is_completed(self):
        offered = self.complete("")
        for verb in self.verbs():
            self.assertIn(verb, offered)
        self.assertEqual(set(self.complete("help", "")), set(self.verbs()))
        self.assertEqual(self.complete("sc"), ["scan"])

    def test_every_option_is_completed(self):
        self.assertEqual(len(self.verbs()), 5)
        for verb in self.verbs():
            with self.subTest(verb):
                offered = set(self.complete(verb, "--"))
                offered.discard("--baseline")
                self.assertEqual(offered, self.options(verb))

    def test_help_lists_what_the_tables_have(self):
        """And nothing else: the completions are made from the help."""
        listed = set().union(*(self.options(verb) for verb in self.verbs()))
        tables = set()
        for folder, _, names in os.walk(os.path.join(ROOT, "shim/cli")):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    tables |= set(re.findall(
                        r'\{ "([a-z-]+)", (?:no|required|optional)_argument',
                        file.read()))
        tables.discard("version")
        self.assertEqual({option.strip("-=") for option in listed}, tables)
        for verb in self.verbs():
            for option in self.options(verb):
                result = self.noinherit(verb, option.rstrip("="))
                self.assertNotIn("unknown option", result.stderr)
                if option.endswith("=") and option != "--baseline=":
                    self.assertIn("needs a value", result.stderr)

    def test_every_verb_and_option_is_in_the_man_page(self):
        with open(PAGE, encoding="utf-8") as file:
            text = file.read().replace("\\-", "-")
        for verb in self.verbs():
            self.assertIn(f".B noinherit {verb}\n", text)
            for option in self.options(verb):
                self.assertRegex(text, rf"{re.escape(option)}(?![a-z-])")

    def test_every_option_of_the_man_page_is_there(self):
        known = set().union({"--version", "--name="},
                            *(self.options(verb) for verb in self.verbs()))
        known = {option.rstrip("=") for option in known}
        with open(PAGE, encoding="utf-8") as file:
            text = file.read().replace("\\-", "-")
        # A keep rule may name an option of another program as its prefix.
        for option in set(re.findall(r"--[a-z][a-z-]*", text)):
            self.assertIn(option, known)

    def test_the_man_page_renders_without_a_warning(self):
        for checker in (["mandoc", "-Tlint", "-Wwarning", PAGE],
                        ["groff", "-ww", "-man", "-Tutf8", "-z", PAGE]):
            try:
                result = subprocess.run(checker, capture_output=True, text=True,
                                        check=False)
            except FileNotFoundError:
                continue
            self.assertEqual(result.stdout + result.stderr, "")
            return
        self.skipTest("neither mandoc nor groff is installed")

    def test_the_man_page_is_of_this_version(self):
        version = self.noinherit("--version").stdout.split()[1]
        with open(PAGE, encoding="utf-8") as file:
            self.assertIn(f'"noinherit {version}"', file.readline())

    def test_words_of_settings_are_completed(self):
        for words, offered in (
                (["run", "--mode="], ["compat", "strict", "off"]),
                (["run", "--mode=st"], ["strict"]),
                (["run", "--mode", "st"], ["strict"]),
                (["run", "--scope=socket,ac"], ["socket,accept"]),
                (["run", "--scope=-d"], ["-dup"]),
                (["run", "--keep=fa"], ["family="]),
                (["run", "--keep=fd=3,fa"], ["3,family="]),
                (["run", "--keep=family=AF_INET"], ["AF_INET", "AF_INET6"]),
                (["run", "--keep=type=SOCK_S"],
                 ["SOCK_STREAM", "SOCK_SEQPACKET"]),
                (["audit", "--format=s"], ["sarif"]),
                (["report", "--kinds=leak,ra"], ["leak,race"]),
                (["scan", "--format=p"], ["prometheus"]),
                (["scan", "--kinds="], ["all", "leak", "inheritable", "passed"]),
                (["run", "--mo"], ["--mode="])):
            with self.subTest(words):
                self.assertEqual(self.complete(*words), offered)

    def rows(self, table, pattern):
        """The words in the rows of a table of the sources."""
        with open(os.path.join(ROOT, "shim", table),
                  encoding="utf-8") as file:
            return set(re.findall(pattern, file.read()))

    def assert_named(self, words, *files, verb="report"):
        """Each of the words is in each of the files and in the output of
        --help."""
        texts = {"--help": self.noinherit(verb, "--help").stdout}
        for path in files:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                texts[path] = file.read().replace("\\-", "-")
        for where, text in texts.items():
            for word in words:
                self.assertRegex(text, rf"(?<![a-z-]){word}(?![a-z-])", where)

    def test_every_kind_is_named_where_people_look(self):
        """The completions for the three shells have separate lists."""
        kinds = self.rows("cli/report/kinds.c", r'\.name = "([a-z-]+)"')
        self.assertGreaterEqual(len(kinds), 8)
        self.assertEqual(set(self.complete("report", "--kinds=")),
                         kinds | {"all", "default"})
        self.assert_named(kinds, "shim/cli/completion.zsh",
                          "shim/cli/completion.fish", "shim/man/noinherit.1",
                          "shim/man/noinherit-audit.1",
                          "shim/cli/report/noinherit-report.schema.json")

    def test_every_format_is_named_where_people_look(self):
        formats = self.rows("cli/report/formats.c",
                            r'\{ "([a-z]+)", "[^"]+", ni_print_')
        self.assertGreaterEqual(len(formats), 4)
        self.assertEqual(set(self.complete("report", "--format=")), formats)
        self.assert_named(formats, "shim/cli/completion.zsh",
                          "shim/cli/completion.fish", "shim/man/noinherit.1",
                          "shim/man/noinherit-audit.1")

    def test_every_keep_rule_is_named_where_people_look(self):
        rules = self.rows("common/settings.c", r'\{ "([a-z]+)=", NI_KEEP_')
        self.assertGreaterEqual(len(rules), 6)
        self.assertEqual(set(self.complete("run", "--keep=")),
                         {f"{rule}=" for rule in rules})
        self.assert_named(rules, "shim/cli/completion.zsh",
                          "shim/cli/completion.fish", "shim/man/noinherit.1",
                          "shim/man/noinherit-preload.7", verb="run")

    def test_a_setting_that_is_completed_is_accepted(self):
        for option in ("--mode=", "--scope="):
            for word in self.complete("run", option):
                result = self.noinherit("run", option + word, "true")
                self.assertEqual((result.returncode, result.stderr), (0, ""))
        for key in ("family=AF_", "type=SOCK_"):
            for word in self.complete("run", f"--keep={key}"):
                keep = f"--keep={key.split('=')[0]}={word}"
                result = self.noinherit("run", keep, "true")
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_commands_are_completed_and_then_their_own_words(self):
        self.assertIn("printenv", self.complete("run", "printe"))
        self.assertIn("printenv", self.complete("run", "--mode=off", "printe"))
        self.assertIn("printenv",
                      self.complete("run", "--mode", "off", "--", "printe"))
        self.file("some file")
        self.assertEqual(self.complete("run", "cat", "so", cwd=self.folder),
                         ["some file"])
        self.assertEqual(self.complete("check", "./so", cwd=self.folder),
                         ["./some file"])

    def test_the_completion_of_the_command_takes_over(self):
        offset = "_command_offset() { COMPREPLY=(\"at $1\"); }"
        self.assertEqual(self.complete("run", "ls", "-", before=offset), ["at 2"])
        self.assertEqual(self.complete("run", "--mode=off", "--", "ls", "--co",
                                       before=offset), ["at 6"])
        # An option after the command belongs to the command.
        self.assertEqual(self.complete("audit", "ls", "--mode=", before=offset),
                         ["at 2"])

    def test_files_and_processes_are_completed(self):
        os.makedirs(self.path("recorded"))
        self.file("plain")
        self.assertEqual(self.complete("report", "", cwd=self.folder),
                         ["recorded"])
        self.assertEqual(
            set(self.complete("audit", "-o", "", cwd=self.folder)),
            {"recorded", "plain"})
        self.assertEqual(self.complete("audit", "--suppressions=pl",
                                       cwd=self.folder), ["plain"])
        self.assertIn(str(os.getpid()), self.complete("scan", ""))
        self.assertNotIn("self", self.complete("scan", ""))

    def test_an_interactive_bash_completes(self):
        """All of it, readline included, in a pseudo-terminal."""
        start = self.file("start", f"source {COMPLETION}\nPS1='ready> '\n")
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "dumb"
            os.environ["PATH"] = (os.path.dirname(command.NOINHERIT) + ":" +
                                  os.environ["PATH"])
            os.execlp("bash", "bash", "--noprofile", "--rcfile", start, "-i")
        self.addCleanup(os.waitpid, pid, 0)
        self.addCleanup(os.close, terminal)
        seen = b""
        for wait, send in ((b"ready> ", b"noinherit ru\t"),
                           (b"noinherit run ", b"--sco\t"),
                           (b"--scope=", b"dup,rec\t"),
                           (b"dup,receive", b" print\x15exit\r")):
            while not seen.endswith(wait):
                ready, _, _ = select.select([terminal], [], [], 120)
                self.assertTrue(ready, seen)
                seen += os.read(terminal, 1000)
            os.write(terminal, send)


if __name__ == "__main__":
    command.main()
