#!/usr/bin/python3
"""What noinherit check says about programs for another machine is true when
they are run and audited: about AArch64 and i386 programs by this noinherit,
and about each kind by the noinherit for AArch64, all of them run by qemu."""

import os
import subprocess

import live

import foreign
import reaching
from reaching import PROGRAM

TREE = ("libdw-dev", "libelf-dev", "libjansson-dev", "musl", "musl-dev")

STATIC = "statically linked, in C or the like"
AARCH64_HERE = "a 64-bit aarch64 program and this noinherit is for 64-bit x86-64"
I386_HERE = "a 32-bit i386 program and this noinherit is for 64-bit x86-64"

# Needs no headers and no start-up code, but only the shared C library, which
# the loader starts.
NO_HEADERS = """
    extern int socket(int, int, int), fcntl(int, int, ...);
    extern int printf(const char *, ...);
    extern void exit(int);
    __attribute__((force_align_arg_pointer)) void _start(void)
    {
        printf("%d\\n", fcntl(socket(1, 1, 0), 1));
        exit(7);
    }"""


def i386(root, library, loader):
    """(compiler and options) for a dynamic program of that tree."""
    return ["cc", "-m32", "-nostdlib", "-fno-builtin",
            os.path.join(root, library), "-Wl,--allow-shlib-undefined",
            f"-Wl,--dynamic-linker={root}/lib/{loader}",
            f"-Wl,-rpath,{root}/{os.path.dirname(library)}"]


class I386(reaching.ReachTest):

    def test_each_library(self):
        root = foreign.tree("i386", "i386", "libc6", "musl")
        try:
            subprocess.run([f"{root}/lib/ld-linux.so.2", "--version"],
                           check=True, stdout=subprocess.DEVNULL)
        except OSError as why:
            self.skipTest(f"this kernel runs no i386 programs: {why}")
        for name, library, loader in (
                ("glibc", "lib/i386-linux-gnu/libc.so.6", "ld-linux.so.2"),
                ("musl", "lib/i386-linux-musl/libc.so",
                 "ld-musl-i386.so.1")):
            with self.subTest(name):
                target = self.build(name, i386(root, library, loader),
                                    NO_HEADERS)
                self.check_says(target, False, I386_HERE)
                self.is_true(target, False)


class AArch64(reaching.ReachTest):
    """On a kernel that starts programs of both machines."""

    @classmethod
    def setUpClass(cls):
        foreign.need_aarch64()
        cls.root = foreign.tree("arm64", "arm64-command", *TREE)
        cls.start = foreign.emulated(cls.root)

    def test_from_here(self):
        self.NOINHERIT = (*self.start, live.NOINHERIT)
        self.check_cells({
            "dynamic": ([foreign.AARCH64], PROGRAM, False, AARCH64_HERE),
            "static": ([foreign.AARCH64, "-static"], PROGRAM, False,
                       AARCH64_HERE),
            "musl": ([foreign.AARCH64, *foreign.aarch64_musl(self.root)],
                     PROGRAM, False, AARCH64_HERE),
        })

    def test_run_and_audit_say_that_they_do_not_reach_it(self):
        self.NOINHERIT = (*self.start, live.NOINHERIT)
        target = self.build("program", [foreign.AARCH64], PROGRAM)
        for verb in "run", "audit":
            said = self.noinherit(verb, target)
            self.assertEqual(said.returncode, 7, said.stderr)
            self.assertIn(f"noinherit: {verb}: '{target}' is not reached: it "
                          f"is {AARCH64_HERE}; it runs as it is", said.stderr)

    def test_from_there(self):
        built = os.path.join(live.BUILD, "foreign/aarch64")
        foreign.build_for_aarch64(built, "noinherit", "libnoinherit-audit.so",
                                  "libnoinherit-preload.so", root=self.root)
        self.NOINHERIT = (*self.start, os.path.join(built, "noinherit"))
        compiler = [foreign.AARCH64]
        musl = foreign.aarch64_musl
        self.check_cells({
            "glibc, dynamic": (compiler, PROGRAM, True, ""),
            "glibc, fixed address": ([*compiler, "-no-pie"], PROGRAM, True,
                                     ""),
            "glibc, static": ([*compiler, "-static"], PROGRAM, False, STATIC),
            "glibc, static-pie": ([*compiler, "-static-pie"], PROGRAM, False,
                                  STATIC),
            "musl, dynamic": ([*compiler, *musl(self.root)], PROGRAM, True,
                              ""),
            "musl, static": ([*compiler, *musl(self.root, static=True)],
                             PROGRAM, False, STATIC),
            "x86-64, dynamic": (["cc"], PROGRAM, False, "a 64-bit x86-64 "
                                "program and this noinherit is for 64-bit "
                                "aarch64"),
        })


if __name__ == "__main__":
    live.main()
