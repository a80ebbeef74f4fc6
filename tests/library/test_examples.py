#!/usr/bin/python3
"""The examples are programs that work, and the page beside them compiles."""

import ast
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import unittest

import tree

EXAMPLES = tree.ROOT / "tests/examples"
PAGE = (EXAMPLES / "README.md").read_text()


def fragments(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def port_of(line):
    return int(re.search(r"laddr=\('.*?', (\d+)", line)[1])


class Programs(tree.Tree):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("echo_server", "client", "supervisor"):
            cls.build_shared(EXAMPLES / f"{name}.c")

    def start(self, name, *words):
        """A program that serves, and the port that it says it has."""
        process = subprocess.Popen([self.work / name, *words], text=True,
                                   stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        return process, port_of(process.stdout.readline())

    def client(self, host, port, text=""):
        return subprocess.run([self.work / "client", host, str(port)],
                              input=text, text=True, capture_output=True,
                              timeout=60)

    def test_the_echo_server_serves_both_families_until_sigterm(self):
        server, port = self.start("echo_server")
        for host in ("127.0.0.1", "::1"):
            with self.subTest(host):
                with socket.create_connection((host, port), 60) as s:
                    s.sendall(b"once" * 10000)
                    s.shutdown(socket.SHUT_WR)
                    data = s.makefile("rb").read()
                self.assertEqual(data, b"once" * 10000)
                result = self.client(host, port, "a line\n")
                self.assertEqual(result.stdout, "a line\n")
                self.assertEqual(result.returncode, 0)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), 0)

    def test_the_echo_server_says_what_is_in_the_way(self):
        _, port = self.start("echo_server")
        second = subprocess.run([self.work / "echo_server", str(port)],
                                text=True, capture_output=True, timeout=60)
        self.assertEqual(second.returncode, 1)
        self.assertEqual(second.stderr, "echo_server: Address already in use "
                         "(while attempting to bind on address "
                         f"('', {port}))\n")

    def test_the_client_tells_each_attempt(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            result = self.client("127.0.0.1", unused.getsockname()[1])
        self.assertEqual(result.returncode, 1)
        lines = result.stderr.splitlines()
        self.assertEqual(lines[0], "client: attempt 1: Connection refused")
        self.assertIn("Connection refused", lines[-1])

    def test_the_client_tells_a_name_that_is_not_one(self):
        result = self.client("not a host name", 1)
        self.assertEqual(result.returncode, 1)
        self.assertTrue(result.stderr.endswith("(name resolution)\n"),
                        result.stderr)

    def test_the_supervisor_passes_its_listener_to_each_worker(self):
        supervisor, port = self.start("supervisor", "3")
        workers = set()
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), 60) as s:
                line = s.makefile().readline()
            workers.add(re.fullmatch(r"worker (\d+)\n", line)[1])
        self.assertEqual(len(workers), 3)
        self.assertEqual(supervisor.wait(60), 0)
        self.assertNotIn(str(supervisor.pid), workers)

    def sockets_of_worker(self, supervisor):
        """The numbers of its sockets, once it runs the program anew."""
        task = pathlib.Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}")
        sockets = set()
        for worker in (task / "children").read_text().split():
            proc = pathlib.Path("/proc", worker)
            if b"worker" not in (proc / "cmdline").read_bytes():
                continue
            for link in (proc / "fd").iterdir():
                # The loader's own descriptors come and go.
                with contextlib.suppress(FileNotFoundError):
                    if os.readlink(link).startswith("socket:"):
                        sockets.add(int(link.name))
        return sockets

    def test_a_worker_has_what_it_was_passed_and_no_more(self):
        supervisor, port = self.start("supervisor", "1")
        deadline = time.monotonic() + 60
        sockets = set()
        # Standard input alone is a socket until the listener has come.
        while len(sockets) < 2 and time.monotonic() < deadline:
            sockets = self.sockets_of_worker(supervisor)
        self.assertEqual(sockets, {0, 3})
        socket.create_connection(("127.0.0.1", port), 60).close()
        self.assertEqual(supervisor.wait(60), 0)

    def test_a_worker_to_which_nothing_is_passed_says_so(self):
        worker = subprocess.run([self.work / "supervisor", "worker"],
                                stdin=subprocess.DEVNULL, text=True,
                                capture_output=True, timeout=60)
        self.assertEqual((worker.returncode, worker.stderr), (
            1, "supervisor: accept: Socket operation on non-socket\n"))

    def test_each_is_under_80_lines(self):
        for source in EXAMPLES.glob("*.c"):
            self.assertLess(len(source.read_text().splitlines()), 80, source)


PROLOGUE = """
#include <noinherit.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/uio.h>
"""


class Page(tree.Tree):
    def test_every_c_fragment_compiles(self):
        for number, text in enumerate(fragments("c")):
            source = self.work / f"fragment{number}.c"
            body = text if "static void" in text else (
                "void f(int fd, const char *host, const char *port, pid_t pid, "
                "struct noinherit_socket s, struct noinherit_socket listener)\n"
                "{\n(void)fd, (void)host, (void)port, (void)pid, (void)s, "
                "(void)listener;\n{\n" + text + "\n}\n}\n")
            source.write_text(PROLOGUE + body)
            with self.subTest(text):
                # What a fragment leaves for its reader to use is unused here.
                tree.run("cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                         "-Werror", "-Wno-unused", "-c",
                         *self.pkg_config("--cflags"), "-o",
                         self.work / "fragment.o", source)

    def test_every_python_fragment_runs(self):
        for text in fragments("python"):
            with self.subTest(text):
                ast.parse(text)
                if "Windows" not in text:
                    self.run_python(text)

    def run_python(self, text):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host, port = listener.getsockname()
            fd = os.dup(listener.fileno())
            reader = subprocess.Popen(
                ["/usr/bin/python3", "-W", "ignore", "-c",
                 "import os, signal, socket\n"
                 f"host, port, fd = {host!r}, {port}, {fd}\n"
                 f"listener = socket.socket(fileno=os.dup({fd}))\n" + text],
                pass_fds=[fd], text=True, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            os.close(fd)
            if "create_connection" in text:
                with listener.accept()[0] as conn:
                    conn.sendall(conn.recv(100))
            _, errors = reader.communicate(timeout=60)
        self.assertEqual((reader.returncode, errors), (0, ""))

    def test_both_languages_stand_beside_each_other(self):
        self.assertEqual(len(fragments("c")), len(fragments("python")))


if __name__ == "__main__":
    tree.need("pkg-config")
    unittest.main()
