#!/usr/bin/python3
"""sendfile(), the readers of makefile(), getaddrinfo() and connect_ex()."""

from case import Case, Edit, drop_calls, error, replace_calls
from differential import main

PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, -1, -1)")
FILE = ("; _w = open('f', 'wb'); _w.write(b'0123456789'); _w.close();"
        "_f = open('f', 'rb')",
        "; _f = os_file('f', '0123456789')")
MODES = {
    "a blocking socket": ("", ""),
    "a socket with a timeout": ("; a.settimeout(3)",
                                "; settimeout_ns(a, 3_000_000_000)"),
    "a non-blocking socket": ("; a.setblocking(False)", "; setblocking(a, 0)"),
    "a closed socket": ("; a.close()", "; close(a)"),
}

# Python asks how long the file is, and moves its position.
NO_POSITION = drop_calls("3.16", "neither length nor position is of interest",
                         r"^(lseek|fstat|newfstatat)\(")
TO_THE_END = replace_calls("3.16", "the length was not asked for",
                           r"(sendfile\(.*), 10\) = ", r"\1, 1073741824) = ")
NO_LAST_POLL = Edit("3.16", "when all was sent nothing is waited for",
                    lambda seen: seen.calls.pop())
TIMED_OUT = error("O-11", "a timeout that ran out has a number",
                  "TimeoutError: timed out", "ETIMEDOUT")


def sendfile_rows():
    for name, offset, count in (
            ("all of it", 0, None), ("the end", 4, None), ("a part", 2, 5),
            ("as much as there is", 0, 10), ("one byte", 0, 1)):
        for mode in ("a blocking socket", "a socket with a timeout"):
            differs = (NO_POSITION,) if count else (NO_POSITION, TO_THE_END)
            if count and mode != "a blocking socket":
                differs += (NO_LAST_POLL,)
            yield Case(f"sendfile: {name} through {mode}", "3.16",
                       f"n = a.sendfile(_f, {offset}, {count})",
                       f"n = sendfile(a, _f, {offset}, "
                       f"{-1 if count is None else count})",
                       PAIR[0] + FILE[0] + MODES[mode][0],
                       PAIR[1] + FILE[1] + MODES[mode][1], differs=differs)
    for name, mode, arguments in (
            ("a non-blocking socket", "a non-blocking socket", (0, 5)),
            ("a count of 0", "a blocking socket", (0, 0)),
            ("a count of -5", "a blocking socket", (0, -5))):
        yield Case(f"sendfile: {name} is refused", "3.16",
                   f"a.sendfile(_f, {arguments[0]}, {arguments[1]})",
                   f"_n = sendfile(a, _f, {arguments[0]}, {arguments[1]})",
                   PAIR[0] + FILE[0] + MODES[mode][0],
                   PAIR[1] + FILE[1] + MODES[mode][1], silent=True,
                   differs=(QUIET, error("3.16", "Python says ValueError",
                                         "ValueError", "EINVAL")))
    yield Case("sendfile: a datagram socket is refused", "3.16",
               "a.sendfile(_f)", "_n = sendfile(a, _f, 0, -1)",
               "a = socket.socket(type=SOCK_DGRAM)" + FILE[0],
               "a = create_socket(-1, SOCK_DGRAM, -1)" + FILE[1], silent=True,
               differs=(QUIET, error("3.16", "Python says ValueError",
                                     "ValueError", "EINVAL")))


# What is refused is refused before any call, also where Python looks first.
QUIET = Edit("3.16", "refused before any call",
             lambda seen: setattr(seen, "calls", []))


def behind(kept):
    """Python keeps half a line apart, C in the buffer, before the rest."""
    def less(seen):
        index = next(i for i, call in enumerate(seen.calls)
                     if call.startswith('recvfrom(fd3, "", 8192'))
        seen.calls[index] = seen.calls[index].replace("8192",
                                                      str(8192 - kept))

    return Edit("3.16", "half a line stays in the buffer", less)


def reader_rows():
    makefile = ("; _m = a.makefile('rb', 8192)", "; makefile(a, 8192)")
    for name, data, lines, kept in (
            ("a line", b"one\n", 1, 0), ("two lines", b"one\ntwo\n", 2, 0),
            ("empty lines", b"\n\n\n", 3, 0),
            ("a line and an end", b"one\n", 2, 0),
            ("half a line and the end", b"one\ntwo", 3, 3),
            ("the end alone", b"", 2, 0), ("NUL bytes", b"\0\n\0\0", 2, 2),
            ("a carriage return", b"one\r\ntwo\r", 2, 4)):
        for mode in ("a blocking socket", "a socket with a timeout"):
            names = ["r", "s", "t"][:lines]
            yield Case(f"readline: {name} from {mode}", "3.16",
                       "; ".join(f"{n} = _m.readline()" for n in names),
                       "; ".join(f"{n} = readline()" for n in names),
                       PAIR[0] + f"; b.sendall({data!r}); b.close()" +
                       MODES[mode][0] + makefile[0],
                       PAIR[1] + f"; _n = sendall(b, {data!r}, 0); close(b)" +
                       MODES[mode][1] + makefile[1],
                       differs=(behind(kept),) if kept else ())
    yield Case("readline: nothing comes before the timeout", "S-62",
               "r = _m.readline()", "r = readline()",
               PAIR[0] + "; a.settimeout(0.05)" + makefile[0],
               PAIR[1] + "; settimeout_ns(a, 50_000_000)" + makefile[1],
               differs=(TIMED_OUT,))
    for size in (1, 3, 4):
        yield Case(f"read: {size} bytes behind a line", "3.16",
                   f"r = _m.readline(); s = _m.read({size})",
                   f"r = readline(); s = read_exact({size})",
                   PAIR[0] + "; b.sendall(b'one\\nfour')" + makefile[0],
                   PAIR[1] + "; _n = sendall(b, b'one\\nfour', 0)" +
                   makefile[1])
    yield Case("read: the end comes before", "3.16",
               "r = _m.readline(); s = _m.read(9)",
               "r = readline(); s = read_exact(9)",
               PAIR[0] + "; b.sendall(b'one\\nfour'); b.close()" + makefile[0],
               PAIR[1] + "; _n = sendall(b, b'one\\nfour', 0); close(b)" +
               makefile[1],
               differs=(replace_calls("3.16", "only the rest is asked for",
                                      r'recvfrom\(fd3, "", 8192',
                                      'recvfrom(fd3, "", 5'),))


    for size in (1, 2, 3, 8, 20):
        yield Case(f"read1: {size} bytes behind a line", "3.16",
                   f"r = _m.readline(); s = _m.read1({size})",
                   f"r = readline(); s = read_some({size})",
                   PAIR[0] + "; b.sendall(b'one\\nfour')" + makefile[0],
                   PAIR[1] + "; _n = sendall(b, b'one\\nfour', 0)" +
                   makefile[1])
    yield Case("read1: the end", "3.16", "r = _m.read1(9)", "r = read_some(9)",
               PAIR[0] + "; b.close()" + makefile[0],
               PAIR[1] + "; close(b)" + makefile[1])


def word_rows():
    for number in (1, 2, 9, 11, 13, 22, 24, 32, 88, 95, 97, 98, 99, 101, 104,
                   106, 107, 111, 113, 115, 133):
        yield Case(f"strerror: {number}", "3.16",
                   f"w = os.strerror({number})", f"w = strerror({number})",
                   silent=True)
    yield Case("strerror: ETIMEDOUT, as the library's own timeout says", "O-11",
               "w = str(socket.timeout('timed out'))", "w = strerror(110)",
               silent=True)


def resolve_rows():
    for host in ("127.0.0.1", "::1", "0.0.0.0", "::", "127.1", "fe80::1%lo",
                 "::ffff:1.2.3.4"):
        for family, kind, proto in (("0", "0", "0"), ("0", "SOCK_STREAM", "0"),
                                    ("AF_INET", "SOCK_DGRAM", "0"),
                                    ("AF_INET6", "0", "IPPROTO_TCP")):
            yield resolved(host, "80", family, kind, proto, "0")
    yield resolved("127.0.0.1", None, "0", "0", "0", "0")
    yield resolved("127.0.0.1", "0", "0", "SOCK_STREAM", "0", "AI_NUMERICHOST")
    yield resolved("no number", "0", "0", "0", "0", "AI_NUMERICHOST")
    yield resolved("127.0.0.1", "x", "0", "0", "0", "AI_NUMERICSERV")
    yield resolved("127.0.0.1", "80", "77", "0", "0", "0")
    yield resolved("127.0.0.1", "80", "0", "99", "0", "0")
    yield resolved("127.0.0.1", "80", "0", "0", "0", "1 << 30")
    yield resolved(None, "80", "AF_INET", "SOCK_STREAM", "0", "AI_PASSIVE")
    yield resolved(None, "80", "AF_INET6", "SOCK_STREAM", "0", "0")
    yield resolved(None, None, "0", "0", "0", "0")


def resolved(host, port, *rest):
    arguments = f"{host!r}, {port!r}, {', '.join(rest)}"
    return Case(f"getaddrinfo: {arguments}", "S-73 S-75",
                f"_g = socket.getaddrinfo({arguments});"
                "numbers = [int(n) for g in _g for n in g[:3]];"
                "text = '[' + ', '.join(str(g[4]) for g in _g) + ']'",
                f"numbers, text = resolve_all({arguments})", silent=True,
                differs=(ONE_ERROR,))


def first_error(seen):
    seen.errors = seen.errors[:1]


# Without a list Python has nothing to take apart.
ONE_ERROR = Edit("S-73", "what follows a failure is the test's", first_error)


def connect_rows():
    server = ("l = socket.create_server(('127.0.0.1', 0)); port = port_of(l)",
              "l = create_server('127.0.0.1', '0'); port = port_of(l)")
    unused = (server[0] + "; l.close()", server[1] + "; close(l)")
    own = ("; a = socket.socket()", "; a = create_socket(-1, -1, -1)")
    for mode, (python, c) in MODES.items():
        for name, there in (("a listener", server), ("nobody", unused)):
            yield Case(f"connect_ex: {name}, {mode}", "S-65",
                       "n = a.connect_ex(('127.0.0.1', port))",
                       "n = connect_ex(a, '127.0.0.1', port)",
                       there[0] + own[0] + python, there[1] + own[1] + c)
    for error_name in ("ETIMEDOUT", "ENETUNREACH", "EACCES", "EADDRNOTAVAIL"):
        yield Case(f"connect_ex: {error_name} of the kernel", "S-65",
                   "n = a.connect_ex(('127.0.0.1', port))",
                   "n = connect_ex(a, '127.0.0.1', port)",
                   server[0] + own[0], server[1] + own[1],
                   inject=f"connect:error={error_name}:when=1")
    yield Case("connect: ETIMEDOUT of the kernel is told apart", "O-11",
               "a.connect(('127.0.0.1', port))",
               "connect(a, '127.0.0.1', port)",
               server[0] + own[0], server[1] + own[1],
               inject="connect:error=ETIMEDOUT:when=1",
               differs=(error("O-11", "the library's own is ETIMEDOUT",
                              "ETIMEDOUT", "the kernel's ETIMEDOUT"),))


CASES = [*sendfile_rows(), *reader_rows(), *word_rows(), *resolve_rows(),
         *connect_rows()]

main(CASES)
