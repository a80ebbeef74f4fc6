#!/usr/bin/python3
"""The comparison can fail: rows that are wrong on purpose are found, each for
the right reason, and right rows beside them are not."""

import re
import sys

import differential
from case import Case, drop_calls, error, since, until

PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, SOCK_STREAM, 0)")

# What differs in dup(), and a change that each CPython has, and one that none.
DUP = (drop_calls("O-16", "", "getsockname"),
       drop_calls("B-11", "", "FIONBIO"))
OLD, NEVER = ((3, 10, 0), (3, 11, 0)), ((99, 0, 0),)

# What is wrong, and a line that must say so.
WRONG = [
    (Case("another argument", "", "s = socket.socket(AF_INET)",
          "s = create_socket(AF_INET6, -1, -1)"),
     r"^  \+ socket\(AF_INET6,"),
    (Case("another order", "",
          "s = socket.socket(AF_UNIX); t = socket.socket(AF_INET)",
          "t = create_socket(AF_INET, -1, -1);"
          "s = create_socket(AF_UNIX, -1, -1)"), "^calls differ"),
    (Case("one call more", "", "a.settimeout(1)",
          "settimeout_ns(a, 1_000_000_000);"
          "settimeout_ns(a, 1_000_000_000)", *PAIR), "^  - nothing"),
    (Case("one call fewer", "", "a.settimeout(1); a.settimeout(1)",
          "settimeout_ns(a, 1_000_000_000)", *PAIR), r"^  \+ nothing"),
    (Case("the other descriptor", "", "a.close(); b.send(b'x')",
          "close(b); n = send(a, 'x', 0)", *PAIR), r"^  \+ close\(fd4"),
    (Case("the recorded proto", "",
          "s = socket.socket(AF_UNIX, SOCK_STREAM, 0, fileno=f)",
          "s = adopt(f, AF_UNIX, SOCK_STREAM, 1)",
          PAIR[0] + "; f = a.detach()", PAIR[1] + "; f = detach(a)"),
     r"^  s: expected \['socket', 1, 1, 0"),
    (Case("the timeout", "", "a.settimeout(1)",
          "settimeout_ns(a, 1_000_000_001)", *PAIR), "^  a: .*1000000001"),
    (Case("the inheritable flag", "", "n = a.get_inheritable()",
          "n = get_inheritable(a)", PAIR[0] + "; a.set_inheritable(True)",
          PAIR[1]), "^open differ"),
    (Case("O_NONBLOCK", "", "n = a.fileno() * 0", "n = getblocking(a)",
          PAIR[0], PAIR[1] + "; os_fcntl(a, F_SETFL, O_NONBLOCK | O_RDWR)",
          silent=True), r"^  a: .*, 0\], got .*, 1\]"),
    (Case("the error", "", "s = socket.socket(99)",
          "s = create_socket(-1, 0, -1)"),
     r"expected \['EAFNOSUPPORT'\], got \['ESOCKTNOSUPPORT'\]"),
    (Case("no error", "", "s = socket.socket(99)",
          "s = create_socket(-1, -1, -1)"),
     r"expected \['EAFNOSUPPORT'\], got \[\]"),
    (Case("what was received", "", "r = b.recv(9)", "r = recv(b, 9, 0)",
          PAIR[0] + "; a.send(b'one')", PAIR[1] + "; _ = send(a, 'two', 0)"),
     "^  r: expected"),
    (Case("a descriptor left open", "", "s = socket.socket(); s.close()",
          "s = create_socket(-1, -1, -1); n = detach(s)"), "^open differ"),
    (Case("a send that may raise SIGPIPE", "", "n = a.send(b'x')",
          "n = os_send(a, 'x')", *PAIR), "LACKS MSG_NOSIGNAL"),
    (Case("the process ends", "", "n = a.send(b'x')", "n = os_send(a, 'x')",
          PAIR[0] + "; b.close()", PAIR[1] + "; close(b)"),
     "^C: ended with status 0xd"),
    (Case("errno is changed", "", "s = socket.socket()",
          "s = create_socket(-1, -1, -1); n = os_number(0);"
          "n = clobber_errno()"), "^C: errno was changed"),
    (Case("an unknown call", "", "n = a.send(b'x')", "n = sned(a, 'x')",
          *PAIR), "no such call: sned"),
    (Case("a difference that is declared and does not happen", "",
          "s = socket.socket()", "s = create_socket(-1, -1, -1)",
          differs=(drop_calls("B-0", "none", "ioctl"),)),
     "^B-0 is declared, but no call matches"),
    (Case("an error that is declared and does not happen", "",
          "s = socket.socket()", "s = create_socket(-1, -1, -1)",
          differs=(error("B-0", "none", "EINVAL", "EPERM"),)),
     "^B-0 is declared, but no error matches"),
    (Case("a difference that ended and shows", "", "d = a.dup()", "d = dup(a)",
          *PAIR, differs=until(OLD, *DUP)), "^calls differ"),
    (Case("nothing is called", "", "n = a.getblocking()", "n = getblocking(a)",
          *PAIR), "no system call at all"),
    (Case("the preparation fails", "", "s = socket.socket()",
          "s = create_socket(-1, -1, -1)", "", "_ = create_socket(99, 0, 0)"),
     "C: cannot prepare"),
]

RIGHT = [
    Case("a right row", "", "s = socket.socket(AF_INET)",
         "s = create_socket(AF_INET, -1, -1)"),
    Case("a right row with a difference", "", "d = a.dup()", "d = dup(a)",
         *PAIR, differs=DUP),
    Case("a right row with a difference that began", "", "d = a.dup()",
         "d = dup(a)", *PAIR, differs=since(OLD, *DUP)),
    Case("a right row with differences of others", "", "s = socket.socket()",
         "s = create_socket(-1, -1, -1)",
         differs=(*until(OLD, *DUP), *since(NEVER, *DUP))),
]


def main():
    differential.require()
    failed = 0
    found = differential.compare([case for case, _ in WRONG])
    for (case, expected), lines in zip(WRONG, found):
        if not any(re.search(expected, line) for line in lines):
            failed += 1
            print(f"not found: {case.name}: {expected!r} in {lines}")
    for case, lines in zip(RIGHT, differential.compare(RIGHT)):
        if lines:
            failed += 1
            print(f"found in {case.name}: {lines}")
    print(f"{len(WRONG)} wrong rows and {len(RIGHT)} right ones, "
          f"{failed} not judged so")
    sys.exit(1 if failed else 0)


main()
