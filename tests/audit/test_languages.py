#!/usr/bin/python3
"""The report shows functions as the program's language names them: C++
functions, inlined ones included, also where the compiler writes no
.debug_aranges."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
import schema  # noqa: E402
from toolkit import NOINHERIT, main  # noqa: E402

SOURCE = """
#include <cstdlib>
#include <sys/socket.h>

namespace net {
struct server {
	int fd = -1;
	inline __attribute__((always_inline)) void open()
	{
		fd = socket(AF_UNIX, SOCK_STREAM, 0); // creates
	}
	void start();
};

__attribute__((noinline)) void server::start()
{
	open(); // inlines
	asm volatile("" : : : "memory");
}

template <typename T>
__attribute__((noinline)) int play(T *command)
{
	int status = system(command); // execs
	asm volatile("" : : : "memory");
	return status;
}
}

int main()
{
	net::server one;
	one.start();
	return net::play("true") + (one.fd < 0);
}
"""


def line_of(word):
    return next(number for number, line in enumerate(SOURCE.split("\n"), 1)
                if line.endswith("// " + word))


class Languages(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def leak_of(self, compiler, *options):
        if not shutil.which(compiler):
            self.skipTest(f"{compiler} is not installed")
        source = os.path.join(self.folder, "server.cc")
        program = os.path.join(self.folder, "server")
        report = os.path.join(self.folder, "report.json")
        with open(source, "w", encoding="ascii") as file:
            file.write(SOURCE)
        subprocess.run([compiler, *options, "-o", program, source], check=True,
                       timeout=120)
        subprocess.run([NOINHERIT, "audit", "--kinds=leak", "--format=json",
                        "-o", report, program], check=True, timeout=120,
                       cwd=self.folder)
        with open(report, encoding="utf-8") as file:
            findings = schema.read(file.read())["findings"]
        return next(leak for leak in findings if leak["call"] == "socket")

    def places(self, frames):
        """(function, line) of each frame before main."""
        found = [(frame["function"], frame["line"]) for frame in frames]
        names = [name for name, _ in found]
        return found[:names.index("main")]

    def assert_speaks_cpp(self, leak):
        self.assertEqual(self.places(leak["created"]),
                         [("net::server::open", line_of("creates")),
                          ("net::server::start", line_of("inlines"))])
        (function, line), = self.places(leak["at"])
        self.assertTrue(function.startswith("net::play"), function)
        self.assertEqual(line, line_of("execs"))

    def test_names_of_cpp_have_their_class_and_namespace(self):
        self.assert_speaks_cpp(self.leak_of("g++", "-O2", "-g"))

    def test_other_versions_of_the_debug_format_are_read(self):
        for version in (4, 5):
            with self.subTest(version=version):
                self.assert_speaks_cpp(self.leak_of("g++", "-O2",
                                                    f"-gdwarf-{version}"))

    def test_clang_s_code_is_found_without_a_table(self):
        self.assert_speaks_cpp(self.leak_of("clang++", "-O2", "-g"))

    def test_a_stripped_program_has_offsets_that_addr2line_takes(self):
        self.leak_of("g++", "-O2", "-g")
        program = os.path.join(self.folder, "server")
        whole = os.path.join(self.folder, "whole")
        shutil.copy(program, whole)
        subprocess.run(["strip", program], check=True, timeout=60)
        report = os.path.join(self.folder, "report.json")
        subprocess.run([NOINHERIT, "audit", "--kinds=leak", "--format=json",
                        "-o", report, program], check=True, timeout=120)
        with open(report, encoding="utf-8") as file:
            leak = schema.read(file.read())["findings"][0]
        frame = leak["created"][0]
        self.assertIsNone(frame["function"])
        self.assertEqual(frame["module"], program)
        told = subprocess.run(["addr2line", "-e", whole,
                               hex(frame["offset"] - 1)], text=True,
                              capture_output=True, check=True, timeout=60)
        self.assertTrue(told.stdout.strip().endswith(
            f"server.cc:{line_of('creates')}"), told.stdout)


if __name__ == "__main__":
    main()
