#!/usr/bin/python3
"""A debuginfod server that does not answer is asked once, and the report is
made without it."""

import glob
import socket
import unittest

import command

# Neither the program nor its library has function names.
LIBRARY = """
#include <sys/socket.h>
int make(void) { return socket(AF_INET, SOCK_STREAM, 0); }
"""
PROGRAM = """
#include <unistd.h>
int make(void);
int main(void)
{
	if (make() < 0)
		return 1;
	execl("/bin/true", "true", (char *)0);
	return 1;
}
"""


def finding(text):
    """The report without its hints, which differ if the variable is not set."""
    return text.split("No function names")[0]


class Server(command.CommandTest):

    def record(self):
        library = self.compile("libmake.so", LIBRARY, "-shared", "-fPIC", "-s",
                               "-Wl,--build-id")
        program = self.compile("program", PROGRAM, library, "-s",
                               "-Wl,--build-id", f"-Wl,-rpath,{self.folder}")
        recording = self.path("recording")
        result = self.noinherit("audit", "--record-only", "-o", recording,
                                program)
        self.assertEqual(result.returncode, 0, result.stderr)
        return recording

    def test_silence_costs_a_few_seconds_once(self):
        if not glob.glob("/usr/lib/*/libdebuginfod.so.1"):
            raise unittest.SkipTest("libdebuginfod is not installed")
        recording = self.record()
        plain = self.noinherit("report", recording)
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        self.environment.update(
            DEBUGINFOD_URLS=f"http://127.0.0.1:{server.getsockname()[1]}",
            DEBUGINFOD_CACHE_PATH=self.path("cache"))
        result = self.noinherit("report", recording)
        self.assertEqual(result.returncode, 0)
        self.assertIn("fix: ", finding(plain.stdout))
        self.assertEqual(finding(result.stdout), finding(plain.stdout))
        self.assertEqual(result.stderr.count("no answer from DEBUGINFOD_URLS"), 1)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        server.setblocking(False)
        asked = 0
        while True:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                break
            asked += 1
        self.assertEqual(asked, 1)

    def test_a_server_that_refuses_costs_no_time_and_no_message(self):
        recording = self.record()
        plain = self.noinherit("report", recording)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.environment.update(
            DEBUGINFOD_URLS=f"http://127.0.0.1:{port}",
            DEBUGINFOD_CACHE_PATH=self.path("cache"))
        result = self.noinherit("report", recording)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(finding(result.stdout), finding(plain.stdout))


if __name__ == "__main__":
    command.main()
