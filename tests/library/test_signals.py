#!/usr/bin/python3
"""What the header calls signal-safe can be called in a signal handler."""

import re
import unittest

import tree

SOURCE = tree.ROOT / "tests/library/signals.c"
HEADER = (tree.ROOT / "include/noinherit.h").read_text()

# Functions of POSIX's list, and others that are bare system calls or use no
# state of the process: ioctl, accept4, dup3, prctl, syscall, setcancelstate.
SAFE_CALLS = set("""
    accept accept4 bind clock_gettime close connect dup2 dup3 eventfd fcntl getpeername
    getpid getsockname getsockopt ioctl listen memchr memcmp memcpy memset poll
    prctl pthread_setcancelstate read recv recvfrom recvmsg send sendmsg sendto
    setsockopt shutdown socket socketpair strlen syscall write
    memmove pread pthread_sigmask sendfile sigaddset sigemptyset sigismember
    sigpending sigtimedwait
    __cmsg_nxthdr __errno_location __stack_chk_fail _GLOBAL_OFFSET_TABLE_
""".split())
# Files in which every function is signal-safe; in server.c and address.c those
# that neither ask the resolver nor write a message.
SAFE_FILES = ("accept", "connect", "deadline", "descriptor", "endpoint",
              "option", "passing", "reader", "sendfile", "share",
              "sized_struct", "socket", "timeout", "transfer", "wait")


def signal_safe():
    """The functions whose comment, or the comment of their section, says so."""
    names = set()
    data = HEADER[HEADER.index("---- sending and"):
                  HEADER.index("---- socket opt")]
    for name, comment in re.findall(r"/\*\*\n \* (noinherit_\w+) - (.*?)\*/",
                                    HEADER, flags=re.DOTALL):
        is_refused = re.search(r"[Nn]ot signal-safe", comment)
        if f" * {name} - " in data or not is_refused and \
                re.search(r"[Ss]ignal-safe", comment):
            names.add(name)
    return names


class Signals(tree.Tree):
    def test_handlers_may_call_them_whatever_they_interrupt(self):
        tree.run(self.build_shared(SOURCE), timeout=300)

    def test_every_function_so_called_is_called_there(self):
        text = SOURCE.read_text()
        handler = text[:text.index("static void on_alarm")]
        self.assertEqual(signal_safe() -
                         set(re.findall(r"noinherit_\w+", handler)), set())
        self.assertGreater(len(signal_safe()), 30)

    def test_their_files_call_nothing_else(self):
        for name in SAFE_FILES:
            path = tree.BUILD / f"obj/host/shim/lib/{name}.o"
            wanted = {line.split()[-1] for line in
                      tree.run("nm", "-u", path).stdout.splitlines()}
            unsafe = {symbol for symbol in wanted - SAFE_CALLS if not
                      symbol.startswith(("noinherit_", "ni_", "__asan_",
                                         "__ubsan_", "__gcov_", "__tsan_"))}
            with self.subTest(name):
                self.assertEqual(unsafe, set())


if __name__ == "__main__":
    tree.need("pkg-config", "nm")
    unittest.main()
