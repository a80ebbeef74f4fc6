#!/usr/bin/python3
"""The same shim in programs that use musl, and in process trees with both C
libraries: every rule holds, and what is handed over arrives in either kind of
program."""

import os
import shutil
import tempfile
import unittest

import live
import test_same_program
from live import COMPAT, SHIM, STRICT, helper

import foreign
from toolkit import RECORDER

# What the program prints about anything but sockets: the same as natively.
PLAIN = "socket {0} dup {0}\nreceived 1\nspawned 3\nforked 0"

# musl lacks this function, but a library that runs glibc programs on musl has
# it.
POSES_AS_GLIBC = 'const char *gnu_get_libc_version(void) { return "2.36"; }'

# A constructor that runs before the shim's may have called setenv(), which
# moves the environment.
MOVES_THE_ENVIRONMENT = """
    #include <stdlib.h>
    __attribute__((constructor)) static void move(void)
    {
        setenv("MOVED", "1", 1);
    }"""

# In front of the shim it calls the shim; behind it, the shim calls it, once.
WRAPS = """
    #include <dlfcn.h>
    int made;
    int socket(int domain, int type, int protocol)
    {
        int (*next)(int, int, int) = dlsym(RTLD_NEXT, "socket");
        made++;
        return next(domain, type, protocol);
    }"""

SAYS_WRAPPED = """
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <sys/socket.h>
    int main(void)
    {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        printf("%d %d\\n", *(int *)dlsym(RTLD_DEFAULT, "made"),
               fcntl(fd, F_GETFD));
    }"""

EARLY = """
    #include <string.h>
    #include <sys/socket.h>
    #include <unistd.h>
    int early = -2;
    __attribute__((constructor)) static void receive(void)
    {
        int pair[2];
        char byte = 'x';
        struct iovec part = { &byte, 1 };
        struct msghdr message;

        memset(&message, 0xff, sizeof(message));
        message.msg_name = NULL;
        message.msg_namelen = 0;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = NULL;
        message.msg_controllen = 0;
        message.msg_flags = 0;
        socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
        send(pair[0], &byte, 1, 0);
        early = (int)recvmsg(pair[1], &message, 0);
    }"""

SAYS_EARLY = """
    #include <stdio.h>
    extern int early;
    int main(void) { printf("%d\\n", early); }"""


def setUpModule():
    foreign.need_musl()


class Musl(live.LiveTest):

    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.built)
        cls.probe = foreign.compile_helper(foreign.MUSL, "probe", cls.built)
        cls.plain = foreign.compile_helper(foreign.MUSL, "plain", cls.built)

    def library(self, name, source, *options):
        return self.compile(name, source, "-shared", "-fPIC", *options,
                            compiler="musl-gcc")

    def test_the_rules_hold(self):
        for preload, mode, expected in (
                (None, "compat", ""), (SHIM, "compat", COMPAT),
                (SHIM, "strict", STRICT), (SHIM, "off", "")):
            with self.subTest(preload=preload, mode=mode):
                self.assertEqual(self.says(self.probe, preload=preload,
                                           env={"NOINHERIT_MODE": mode}),
                                 expected)

    def test_all_else_is_as_natively(self):
        for preload, inheritable in ((None, 0), (SHIM, 1)):
            result = self.run_program(self.plain, preload=preload, status=7)
            self.assertEqual(result.stdout.strip(), PLAIN.format(inheritable))

    def test_started_by_a_program_of_the_other_library(self):
        result = self.run_program("/bin/sh", "-c", self.plain, status=7)
        self.assertEqual(result.stdout.strip(), PLAIN.format(1))

    def test_linked_without_position_independence(self):
        for options in (["-no-pie"], ["-fpie", "-pie"]):
            with self.subTest(options=options):
                program = foreign.compile_helper(foreign.MUSL, "probe",
                                                 self.folder, *options)
                self.assertEqual(self.says(program), COMPAT)

    def test_with_a_library_that_poses_as_glibc(self):
        pose = self.library("pose.so", POSES_AS_GLIBC)
        for preload in (f"{SHIM}:{pose}", f"{pose}:{SHIM}"):
            with self.subTest(preload=preload):
                self.assertEqual(self.says(self.probe, preload=preload),
                                 COMPAT)
                self.run_program(self.plain, preload=preload, status=7)

    def test_beside_another_preloaded_object(self):
        move = self.library("move.so", MOVES_THE_ENVIRONMENT)
        for preload in (f"{SHIM}:{move}", f"{move}:{SHIM}"):
            with self.subTest(preload=preload):
                self.assertEqual(self.says(self.probe, preload=preload),
                                 COMPAT)

    def test_beside_a_wrapper_of_the_same_call(self):
        wraps = self.library("wraps.so", WRAPS)
        program = self.compile("wrapped", SAYS_WRAPPED, compiler="musl-gcc")
        for preload, expected in ((wraps, "1 0"), (f"{SHIM}:{wraps}", "1 1"),
                                  (f"{wraps}:{SHIM}", "1 1")):
            with self.subTest(preload=preload):
                self.assertEqual(self.says(program, preload=preload), expected)

    def test_a_constructor_that_receives_before_ours(self):
        early = self.library("early.so", EARLY)
        program = self.compile("early", SAYS_EARLY, early,
                               compiler="musl-gcc")
        for preload in (None, SHIM, f"{SHIM}:{early}", f"{early}:{SHIM}"):
            with self.subTest(preload=preload):
                self.assertEqual(self.says(program, preload=preload), "1")


# A library that creates a socket and returns whether it is non-inheritable.
MAKES = """
    #include <fcntl.h>
    #include <sys/socket.h>
    int makes(void)
    {
        return fcntl(socket(AF_UNIX, SOCK_STREAM, 0), F_GETFD);
    }"""

# Prints that for a socket of its own before it loads that library, for another
# one afterwards, and for the library's. A second argument asks for RTLD_DEEPBIND.
LOADS = """
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <sys/socket.h>
    #ifndef RTLD_DEEPBIND   /* musl */
    #define RTLD_DEEPBIND 0
    #endif
    static int own(void)
    {
        return fcntl(socket(AF_UNIX, SOCK_STREAM, 0), F_GETFD);
    }
    int main(int argc, char **argv)
    {
        int before = own();
        void *library = dlopen(argv[1], RTLD_NOW |
                               (argc > 2 ? RTLD_DEEPBIND : 0));
        int (*makes)(void) = library ? (int (*)(void))dlsym(library, "makes")
                                     : NULL;
        if (!makes)
            return 1;
        printf("%d %d %d\\n", before, own(), makes());
        return 0;
    }"""


class TwoLibraries(live.LiveTest):
    """A process loads a library that is linked with the other C library."""

    KINDS = {
        "glibc": ("cc", ()),
        # Linked by the file name of musl's libc; libc.so would be glibc's
        # linker script.
        "musl": ("musl-gcc", ("-Wl,-rpath,/usr/lib/%s-linux-musl"
                              % os.uname().machine,)),
    }

    def libraries(self):
        return {
            kind: self.compile(f"lib{kind}.so", MAKES, "-shared", "-fPIC",
                               *options, compiler=compiler)
            for kind, (compiler, options) in self.KINDS.items()}

    def test_sockets_of_both_are_non_inheritable(self):
        libraries = self.libraries()
        for kind, (compiler, _) in self.KINDS.items():
            program = self.compile(kind, LOADS, "-ldl", compiler=compiler)
            for other, library in libraries.items():
                for preload, says in ((None, "0 0 0"), (SHIM, "1 1 1"),
                                      (RECORDER, "0 0 0")):
                    with self.subTest(program=kind, library=other,
                                      preload=preload):
                        self.assertEqual(self.says(program, library,
                                                   preload=preload), says)

    def test_with_deepbind_musls_own_are_as_natively(self):
        """The library then calls musl's functions, and finds musl's errno: those
        of glibc's would not do in their place."""
        program = self.compile("program", LOADS, "-ldl")
        for kind, makes in (("glibc", "1"), ("musl", "0")):
            library = self.libraries()[kind]
            for preload, says in ((None, "0 0 0"), (SHIM, "1 1 " + makes)):
                with self.subTest(library=kind, preload=preload):
                    self.assertEqual(self.says(program, library, "deep",
                                               preload=preload), says)


class Shim(live.LiveTest):
    """tests/shim, built by musl-gcc."""

    LACKS = {
        "as_natively_a_sleeping_thread_can_be_cancelled":
        "a thread that musl cancels is not unwound",
    }

    WITHOUT = {"test_deepbind": "musl has no RTLD_DEEPBIND",
               "test_old_spawn": "musl has no version of a call but one"}

    def test_every_case(self):
        names = foreign.build_shim_tests(foreign.MUSL, self.folder,
                                         *foreign.musl_lacks(self.folder),
                                         without=self.WITHOUT)

        def command(name, preload):
            return ([os.path.join(self.folder, "tests/shim", name)],
                    dict(self.environment, LD_PRELOAD=preload))

        foreign.check_shim_tests(self, names, command, SHIM, self.LACKS)


class Mixed(test_same_program.Upgrade):
    """Each server is replaced by itself, and by a server that uses the other
    library."""

    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.built)
        for name in ("reexec", "looker"):
            foreign.compile_helper(foreign.MUSL, name, cls.built)

    def install(self, name, source="reexec"):
        """@source: the name of a helper; "musl reexec" is the one built with
        musl."""
        library, _, program = source.rpartition(" ")
        path = os.path.join(self.bin, name)
        shutil.copy(os.path.join(self.built, program) if library else
                    helper(program), path + ".new")
        os.rename(path + ".new", path)
        return path

    def test_an_upgrade_gets_everything(self):
        for old in ("reexec", "musl reexec"):
            for new in ("reexec", "musl reexec"):
                for start in ("{}/server", "./server"):
                    with self.subTest(old=old, new=new, start=start):
                        server = self.install("server", old)
                        self.assertEqual(
                            self.after([start.format(self.bin)],
                                       f"{server} x",
                                       change=lambda n=new:
                                       self.install("server", n)),
                            test_same_program.ALL)

    def test_another_program_gets_nothing(self):
        for old in ("reexec", "musl reexec"):
            for other in ("looker", "musl looker"):
                with self.subTest(old=old, other=other):
                    server = self.install("server", old)
                    self.assertEqual(
                        self.after([server],
                                   f"{self.install('other', other)} x"),
                        test_same_program.NONE)

    def test_natively_everybody_gets_everything(self):
        server = self.install("server", "musl reexec")
        other = self.install("other", "musl looker")
        self.assertEqual(self.after([server], f"{other} x", preload=None),
                         ["3 socket inheritable", "4 socket inheritable"])

    def test_an_interpreter_is_the_same_with_the_same_script(self):
        # musl does not pass the arguments to constructors.
        program = self.install("lua5.4", "musl reexec")
        for arguments, expected in (("a.x", test_same_program.ALL),
                                    ("b.x", test_same_program.NONE)):
            with self.subTest(arguments):
                self.assertEqual(self.after([program, "a.x"],
                                            f"{program} lua5.4 {arguments}"),
                                 expected)


if __name__ == "__main__":
    live.main()
