#!/usr/bin/python3
"""The shim for AArch64, cross-compiled and run by qemu: the rules hold, also
in vfork and syscall, which are written in assembly there, too."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import live
from live import COMPAT, STRICT

import foreign
from foreign import AARCH64 as COMPILER, LIBRARIES
from toolkit import NOINHERIT, ROOT

VFORK = """
    #include <fcntl.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/socket.h>
    #include <sys/syscall.h>
    #include <sys/wait.h>
    #include <unistd.h>
    #include <errno.h>
    static int flagged(int fd) { return fcntl(fd, F_GETFD); }
    int main(void)
    {
        int a = socket(AF_UNIX, SOCK_STREAM, 0), b = dup(a), status = -1;
        char *map;
        pid_t child = vfork();
        if (child == 0) {
            close(a);
            dup2(0, b);
            _exit(5);
        }
        waitpid(child, &status, 0);
        /* Still ours: dup2 onto itself takes the flag off. */
        printf("%d %d%d", status >> 8, flagged(a), flagged(b));
        dup2(a, a);
        dup2(b, b);
        printf("%d%d", flagged(a), flagged(b));
        map = (char *)syscall(SYS_mmap, NULL, 4096L, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
        strcpy(map, "six");
        errno = 0;
        printf(" %s %ld %d %d\\n", map, syscall(9999), errno == ENOSYS,
               flagged((int)syscall(SYS_dup, 0)));
    }"""


# The environment follows the arguments. The program executed is the host's.
EXECLE = """
    #include <unistd.h>
    int main(void)
    {
        char *environment[] = { "ONLY=this", NULL };
        execle("/usr/bin/env", "env", "-u", "OTHER", NULL, environment);
        return 1;
    }"""


# Starts the given number of threads, spawns itself, and prints whether the
# descriptor that it announced arrived.
SPAWNS = """
    #include <fcntl.h>
    #include <pthread.h>
    #include <spawn.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/socket.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static void *wait_for_ever(void *nothing) { pause(); return nothing; }
    int main(int argc, char **argv)
    {
        pthread_t thread;
        pid_t child;
        char text[32], *arguments[] = { argv[0], "look", text, NULL };
        if (argc == 3)
            return printf("%d\\n", fcntl(atoi(argv[2]), F_GETFD)) < 0;
        for (int i = atoi(argv[1]); i; i--)
            pthread_create(&thread, NULL, wait_for_ever, NULL);
        sprintf(text, "%d", socket(AF_UNIX, SOCK_STREAM, 0));
        setenv("WAYLAND_SOCKET", text, 1);
        if (posix_spawn(&child, argv[0], NULL, NULL, arguments, environ))
            return 1;
        waitpid(child, NULL, 0);
        return 0;
    }"""


class AArch64(live.LiveTest):

    @classmethod
    def setUpClass(cls):
        live.need("qemu-aarch64")
        foreign.need_aarch64()
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.shim = os.path.join(folder, "libnoinherit-preload.so")
        foreign.build_for_aarch64(folder, "libnoinherit-preload.so")

    def build_helper(self, name):
        program = self.path(name)
        helpers = os.path.join(ROOT, "tests/helpers")
        subprocess.run([COMPILER, "-D_GNU_SOURCE", "-O1", "-I", foreign.TOOLKIT,
                        "-I", os.path.join(ROOT, "shim"), "-o", program,
                        os.path.join(helpers, name + ".c")], check=True)
        return program

    def emulated(self, program, *arguments, preload=True, **settings):
        words = [f"{name}={value}" for name, value in settings.items()]
        if preload:
            words.append(f"LD_PRELOAD={self.shim}")
        options = [option for word in words for option in ("-E", word)]
        return self.says("qemu-aarch64", "-L", LIBRARIES, *options, program,
                         *arguments, preload=None)

    def test_the_rules_hold(self):
        probe = self.build_helper("probe")
        self.assertEqual(self.emulated(probe, preload=False), "")
        self.assertEqual(self.emulated(probe), COMPAT)
        self.assertEqual(self.emulated(probe, NOINHERIT_MODE="strict"), STRICT)
        self.assertEqual(self.emulated(probe, NOINHERIT_MODE="off"), "")

    def test_vfork_and_syscall(self):
        program = self.compile("vfork", VFORK, compiler=COMPILER)
        self.assertEqual(self.emulated(program, preload=False),
                         "5 0000 six -1 1 0")
        self.assertEqual(self.emulated(program), "5 1100 six -1 1 1")

    def test_execle_finds_the_environment(self):
        program = self.compile("execle", EXECLE, compiler=COMPILER)
        self.assertEqual(self.emulated(program, preload=False), "ONLY=this")
        self.assertEqual(self.emulated(program), "ONLY=this")

    def test_its_exports_are_those_of_the_libc_there(self):
        self.says(os.path.join(ROOT, "scripts/exports"), self.shim,
                  LIBRARIES + "/lib/libc.so.6", preload=None)

    def test_branches_stay_protected(self):
        for name in ("libnoinherit-preload.so", "libnoinherit-audit.so"):
            library = self.path(name)
            subprocess.run(["make", "-s", "-C", ROOT, f"CC={COMPILER}",
                            "CFLAGS=-O1 -mbranch-protection=standard",
                            f"BUILD={self.folder}", library], check=True,
                           stdout=subprocess.DEVNULL)
            notes = self.run_program("readelf", "-nW", library, preload=None)
            self.assertIn("AArch64 feature: BTI, PAC", notes.stdout, name)


class Shim(live.LiveTest):
    """tests/shim on AArch64, under a qemu that supports execve."""

    NO_MEMORY_IN_COMMON = ("a vfork child has memory of its own in qemu, and "
                           "posix_spawn cannot be told of its failure")
    NO_FILTER = "qemu has no seccomp"
    LACKS = {
        "as_natively_a_bad_argument_is_answered":
        "qemu answers some bad arguments itself",
        "what_fits_is_non_inheritable_and_the_rest_reported":
        "qemu's recvmsg gives no MSG_CTRUNC",
        "a_filter_ends_enforcement": NO_FILTER,
        "only_the_programs_own_calls_are_made": NO_FILTER,
        "a_childs_filter_is_not_the_parents": NO_FILTER,
        "a_spawn_that_fails_changes_nothing": NO_MEMORY_IN_COMMON,
        "a_full_environment_is_passed_on_as_it_is": NO_MEMORY_IN_COMMON,
        "an_exec_that_is_too_large_is_e2big": NO_MEMORY_IN_COMMON,
        "an_action_that_fails_is_reported": NO_MEMORY_IN_COMMON,
        "they_survive_a_child_of_a_child": NO_MEMORY_IN_COMMON,
        "a_childs_sockets_are_non_inheritable_and_its_own":
        NO_MEMORY_IN_COMMON,
        "after_a_vfork_that_fails_marks_are_written": NO_MEMORY_IN_COMMON,
    }
    WITHOUT = {
        "test_cancellation": "a cancelled thread hangs in qemu, natively too",
        "test_deepbind": "its libraries are built for the host",
        "test_old_spawn": "there never was another posix_spawn",
    }

    def test_every_case(self):
        foreign.need_aarch64()
        emulated = foreign.emulated()
        foreign.build_for_aarch64(self.folder, "libnoinherit-preload.so")
        shim = self.path("libnoinherit-preload.so")
        names = foreign.build_shim_tests((COMPILER,), self.folder,
                                         *foreign.AT_HOME,
                                         without=self.WITHOUT)

        def command(name, preload):
            program = [os.path.join(self.folder, "tests/shim", name)]
            if preload:
                program = foreign.with_preload(preload, *program)
            return emulated + program, self.environment

        foreign.check_shim_tests(self, names, command, shim, self.LACKS)

    def test_a_thread_of_the_programs_own_keeps_a_spawned_child_from_it(self):
        """qemu's own thread does not prevent the hand-over, although the
        kernel lists it."""
        foreign.need_aarch64()
        foreign.build_for_aarch64(self.folder, "libnoinherit-preload.so")
        program = self.compile("spawns", SPAWNS, *foreign.AT_HOME,
                               compiler=COMPILER)
        shim = self.path("libnoinherit-preload.so")
        for threads, expected in (("0", "1"), ("1", "-1")):
            command = foreign.emulated() + foreign.with_preload(
                shim, program, threads)
            with self.subTest(threads=threads):
                self.assertEqual(self.says(*command, preload=None), expected)


class Musl(live.LiveTest):
    """The same two libraries in an AArch64 program that uses musl."""

    def run_there(self, library, **settings):
        words = [f"{name}={value}" for name, value in settings.items()]
        command = foreign.with_preload(library or "", self.path("probe"))
        return self.says(*foreign.emulated(), "env", *words, *command,
                         preload=None)

    def test_the_rules_hold_and_the_recorder_sees(self):
        foreign.need_aarch64()
        foreign.compile_helper((COMPILER,), "probe", self.folder, "-w",
                               *foreign.aarch64_musl())
        shim, recorder = (self.path(f"libnoinherit-{name}.so")
                          for name in ("preload", "audit"))
        foreign.build_for_aarch64(self.folder, *map(os.path.basename,
                                                    (shim, recorder)))
        self.assertEqual(self.run_there(None), "")
        self.assertEqual(self.run_there(shim), COMPAT)
        os.mkdir(self.path("traces"))
        self.assertEqual(self.run_there(
            recorder, NOINHERIT_AUDIT_DIR=self.path("traces")), "")
        report = self.run_program(NOINHERIT, "report", self.path("traces"),
                                  preload=None, status=None).stdout
        self.assertRegex(report, r"(?s)WRONG-FLAG.*created by socket in probe"
                         r".*#0  change_flags  .*probe\.c:\d+")


class Unit(live.LiveTest):
    """The unit tests on AArch64 that need only libc; the command runs on the
    host."""

    BAD_ARGUMENT = "qemu answers some bad arguments itself"
    WITHOUT = {
        "test_next_symbol": "cmocka is a library of the host's alone",
        "test_share": "qemu refuses what takes another process's descriptor",
        "test_fault_sweep": "its thousands of forks take qemu minutes",
    }
    LACKS = {
        "a_bad_argument_does_not_cost_atomicity": BAD_ARGUMENT,
        "what_worked_once_is_not_doubted": BAD_ARGUMENT,
        "the_kernel_s_error_is_reported": BAD_ARGUMENT,
        "no_timeout_is_ever_given_to_the_kernel":
        "qemu's getsockopt does not tell SO_RCVTIMEO",
        "the_backlog_is_as_given": "qemu's getsockopt does not tell TCP_INFO",
        "surplus_is_not_installed": "qemu's recvmsg gives no MSG_CTRUNC",
    }

    def sources(self):
        for source in sorted(glob.glob(os.path.join(ROOT, "tests/unit/*.c"))):
            with open(source, encoding="utf-8") as file:
                if '"cli/' in file.read():
                    continue
            name = os.path.basename(source)[:-2]
            if name in self.WITHOUT:
                print(f"\nskipped case: {name}: {self.WITHOUT[name]}",
                      file=sys.stderr)
            else:
                yield name, source

    def test_every_case(self):
        foreign.need_aarch64()
        emulated = foreign.emulated()
        foreign.build_for_aarch64(self.folder, "obj/unit-libc.a")
        for name, source in self.sources():
            program = foreign.compile_for(
                (COMPILER,), source, self.path(name), "-I",
                os.path.join(ROOT, "tests/helpers/foreign"), "-I",
                os.path.join(ROOT, "include"), "-w", *foreign.AT_HOME,
                self.path("obj/unit-libc.a"), "-lpthread", "-lm")
            with self.subTest(name):
                passed, failed, said = foreign.cases([*emulated, program],
                                                     self.environment)
                for case in sorted(failed & set(self.LACKS)):
                    print(f"\nskipped case: {name}, {case}: "
                          f"{self.LACKS[case]}", file=sys.stderr)
                self.assertEqual(failed - set(self.LACKS), set(), said)
                self.assertTrue(passed, f"{name} ran no case")


if __name__ == "__main__":
    live.main()
