#!/usr/bin/python3
"""The CI recipe on whole projects: it succeeds at once on clean ones, and
fails for a leak that is planted in their own code or in their own shell
script.

Each project is small, written for this test, and built as projects of its kind
are: with autotools, cmake, meson and ninja, and one in Python. All that builds
and tests them - make, shells, compilers, generators - runs under the audit,
too.
"""

import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "cli"))
import command  # noqa: E402

PROGRAM = """
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	int fd = open("/etc/passwd", O_RDONLY | PLANTED);
	int status = system("true");
	if (fd < 0 || status)
		return 1;
	close(fd);
	puts("hello");
	return 0;
}
"""
SCRIPT = """#!/bin/bash
PLANTED
/bin/true
PROGRAM | grep -q hello
"""
TEST_IN_PYTHON = """
import subprocess, unittest
class Hello(unittest.TestCase):
    def test_hello(self):
        self.assertEqual(subprocess.check_output(["./hello.py"]), b"hello\\n")
    def test_script(self):
        subprocess.check_call(["./check.sh"])
unittest.main()
"""
IN_PYTHON = """#!/usr/bin/python3
import fcntl, os
fd = os.open("/etc/passwd", os.O_RDONLY)
PLANTED
os.system("true")
print("hello")
"""


class Projects(command.CommandTest):
    def setUp(self):
        super().setUp()
        self.folder = os.path.realpath(self.folder)

    def write(self, files, in_code, in_script):
        shutil.rmtree(self.folder)
        os.mkdir(self.folder)
        code = "0" if in_code else "O_CLOEXEC"
        script = "exec {fd}</etc/passwd" if in_script else ":"
        for name, content in files.items():
            if name.endswith(".c"):
                content = content.replace("PLANTED", code)
            elif name.endswith(".sh"):
                content = content.replace("PLANTED", script)
            else:
                content = content.replace(
                    "PLANTED", "fcntl.fcntl(fd, fcntl.F_DUPFD, 10)"
                    if in_code else "pass")
            self.file(name, content)

    def gate(self, steps):
        result = self.noinherit(
            "audit", "--only=.", "--error-exitcode=99", "-o",
            "/tmp/" + os.path.basename(self.folder) + ".report", "--", "sh",
            "-e", "-c", steps, cwd=self.folder)
        path = "/tmp/" + os.path.basename(self.folder) + ".report"
        with open(path, encoding="utf-8") as file:
            self.said = result.stdout + result.stderr + file.read()
        os.unlink(path)
        return result.returncode

    def check(self, files, steps, needs):
        for tool in needs:
            if not shutil.which(tool):
                self.skipTest(f"{tool} is not installed")
        for in_code, in_script, status in ((False, False, 0),
                                           (True, False, 99),
                                           (False, True, 99)):
            with self.subTest(code=in_code, script=in_script):
                self.write(files, in_code, in_script)
                self.assertEqual(self.gate(steps), status, self.said[-4000:])

    def test_autotools(self):
        self.check({
            "configure.ac": "AC_INIT([hello], [1])\n"
                            "AM_INIT_AUTOMAKE([foreign])\nAC_PROG_CC\n"
                            "AC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n",
            "Makefile.am": "bin_PROGRAMS = hello\nhello_SOURCES = hello.c\n"
                           "TESTS = check.sh\nEXTRA_DIST = check.sh\n",
            "hello.c": PROGRAM,
            "check.sh": SCRIPT.replace("PROGRAM", "./hello"),
        }, "autoreconf -i && ./configure -q && make -s && make -s check",
            ["autoreconf", "automake", "make", "cc"])

    def test_cmake(self):
        self.check({
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.13)\n"
                              "project(hello C)\nenable_testing()\n"
                              "add_executable(hello hello.c)\n"
                              "add_test(NAME hello COMMAND "
                              "${CMAKE_SOURCE_DIR}/check.sh)\n",
            "hello.c": PROGRAM,
            "check.sh": SCRIPT.replace("PROGRAM", "./hello"),
        }, "cmake -B build . && cmake --build build && cd build && ctest",
            ["cmake", "make", "cc"])

    def test_meson_and_ninja(self):
        self.check({
            "meson.build": "project('hello', 'c')\n"
                           "hello = executable('hello', 'hello.c')\n"
                           "test('hello', find_program('./check.sh'),\n"
                           "     args: hello)\n",
            "hello.c": PROGRAM,
            "check.sh": SCRIPT.replace("PROGRAM", '"$1"'),
        }, "meson setup build . && ninja -C build && ninja -C build test",
            ["meson", "ninja", "cc"])

    def test_python(self):
        self.check({
            "hello.py": IN_PYTHON,
            "check.sh": SCRIPT.replace("PROGRAM", "./hello.py"),
            "test_hello.py": TEST_IN_PYTHON,
        }, "/usr/bin/python3 -m test_hello", ["/usr/bin/python3"])


if __name__ == "__main__":
    command.main()
