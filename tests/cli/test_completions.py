#!/usr/bin/python3
"""zsh and fish complete what the help of the command lists, as bash does (for
bash see test_documents.py)."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import unittest

import command

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
SOURCES = os.path.join(ROOT, "shim/cli")
# A wide and high terminal, so that no list is truncated or needs a
# confirmation.
WINDOW = struct.pack("HHHH", 500, 250, 0, 0)
# The colon keeps the mark from being seen in the echo of the line itself.
ZSH_START = """\
fpath=($PWD $fpath) LISTMAX=0
autoload -Uz compinit
compinit -u -D
setopt nolistbeep noautomenu nopromptsp
bindkey '^Xl' list-choices
zstyle ':completion:*' list-separator '#'
PS1='rea''dy> '
"""


class Shells:
    """The cases, for a shell whose completions offered() returns."""

    def setUp(self):
        super().setUp()
        command.need(self.shell)
        self.environment["PATH"] = (os.path.dirname(command.NOINHERIT) + ":" +
                                    self.environment["PATH"])

    def listed(self, *words):
        """The options in a help text, as test_documents.py reads them."""
        return set(re.findall(r"^ {2,6}(?:-., )?(--[a-z-]+)",
                              self.noinherit(*words, "--help").stdout,
                              re.MULTILINE))

    def test_every_verb_is_offered(self):
        verbs = set(re.findall(r"^  ([a-z]+) ", self.noinherit("--help").stdout,
                               re.MULTILINE))
        self.assertGreaterEqual(len(verbs), 5)
        self.assertLessEqual(verbs, self.offered("noinherit "))
        self.assertEqual(verbs, self.offered("noinherit help "))

    def test_every_option_is_offered(self):
        for verb in ("run", "check", "audit", "report", "scan"):
            with self.subTest(verb):
                wanted = self.listed(verb)
                if verb == "audit":
                    wanted |= self.listed("run")
                offered = {word.split("=")[0]
                           for word in self.offered(f"noinherit {verb} --")}
                self.assertEqual(offered, wanted)

    def test_values_are_offered(self):
        for line, words in (
                ("run --mode ", {"compat", "strict", "off"}),
                ("run --mode=st", {"strict"}),
                ("run --scope=socket,ac", {"socket,accept"}),
                ("audit --format=s", {"sarif"}),
                ("scan --format=p", {"prometheus"}),
                ("report --kinds leak,ra", {"leak,race"})):
            with self.subTest(line):
                offered = {word.split("=")[-1].split(",")[-1]
                           for word in self.offered(f"noinherit {line}")}
                self.assertEqual(offered,
                                 {word.split(",")[-1] for word in words})

    def test_files_and_commands_are_offered(self):
        self.file("plain-file")
        os.mkdir(self.path("plain-folder"))
        self.assertEqual(self.names("noinherit report pla"), {"plain-folder"})
        self.assertEqual(self.names("noinherit report -o pla"),
                         {"plain-file", "plain-folder"})
        self.assertEqual(self.names("noinherit audit --suppressions=pla"),
                         {"plain-file", "plain-folder"})
        self.assertEqual(self.names("noinherit run --mode=off printe"),
                         {"printenv"})
        self.assertEqual(self.names("noinherit run cat plain-fi"),
                         {"plain-file"})

    def names(self, line):
        """The file names in the list, without the marks of folders."""
        return {re.split("[=/]", word.rstrip("/*"))[-1]
                for word in self.offered(line)}


class Fish(Shells, command.CommandTest):
    shell = "fish"

    def offered(self, line):
        script = f'source {SOURCES}/completion.fish; complete -C "$argv[1]"'
        result = subprocess.run(
            ["fish", "--no-config", "-c", script, line], check=True, text=True,
            cwd=self.folder, capture_output=True,
            env={**self.environment, "HOME": self.folder})
        self.assertEqual(result.stderr, "")
        return {word.split("\t")[0] for word in result.stdout.splitlines()}

    def test_options_have_descriptions(self):
        result = subprocess.run(
            ["fish", "--no-config", "-c",
             f"source {SOURCES}/completion.fish; complete -C 'noinherit run --m'"],
            check=True, capture_output=True, text=True,
            env={**self.environment, "HOME": self.folder})
        self.assertEqual(result.stdout,
                         "--mode=\tcompat (default), strict or off\n")


class Zsh(Shells, command.CommandTest):
    shell = "zsh"

    def setUp(self):
        super().setUp()
        os.symlink(f"{SOURCES}/completion.zsh", self.path("_noinherit"))
        start = self.file("start", ZSH_START)
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.environ.clear()
            os.environ.update(self.environment, TERM="dumb", HOME=self.folder)
            os.execlp("zsh", "zsh", "-f", "-i")
        self.addCleanup(os.waitpid, pid, 0)
        self.addCleanup(os.close, self.terminal)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, WINDOW)
        os.write(self.terminal, f"source {start}\n".encode())
        self.read_until("")

    def read_until(self, mark):
        """What zsh prints up to a prompt that follows the mark."""
        seen = ""
        while not (mark in seen and seen.endswith("ready> ")):
            ready, _, _ = select.select([self.terminal], [], [], 120)
            self.assertTrue(ready, seen)
            seen += os.read(self.terminal, 65536).decode()
            seen = re.sub("\x1b\\[[?0-9;]*[a-zA-Z]", "", seen)
        return seen

    def offered(self, line):
        """The list that zsh shows below the line. zsh changes the line only if
        there is nothing to list."""
        os.write(self.terminal, line.encode() + b"\x18l\x15echo fin''ished\n")
        seen = self.read_until("\nfinished")
        rows = seen[:seen.index("\nready> ")].split("\n")[1:]
        return {word for row in rows for word in row.split("#")[0].split()}


if __name__ == "__main__":
    command.main()
