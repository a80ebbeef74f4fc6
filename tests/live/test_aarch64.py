#!/usr/bin/python3
"""The shim for AArch64, cross-compiled and run by qemu: the rules hold, and
vfork and syscall, which are assembly there, too, do what they do."""

import os
import shutil
import subprocess
import tempfile
import unittest

import live
from live import COMPAT, STRICT

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
COMPILER = "aarch64-linux-gnu-gcc"
LIBRARIES = "/usr/aarch64-linux-gnu"

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


# The environment stands behind the arguments. What is executed is the host's.
EXECLE = """
    #include <unistd.h>
    int main(void)
    {
        char *environment[] = { "ONLY=this", NULL };
        execle("/usr/bin/env", "env", "-u", "OTHER", NULL, environment);
        return 1;
    }"""


class AArch64(live.LiveTest):

    @classmethod
    def setUpClass(cls):
        for program in (COMPILER, "qemu-aarch64"):
            live.need(program)
        if not os.path.exists(LIBRARIES + "/lib/libc.so.6"):
            raise unittest.SkipTest("no libc for AArch64 here")
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.shim = os.path.join(folder, "libnoinherit-preload.so")
        subprocess.run(["make", "-s", "-C", ROOT, f"CC={COMPILER}",
                        f"BUILD={folder}", cls.shim], check=True,
                       stdout=subprocess.DEVNULL)

    def build_helper(self, name):
        program = self.path(name)
        helpers = os.path.join(ROOT, "tests/helpers")
        subprocess.run([COMPILER, "-D_GNU_SOURCE", "-O1", "-I", helpers, "-I",
                        os.path.join(ROOT, "shim"), "-o", program,
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


if __name__ == "__main__":
    live.main()
