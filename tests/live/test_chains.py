#!/usr/bin/python3
"""With other preloaded libraries that wrap the same calls, in either order:
each of them works, and sockets are non-inheritable."""

import glob
import os
import socket
import subprocess
import threading
import unittest

import live
from live import COMPAT, SHIM, helper


def library(pattern):
    found = glob.glob("/usr/lib/*/" + pattern)
    if not found:
        raise unittest.SkipTest(f"no {os.path.basename(pattern)} here")
    return found[0]


def defines(path, function):
    symbols = subprocess.check_output(["nm", "-D", "--defined-only", path],
                                      text=True)
    return f" {function}\n" in symbols


# Behind another library, which may handle descriptors that the shim never
# sees, the shim takes no flag off, not even for dup2(a, a).
SHADOWED = COMPAT + " itself"


def compat(preload):
    return COMPAT if preload.startswith(SHIM) else SHADOWED


def orders(*others):
    yield ":".join((SHIM, *others))
    yield ":".join((*others, SHIM))


class Counter(live.LiveTest):
    """A wrapper of the usual kind, which calls the next definition."""

    def test_each_call_is_seen_by_both(self):
        for name in ("libcounter.so", "libsysv.so"):
            natively = self.says(helper("probe"), preload=helper(name)).strip()
            self.assertIn("counted: socket 8, accept 3, dup 3", natively)
            for preload in orders(helper(name)):
                with self.subTest(preload=preload):
                    output = self.says(helper("probe"), preload=preload)
                    # The wrapper's destructor may print before the program's
                    # output is flushed.
                    self.assertEqual(sorted(output.splitlines()),
                                     sorted([compat(preload), natively]))

    def test_two_other_wrappers(self):
        for preload in orders(helper("libcounter.so"), helper("libsysv.so")):
            output = self.says(helper("probe"), preload=preload)
            self.assertIn(compat(preload), output.splitlines())
            self.assertEqual(output.count("counted: socket 8"), 2)


    def test_however_many_stand_in_front(self):
        idle = [self.compile(f"idle{i}.so", "int nothing;", "-shared", "-fPIC")
                for i in range(9)]
        for others, expected in ((idle, COMPAT),
                                 ([*idle, helper("libcounter.so")], SHADOWED),
                                 ([helper("libcounter.so"), *idle], SHADOWED)):
            output = self.says(helper("probe"),
                               preload=":".join((*others, SHIM)))
            self.assertIn(expected, output.splitlines())


class Faketime(live.LiveTest):

    def test_the_time_is_false_and_the_sockets_are_not_inherited(self):
        for name in ("faketime/libfaketime.so.1", "faketime/libfaketimeMT.so.1"):
            for preload in orders(library(name)):
                with self.subTest(preload=preload):
                    false = {"FAKETIME": "2001-02-03 04:05:06"}
                    self.assertEqual(
                        self.says("date", "+%F", preload=preload, env=false),
                        "2001-02-03")
                    self.assertEqual(
                        self.says(helper("probe"), preload=preload, env=false),
                        COMPAT)


class SocketWrapper(live.LiveTest):
    """Internet sockets become Unix sockets, files in a folder."""

    def wrapped(self, preload):
        folder = self.path("wrapped")
        os.makedirs(folder, exist_ok=True)
        output = self.says(helper("probe"), preload=preload,
                           env={"SOCKET_WRAPPER_DIR": folder})
        files = os.listdir(folder)
        for name in files:
            os.unlink(os.path.join(folder, name))
        return output, len(files)

    def test_behind_the_shim_both_do_their_job(self):
        wrapper = library("libsocket_wrapper.so")
        natively, files = self.wrapped(wrapper)
        self.assertEqual(natively, "")
        self.assertGreater(files, 0)
        self.assertEqual(self.wrapped(f"{SHIM}:{wrapper}"), (COMPAT, files))

    def test_in_front_of_the_shim_it_goes_past_to_libc(self):
        # It looks its functions up in libc.so.6 and so bypasses a shim behind
        # it. Calls that it does not wrap are still enforced: before 1.4,
        # syscall().
        wrapper = library("libsocket_wrapper.so")
        files = self.wrapped(wrapper)[1]
        output, now = self.wrapped(f"{wrapper}:{SHIM}")
        self.assertEqual(now, files)
        self.assertEqual(output, "" if defines(wrapper, "syscall") else
                         "number")

    def test_a_copy_is_known_to_the_wrapper(self):
        # The wrapper does not see a copy made with fcntl, so the shim calls
        # dup.
        wrapper = library("libsocket_wrapper.so")
        program = self.compile("copy", """
            #include <arpa/inet.h>
            #include <fcntl.h>
            #include <stdio.h>
            #include <sys/socket.h>
            #include <unistd.h>
            int main(void)
            {
                struct sockaddr_in a = { .sin_family = AF_INET };
                socklen_t length = sizeof(a);
                int fd = socket(AF_INET, SOCK_STREAM, 0), copy;
                a.sin_addr.s_addr = inet_addr("127.0.0.7");
                bind(fd, (void *)&a, length);
                copy = dup(fd);
                close(fd);
                getsockname(copy, (void *)&a, &length);
                printf("%s %d\\n", inet_ntoa(a.sin_addr),
                       fcntl(copy, F_GETFD));
            }""")
        for preload, expected in ((wrapper, "127.0.0.7 0"),
                                  (f"{SHIM}:{wrapper}", "127.0.0.7 1")):
            self.assertEqual(
                self.says(program, preload=preload,
                          env={"SOCKET_WRAPPER_DIR": self.folder}), expected)


class Proxy(threading.Thread):
    """A SOCKS5 server for one client, whose request it answers itself."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = None

    @staticmethod
    def read_address(stream):
        kind = stream.read(4)[3]
        host = (socket.inet_ntoa(stream.read(4)) if kind == 1 else
                stream.read(stream.read(1)[0]).decode())
        return host, int.from_bytes(stream.read(2), "big")

    def run(self):
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as stream:
            _, count = stream.read(2)
            stream.read(count)
            stream.write(b"\x05\x00")
            self.asked = self.read_address(stream)
            stream.write(b"\x05\x00\x00\x01" + bytes(6))
            stream.write(stream.read(2).upper())
        self.listener.close()


class Torsocks(live.LiveTest):

    CLIENT = """
        #include <arpa/inet.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/socket.h>
        #include <unistd.h>
        int main(void)
        {
            struct sockaddr_in a = { .sin_family = AF_INET };
            int fd = socket(AF_INET, SOCK_STREAM, 0);
            char text[3] = "";
            a.sin_addr.s_addr = inet_addr("192.0.2.1");
            a.sin_port = htons(4711);
            if (connect(fd, (void *)&a, sizeof(a)) || write(fd, "hi", 2) != 2)
                return 1;
            read(fd, text, 2);
            printf("%s %d %d\\n", text, fcntl(fd, F_GETFD),
                   fcntl(dup(fd), F_GETFD));
        }"""

    def setUp(self):
        super().setUp()
        self.torsocks = library("torsocks/libtorsocks.so")

    def configuration(self, port):
        return {"TORSOCKS_CONF_FILE": self.file(
            "torsocks.conf", f"TorAddress 127.0.0.1\nTorPort {port}\n"
            "AllowInbound 1\nAllowOutboundLocalhost 1\n")}

    def through_the_proxy(self, preload):
        proxy = Proxy()
        proxy.start()
        output = self.says(self.compile("client", self.CLIENT),
                           preload=preload, env=self.configuration(proxy.port))
        proxy.join(30)
        self.assertEqual(proxy.asked, ("192.0.2.1", 4711))
        return output

    def test_the_proxy_is_asked_and_the_socket_is_not_inherited(self):
        self.assertEqual(self.through_the_proxy(self.torsocks), "HI 0 0")
        self.assertEqual(self.through_the_proxy(f"{SHIM}:{self.torsocks}"),
                         "HI 1 1")

    def probe(self, preload):
        return self.says(helper("probe"), preload=preload,
                         env=self.configuration(9050)).split()

    def test_behind_the_shim_every_call_is_enforced(self):
        # torsocks refuses to make datagram sockets.
        self.assertEqual(self.probe(self.torsocks), [])
        self.assertEqual(self.probe(f"{SHIM}:{self.torsocks}"),
                         [name for name in COMPAT.split()
                          if name != "datagram"])

    def test_in_front_of_the_shim_it_goes_past_to_libc(self):
        # torsocks looks up socket, accept4, close, execve and syscall in
        # libc.so.6, but accept and socketpair in the next library.
        flagged = self.probe(f"{self.torsocks}:{SHIM}")
        self.assertIn("accept", flagged)
        self.assertIn("left", flagged)
        self.assertNotIn("socket", flagged)
        self.assertEqual(self.through_the_proxy(f"{self.torsocks}:{SHIM}"),
                         "HI 0 1")


if __name__ == "__main__":
    live.main()
