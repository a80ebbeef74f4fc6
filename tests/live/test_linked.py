#!/usr/bin/python3
"""Linked instead of preloaded: a program built with pkg-config's flags is
enforced without any environment variable."""

import os
import shutil
import subprocess
import unittest

import live
from live import BUILD, COMPAT, SHIM, STRICT, helper

HELPERS = os.path.join(os.path.dirname(__file__), "../helpers")
INCLUDES = ["-I", os.path.join(HELPERS, "../toolkit"), "-I",
            os.path.join(HELPERS, "../../shim")]

LIBRARY = """
    #include <fcntl.h>
    #include <sys/socket.h>
    int flags_of_socket(void);
    int flags_of_socket(void)
    {
        return fcntl(socket(AF_UNIX, SOCK_STREAM, 0), F_GETFD);
    }"""

USER = """
    #include <stdio.h>
    int flags_of_socket(void);
    int main(void)
    {
        printf("%d\\n", flags_of_socket());
        return 0;
    }"""

OPENER = """
    #include <dlfcn.h>
    #include <stdio.h>
    int main(int argc, char **argv)
    {
        int (*flags_of_socket)(void);
        void *library = dlopen(argv[argc - 1], RTLD_NOW);
        *(void **)&flags_of_socket = dlsym(library, "flags_of_socket");
        printf("%d\\n", flags_of_socket());
        return 0;
    }"""


class Linked(live.LiveTest):

    def setUp(self):
        super().setUp()
        live.need("pkg-config", "cc", "readelf")
        shutil.copy(SHIM, self.folder)

    def flags(self):
        """The flags of pkg-config, with our folder as the library's."""
        output = subprocess.run(
            ["pkg-config", f"--define-variable=libdir={self.folder}", "--libs",
             "noinherit-preload"], check=True, capture_output=True, text=True,
            env=dict(os.environ, PKG_CONFIG_PATH=BUILD)).stdout.split()
        return output + [f"-Wl,-rpath,{self.folder}"]

    def link(self, source, *options):
        program = self.path(source)
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", *INCLUDES, "-o", program,
                        os.path.join(HELPERS, source + ".c"), *options],
                       check=True)
        return program

    def build_library(self):
        library = self.path("libmaker.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library,
                        self.file("maker.c", LIBRARY)], check=True)
        return [library, f"-Wl,-rpath,{self.folder}"]

    def needed(self, program):
        return subprocess.run(["readelf", "-d", program], check=True,
                              capture_output=True, text=True).stdout

    def test_its_own_calls_are_enforced(self):
        probe = self.link("probe", *self.flags())
        self.assertEqual(self.says(probe, preload=None), COMPAT)

    def test_unless_the_flags_are_left_out(self):
        self.assertEqual(self.says(self.link("probe"), preload=None), "")

    def test_settings_are_read_as_ever(self):
        probe = self.link("probe", *self.flags())
        for mode, expected in (("strict", STRICT), ("off", "")):
            self.assertEqual(self.says(probe, preload=None,
                                       env={"NOINHERIT_MODE": mode}), expected)

    def test_also_preloaded_it_is_there_once(self):
        probe = self.link("probe", *self.flags())
        self.assertEqual(self.says(probe, preload=self.path(
            os.path.basename(SHIM))), COMPAT)

    def test_a_library_that_makes_sockets_is_enforced(self):
        maker = self.build_library()
        source = self.file("user.c", USER)
        for name, order in (("before", [*self.flags(), *maker]),
                            ("after", [*maker, *self.flags()]),
                            ("as needed", ["-Wl,--as-needed", *maker,
                                           *self.flags()])):
            with self.subTest(name):
                program = self.path("user")
                subprocess.run(["cc", "-D_GNU_SOURCE", "-o", program, source,
                                *order], check=True)
                self.assertIn("libnoinherit-preload.so", self.needed(program))
                self.assertEqual(self.says(program, preload=None), "1")

    def test_a_library_that_is_opened_later_is_enforced(self):
        self.build_library()
        maker = self.path("libmaker.so")
        program = self.compile("later", OPENER, *self.flags())
        self.assertEqual(self.says(program, maker, preload=None), "1")

    def test_without_the_flags_the_linker_may_drop_it(self):
        """The program itself calls none of the functions that the library
        replaces."""
        maker = self.build_library()
        program = self.compile("user", USER, "-Wl,--as-needed", *maker,
                               f"-L{self.folder}", "-lnoinherit-preload",
                               f"-Wl,-rpath,{self.folder}")
        self.assertNotIn("libnoinherit-preload.so", self.needed(program))
        self.assertEqual(self.says(program, preload=None), "0")

    def test_it_hands_over_to_itself_in_a_clean_environment(self):
        reexec = self.link("reexec", *self.flags())
        result = self.run_program(reexec, preload=None, stdin=None,
                                  input=f"{reexec} x\n")
        self.assertEqual(result.stdout, "ready\n3 socket cloexec\n"
                         "4 socket cloexec\n")

    def test_other_programs_get_nothing(self):
        reexec = self.link("reexec", *self.flags())
        result = self.run_program(reexec, preload=None, stdin=None,
                                  input=f"{helper('looker')} x\n")
        self.assertEqual(result.stdout, "ready\n")


if __name__ == "__main__":
    live.main()
