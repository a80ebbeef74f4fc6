#!/usr/bin/python3
"""Rule 9a: what counts as the same program, however it is named, moved or
replaced, and what does not."""

import os
import shutil
import subprocess
import unittest

import live
from live import SHIM, helper

ALL = ["3 socket cloexec", "4 socket cloexec"]
NONE = []


class Upgrade(live.LiveTest):

    def setUp(self):
        super().setUp()
        self.bin = self.path("bin")
        os.mkdir(self.bin)

    def install(self, name, source="reexec"):
        """Installs a copy of a helper, a new file even if it was installed
        before."""
        path = os.path.join(self.bin, name)
        shutil.copy(helper(source), path + ".new")
        os.rename(path + ".new", path)
        return path

    def after(self, start, execute, *, change=lambda: None, preload=SHIM,
              cwd=None, **variables):
        """What arrives in @execute when @start executes it, after @change."""
        environment = dict(self.environment, **variables)
        if preload:
            environment["LD_PRELOAD"] = preload
        with subprocess.Popen(start, env=environment, text=True,
                              stdin=subprocess.PIPE, cwd=cwd or self.bin,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as server:
            self.assertEqual(server.stdout.readline(), "ready\n")
            change()
            output, _ = server.communicate(execute + "\n", timeout=60)
            self.assertEqual(server.returncode, 0, output)
        return output.splitlines()


class SameProgram(Upgrade):

    def test_natively_everybody_gets_everything(self):
        server = self.install("server")
        self.assertEqual(self.after([server], f"{server} x", preload=None),
                         ["3 socket inheritable", "4 socket inheritable"])

    def test_by_whatever_path(self):
        server = self.install("server")
        os.symlink("server", self.path("bin/link"))
        os.link(server, self.path("bin/hard"))
        os.symlink(self.bin, self.path("current"))
        for start, execute in (
                (server, server), (server, "./server"),
                (server, "../bin/server"), (server, "/proc/self/exe"),
                (server, "./link"), (server, "./hard"),
                (server, self.path("current/server")),
                ("./link", server), ("./link", "./link"),
                ("./server", server), ("../bin/server", "./server"),
                (self.path("current/link"), server),
                (self.path("current/server"), self.path("current/server"))):
            with self.subTest(start=start, execute=execute):
                self.assertEqual(self.after([start], f"{execute} x"), ALL)

    def test_found_by_the_search_path(self):
        self.install("server")
        self.assertEqual(
            self.after(["server"], f"{self.bin}/server x",
                       PATH=f"{self.bin}:/usr/bin:/bin"), ALL)

    def test_another_program_or_another_copy_gets_nothing(self):
        server, other = self.install("server"), self.install("other")
        looker = self.install("looker", "looker")
        for execute in (other, looker, "./other"):
            with self.subTest(execute=execute):
                self.assertEqual(self.after([server], f"{execute} x"), NONE)

    # ---- upgrades ----

    def test_a_binary_that_was_moved_away(self):
        for start in ("{}/server", "./server"):
            server = self.install("server")
            with self.subTest(start=start):
                self.assertEqual(
                    self.after([start.format(self.bin)], f"{server}.old x",
                               change=lambda: os.rename(server,
                                                        server + ".old")), ALL)

    def test_a_new_binary_where_the_old_one_was(self):
        for start in ("{}/server", "./server"):
            for execute in ("{}/server", "./server"):
                server = self.install("server")

                def move_away(server=server):
                    os.rename(server, server + ".old")
                    self.install("server")

                def rename_over():
                    self.install("server")

                def remove(server=server):
                    os.unlink(server)
                    self.install("server")

                for change in (move_away, rename_over, remove):
                    with self.subTest(start=start, execute=execute,
                                      change=change.__name__):
                        self.assertEqual(
                            self.after([start.format(self.bin)],
                                       execute.format(self.bin) + " x",
                                       change=change), ALL)

    def test_a_link_that_leads_to_a_new_version(self):
        old, new = self.install("server-1"), self.install("server-2")
        link = self.path("bin/server")
        os.symlink(old, link)

        def upgrade():
            os.unlink(link)
            os.symlink(new, link)

        self.assertEqual(self.after([link], f"{link} x", change=upgrade), ALL)

    def test_another_program_where_the_old_one_was_is_an_upgrade(self):
        # Only the path shows it: it is the path that was started.
        server = self.install("server")
        self.assertEqual(
            self.after([server], f"{server} x",
                       change=lambda: self.install("server", "looker"))[:2],
            ["3 socket cloexec", "4 socket cloexec"])

    # ---- without /proc ----

    def without_proc(self, execute, start="{}/server"):
        live.need("unshare")
        self.install("server")
        self.install("other")
        hidden = ["unshare", "--mount", "--propagation", "private"]
        if os.getuid():
            hidden.insert(1, "--map-root-user")
        probe = subprocess.run(hidden + ["mount", "-t", "tmpfs", "none",
                                         "/proc"], capture_output=True,
                               check=False)
        if probe.returncode:
            self.skipTest(f"no mount namespace: {probe.stderr.decode()}")
        command = hidden + [
            "/bin/sh", "-c", "mount -t tmpfs none /proc && "
            f"LD_PRELOAD={SHIM} exec {start.format(self.bin)}"]
        return self.after(command, execute.format(self.bin), preload=None)

    def test_without_proc_the_path_of_the_start_decides(self):
        self.assertEqual(self.without_proc("{}/server x"), ALL)
        self.assertEqual(self.without_proc("./server x", "./server"), ALL)

    def test_without_proc_another_program_gets_nothing(self):
        self.assertEqual(self.without_proc("{}/other x"), NONE)
        self.assertEqual(self.without_proc("{}/other x", "./server"), NONE)


class Interpreter(Upgrade):
    """A program that runs others' code is the same only with the same script.
    """

    def test_only_with_the_same_script(self):
        for name in ("php8.2", "lua5.4", "tclsh", "python3.11", "perl"):
            program = self.install(name)
            for arguments, expected in (("a.x", ALL), ("a.x more", ALL),
                                        ("b.x", NONE), ("", NONE)):
                with self.subTest(name, arguments=arguments):
                    self.assertEqual(
                        self.after([program, "a.x"],
                                   f"{program} {name} {arguments}"), expected)

    def test_an_option_counts_with_all_that_follows(self):
        php = self.install("php")
        for arguments, expected in (("-f a.php", ALL), ("-f b.php", NONE),
                                    ("-f", NONE), ("a.php", NONE)):
            with self.subTest(arguments):
                self.assertEqual(self.after([php, "-f", "a.php"],
                                            f"{php} php {arguments}"),
                                 expected)

    def test_a_server_whose_name_begins_like_that_is_none(self):
        for name in ("php-fpm8.2", "shd", "javad", "perlbal"):
            server = self.install(name)
            with self.subTest(name):
                self.assertEqual(self.after([server, "-a"],
                                            f"{server} {name} -b"), ALL)

    def test_a_link_to_an_interpreter_is_one(self):
        self.install("lua5.4")
        os.symlink("lua5.4", self.path("bin/app"))
        for execute, expected in (("./app app a", ALL), ("./app app b", NONE),
                                  ("./lua5.4 lua a", ALL)):
            with self.subTest(execute):
                self.assertEqual(self.after(["./app", "a"], execute),
                                 expected)

    def test_many_programs_in_one_file_are_told_by_their_names(self):
        box = self.install("busybox")
        os.symlink("busybox", self.path("bin/httpd"))
        for execute, expected in (
                ("./httpd httpd -f", ALL), (f"{box} httpd -f", ALL),
                (f"{box} ./httpd -f", ALL), (f"{box} sh -f", NONE),
                ("./httpd httpd -c", NONE)):
            with self.subTest(execute):
                self.assertEqual(self.after(["./httpd", "-f"], execute,
                                            cwd=self.bin), expected)

    def test_a_script_is_the_program_of_its_interpreter(self):
        perl = self.install("perl")
        script = self.file("bin/server.pl", f"#!{perl}\n")
        other = self.file("bin/other.pl", f"#!{perl}\n")
        option = self.file("bin/option.pl", f"#!{perl} -w\n")
        for start, execute, expected in (
                (script, f"{script} x", ALL), ("./server.pl",
                                               "./server.pl x", ALL),
                (script, f"{perl} perl {script}", ALL),
                (script, f"{other} x", NONE),
                (script, f"{perl} perl {other}", NONE),
                (option, f"{option} x", ALL), (option, f"{script} x", NONE)):
            with self.subTest(start=start, execute=execute):
                self.assertEqual(self.after([start], execute), expected)


if __name__ == "__main__":
    live.main()
