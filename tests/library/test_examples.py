#!/usr/bin/python3
"""The examples are programs that work, and the code on the page beside them
compiles."""

import ast
import contextlib
import os
import pathlib
import re
import shutil
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
        for source in EXAMPLES.glob("*.c"):
            if source.stem != "tls":
                cls.build_shared(source)

    def start(self, name, *words):
        """Starts a server; returns it and the port that it prints."""
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
        """The numbers of the worker's sockets, once it executes its program
        again."""
        task = pathlib.Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}")
        sockets = set()
        for worker in (task / "children").read_text().split():
            proc = pathlib.Path("/proc", worker)
            if b"worker" not in (proc / "cmdline").read_bytes():
                continue
            for link in (proc / "fd").iterdir():
                # The loader opens and closes descriptors of its own.
                with contextlib.suppress(FileNotFoundError):
                    if os.readlink(link).startswith("socket:"):
                        sockets.add(int(link.name))
        return sockets

    def test_a_worker_has_what_it_was_passed_and_no_more(self):
        supervisor, port = self.start("supervisor", "1")
        deadline = time.monotonic() + 60
        sockets = set()
        # Until the listener arrives, only standard input is a socket.
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

    def test_the_proxy_serves_both_families_until_sigterm(self):
        _, there = self.start("epoll_server", "2")
        proxy, port = self.start("proxy", "127.0.0.1", str(there), "60")
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, port), 60) as s:
                s.sendall(b"once" * 10000)
                s.shutdown(socket.SHUT_WR)
                self.assertEqual(s.makefile("rb").read(), b"once" * 10000)
        proxy.send_signal(signal.SIGTERM)
        self.assertEqual(proxy.wait(60), 0)

    def test_the_proxy_ends_a_silent_connection_in_time(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            _, port = self.start("proxy", "127.0.0.1",
                                 str(silent.getsockname()[1]), "1")
            with socket.create_connection(("127.0.0.1", port), 60) as s:
                self.assertEqual(s.recv(1), b"")

    def http(self, *words):
        return subprocess.run([self.work / "http_client", *words], text=True,
                              capture_output=True, timeout=60)

    def test_the_http_client_reads_by_lines_and_by_length(self):
        answer = (b"HTTP/1.1 200 OK\r\nServer: x\r\n"
                  b"Content-Length: 9999\r\n\r\n" + b"123456789" * 1111)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = str(listener.getsockname()[1])
            client = subprocess.Popen([self.work / "http_client", "127.0.0.1",
                                       port, "/a"], stdout=subprocess.PIPE)
            with listener.accept()[0] as conn:
                request = conn.makefile("rb").readline()
                conn.sendall(answer)
            said = client.communicate(timeout=60)[0]
        self.assertEqual(request, b"GET /a HTTP/1.1\r\n")
        self.assertEqual((client.returncode, said), (0, b"123456789" * 1111))

    def test_the_http_client_tells_each_attempt(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            result = self.http("127.0.0.1", str(unused.getsockname()[1]), "/")
        self.assertEqual((result.returncode, result.stderr), (
            1, "attempt 1: Connection refused\n"
            "http_client: 127.0.0.1: Connection refused\n"))

    def test_the_workers_of_prefork_are_executed_with_the_listener(self):
        server, port = self.start("prefork", "3")
        workers = set()
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), 60) as s:
                workers.add(s.makefile().readline())
        self.assertEqual(len(workers), 3)
        self.assertEqual(server.wait(60), 0)

    def test_one_thread_serves_many_clients(self):
        server, port = self.start("epoll_server", "20")
        clients = [socket.create_connection(("127.0.0.1", port), 60)
                   for _ in range(20)]
        for turn in range(3):
            for client in clients:
                client.sendall(b"%d" % turn)
            for client in clients:
                self.assertEqual(client.recv(10), b"%d" % turn)
        for client in clients:
            client.close()
        self.assertEqual(server.wait(60), 0)

    def test_a_client_gets_a_descriptor_of_the_service(self):
        path = self.work / "service"
        service = subprocess.Popen([self.work / "fd_service", path,
                                    "/proc/self/comm"], text=True,
                                   stdout=subprocess.PIPE)
        self.addCleanup(service.stdout.close)
        self.assertEqual(service.stdout.readline(), "ready\n")
        said = tree.run(self.work / "fd_service", path, timeout=60).stdout
        self.assertEqual((said, service.wait(60)), ("fd_service\n", 0))

    def test_a_message_to_a_group_arrives(self):
        group = "239.1.2.3"
        receiver, port = self.start("multicast", group)
        tree.run(self.work / "multicast", group, str(port), "hello")
        self.assertRegex(receiver.stdout.readline(),
                         r"^\('127.0.0.1', \d+\) says hello\n")
        self.assertEqual(receiver.wait(60), 0)

    def test_a_packet_is_dumped(self):
        # An experimental protocol number, so that no other packet arrives.
        try:
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        except PermissionError:
            self.skipTest("packet sockets want a privilege")
        dump = subprocess.Popen([self.work / "dump", "17", "3",
                                 str(socket.htons(0x88b5)), "('lo', 34997)"],
                                text=True, stdout=subprocess.PIPE)
        self.addCleanup(dump.stdout.close)
        self.assertIn("laddr=('lo', 34997,", dump.stdout.readline())
        with sender:
            sender.bind(("lo", 0x88b5))
            sender.send(bytes(12) + b"\x88\xb5" + b"frame" * 12)
        self.assertIn("88 b5 66 72 61 6d 65", dump.stdout.readline())
        self.assertEqual(dump.wait(60), 0)

    def test_a_frame_of_a_family_that_the_kernel_lacks_is_dumped(self):
        """The kernel is simulated: a frame arrives at the address that was
        bound."""
        source = self.work / "played.c"
        source.write_text(PLAYED_KERNEL)
        played = self.work / "libplayed.so"
        tree.run("cc", "-shared", "-fPIC", "-D_GNU_SOURCE", source, "-o", played)
        for family, kind, proto, address in (
                ("29", "3", "1", "('lo',)"),
                ("29", "2", "6", "('lo', 291, 801)"),
                ("29", "2", "7", "('lo', 5, 6, 7)"),
                ("40", "2", "0", "(3, 1234)"),
                ("30", "4", "0", "(1, 18888, 17, 30, 3)")):
            with self.subTest(family + address):
                said = tree.run(self.work / "dump", family, kind, proto, address,
                                env=dict(os.environ, LD_PRELOAD=str(played)),
                                timeout=60).stdout.splitlines()
                self.assertIn(f"family={family}, type={kind}, proto={proto}, "
                              f"laddr={address}", said[0])
                self.assertEqual(said[1], f"{address}: 23 01 00 00 02 68 69")

    def test_what_the_kernel_lacks_is_said(self):
        result = subprocess.run([self.work / "dump", "29", "3", "1",
                                 "('lo',)"], text=True, capture_output=True,
                                timeout=60)
        if result.returncode == 0:
            self.skipTest("this kernel has CAN")
        self.assertEqual(result.stderr, "dump: socket: Address family not "
                         "supported by protocol\n")

    def test_each_is_under_100_lines(self):
        for source in EXAMPLES.glob("*.*"):
            if source.suffix != ".md":
                self.assertLess(len(source.read_text().splitlines()), 100,
                                source)

    def test_none_makes_a_raw_call_on_the_descriptor(self):
        raw = (r"\b(?<!noinherit_)(?:recv|send|accept|bind|connect|listen|close|"
               r"getsockname|setsockopt|fcntl|ioctl|read|write)\([^;]*\bs?\.fd\b")
        for source in EXAMPLES.glob("*.*"):
            self.assertEqual(re.findall(raw, source.read_text()), [], source)


# Simulates a kernel that has CAN, VSOCK and TIPC, for one socket and one
# frame.
PLAYED_KERNEL = """
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sockaddr_storage bound;
static socklen_t bound_size;

int socket(int family, int type, int protocol)
{
	if (family == AF_UNIX || family == AF_INET)
		return syscall(SYS_socket, family, type, protocol);
	return syscall(SYS_socket, AF_UNIX,
		       SOCK_DGRAM | (type & ~0xf), 0);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	memcpy(&bound, address, bound_size = size);
	return 0;
}

int getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
	memcpy(address, &bound, bound_size);
	*size = bound_size;
	return 0;
}

ssize_t recvfrom(int fd, void *buf, size_t size, int flags,
		 struct sockaddr *address, socklen_t *address_size)
{
	memcpy(buf, "#\\1\\0\\0\\2hi", 7);
	getsockname(fd, address, address_size);
	return 7;
}
"""


class OtherLanguages(tree.Tree):
    start = Programs.start

    def test_the_same_server_in_cpp(self):
        tree.need("g++")
        self.build_shared(EXAMPLES / "echo.cpp", compiler="g++")
        server, port = self.start("echo", "2")
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, port), 60) as s:
                s.sendall(b"hello")
                s.shutdown(socket.SHUT_WR)
                self.assertEqual(s.makefile("rb").read(), b"hello")
        self.assertEqual(server.wait(60), 0)

    @unittest.skipUnless(shutil.which("go"), "go is not installed")
    def test_go_sets_every_option(self):
        environment = dict(
            os.environ, PKG_CONFIG_SYSROOT_DIR=str(self.root),
            PKG_CONFIG_LIBDIR=str(self.lib / "pkgconfig"),
            GOCACHE=str(self.work / "go"), GOFLAGS="-mod=mod", GO111MODULE="off",
            CGO_LDFLAGS_ALLOW=".*", LD_LIBRARY_PATH=str(self.lib))
        with socket.create_server(("::1", 0),
                                  family=socket.AF_INET6) as listener:
            port = listener.getsockname()[1]
            tree.run("go", "build", "-o", self.work / "connect",
                     EXAMPLES / "connect.go", env=environment, timeout=600)
            said = tree.run(self.work / "connect", str(port),
                            env=environment).stdout
        self.assertIn(f"raddr=('::1', {port}, 0, 0)> failed: 0", said)

    @unittest.skipUnless(os.path.exists("/usr/include/openssl/ssl.h") and
                         shutil.which("openssl"), "OpenSSL is not installed")
    def test_openssl_in_a_bio_on_both_sides(self):
        self.build_shared(EXAMPLES / "tls.c", libraries=("-lssl", "-lcrypto"))
        key, certificate = self.work / "key", self.work / "certificate"
        tree.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                 "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                 "/CN=localhost")
        server, port = self.start("tls", "server", certificate, key)
        said = tree.run(self.work / "tls", "client", str(port), certificate,
                        timeout=60).stdout
        self.assertEqual((said, server.wait(60)), ("hello over TLS\n", 0))


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
                # Variables that a fragment defines for its reader are unused
                # here.
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
