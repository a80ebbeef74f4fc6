#!/usr/bin/python3
"""Instrumented programs: the sanitizer detects what it should, and sockets are
not inherited. A program with ASan needs one of two settings in its
environment."""

import subprocess
import unittest

import live
from live import SHIM

PROGRAM = """
    #include <fcntl.h>
    #include <limits.h>
    #include <pthread.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/socket.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static int shared;
    static void *work(void *wrong)
    {
        for (int i = 0; i < 200; i++) {
            int fd = socket(AF_UNIX, SOCK_STREAM, 0), copy = dup(fd);
            if (!(fcntl(fd, F_GETFD) & fcntl(copy, F_GETFD) & FD_CLOEXEC))
                exit(1);
            close(fd);
            close(copy);
            if (wrong)
                shared++;           /* for TSan */
        }
        return NULL;
    }
    int main(int argc, char **argv)
    {
        pthread_t id[4];
        int big = INT_MAX, status = 0;
        for (int i = 0; i < 4; i++)
            pthread_create(&id[i], NULL, work, argc > 1 ? id : NULL);
        for (int i = 0; i < 4; i++)
            pthread_join(id[i], NULL);
        if (argc > 1) {
            big += argc;            /* for UBSan */
            char *gone = malloc(1);
            free(gone);
            printf("%d %d\\n", big, *(volatile char *)gone);  /* for ASan */
        }
        if (vfork() == 0)
            _exit(0);
        wait(&status);
        puts("done");
        return status;
    }"""


class Sanitizers(live.LiveTest):

    def build(self, name, source=PROGRAM):
        options = (f"-fsanitize={name}", "-lpthread")
        live.need_compiler("cc", *options)
        return self.compile(name, source, *options)

    def finds(self, program, report, preload=SHIM, **settings):
        """The sanitizer accepts the correct run and reports the wrong one."""
        self.assertEqual(self.says(program, preload=preload, env=settings),
                         "done")
        wrong = self.run_program(program, "wrong", preload=preload,
                                 status=None, env=settings)
        self.assertIn(report, wrong.stderr)

    def test_a_thread_sanitizer_program(self):
        self.finds(self.build("thread"), "data race")

    def test_an_undefined_behaviour_sanitizer_program(self):
        self.finds(self.build("undefined"), "signed integer overflow")

    def test_an_address_sanitizer_program_does_not_start_without_help(self):
        program = self.build("address")
        result = self.run_program(program, status=None)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("ASan runtime does not come first", result.stderr)

    def test_an_address_sanitizer_program_with_the_option(self):
        self.finds(self.build("address"), "heap-use-after-free",
                   ASAN_OPTIONS="verify_asan_link_order=0")

    def test_an_address_sanitizer_program_with_the_runtime_first(self):
        program = self.build("address")
        runtime = subprocess.run(
            ["cc", "-print-file-name=libasan.so"], capture_output=True,
            text=True, check=True).stdout.strip()
        self.finds(program, "heap-use-after-free",
                   preload=f"{runtime}:{SHIM}")

    def test_natively_they_find_inheritable_sockets(self):
        self.run_program(self.build("undefined"), preload=None, status=1)


if __name__ == "__main__":
    live.main()
