#!/usr/bin/python3
"""connect() and connect_ex(): S-63..S-65a, S-110..S-112."""

from case import Case, error, error_added, other_calls, replace_calls
from differential import main

TIMED_OUT = error("O-11", "a timeout that ran out has a number",
                  "TimeoutError: timed out|EAGAIN", "ETIMEDOUT")

SERVER = ("_l = socket.create_server(('127.0.0.1', 0)); port = port_of(_l);"
          "a = socket.socket()",
          "_l = create_server('127.0.0.1', '0'); port = port_of(_l);"
          "a = create_socket(-1, -1, -1)")
# Bound, but it does not listen: connecting is refused.
REFUSING = ("_l = socket.socket(); _l.bind(('127.0.0.1', 0));"
            "port = port_of(_l); a = socket.socket()",
            "_l = create_socket(-1, -1, -1); bind(_l, '127.0.0.1', '0');"
            "port = port_of(_l); a = create_socket(-1, -1, -1)")
# A backlog of 0 takes one connection; the kernel drops what else comes.
SILENT = ("_l = socket.create_server(('127.0.0.1', 0), backlog=0);"
          "port = port_of(_l); _c = socket.create_connection("
          "('127.0.0.1', port)); a = socket.socket()",
          "_l = create_server('127.0.0.1', '0', backlog=0);"
          "port = port_of(_l); _c = create_connection('127.0.0.1', port);"
          "a = create_socket(-1, -1, -1)")
UNIX = ("_l = socket.create_server('path', family=AF_UNIX, backlog=0);"
        "a = socket.socket(AF_UNIX)",
        "_l = create_server('path', None, family=AF_UNIX, backlog=0);"
        "a = create_socket(AF_UNIX, -1, -1)")
FULL_UNIX = (UNIX[0] + "; _c = socket.socket(AF_UNIX); _c.connect('path')",
             UNIX[1] + "; _c = create_socket(AF_UNIX, -1, -1);"
             "connect(_c, 'path')")

UNDONE = ("a signal undoes an AF_UNIX connect: it is made again until the "
          "program wants to stop; CPython reports success, unconnected")
UNIX_INTERRUPTED = ('connect(fd4, {sa_family=AF_UNIX, sun_path="path"}, 7) '
                    "= ? ERESTARTSYS")
SCOPE_WHY = ("the scope in the host counts; CPython resolves it and then "
             "takes the 0 that the tuple does not have")
SCOPE = (replace_calls("S-111", SCOPE_WHY, r"sin6_scope_id=0\}, 28\).*",
                       'sin6_scope_id=if_nametoindex("lo")}, 28) '
                       "= -1 EADDRNOTAVAIL"),
         error("S-111", SCOPE_WHY, "EINVAL", "EADDRNOTAVAIL"))

CONNECT = ("a.connect(('127.0.0.1', port))", "connect(a, '127.0.0.1', port)")
CONNECT_EX = ("checked(a.connect_ex(('127.0.0.1', port)))", CONNECT[1])
CONNECT_UNIX = ("a.connect('path')", "connect(a, 'path')")

MODES = {
    "a blocking socket": ("", ""),
    "a socket with a timeout": ("; a.settimeout(3)",
                                "; settimeout_ns(a, 3_000_000_000)"),
    "a non-blocking socket": ("; a.setblocking(False)", "; setblocking(a, 0)"),
}
SHORT = ("; a.settimeout(0.05)", "; settimeout_ns(a, 50_000_000)")


def mode_rows():
    for call, (python, c) in (("connect", CONNECT),
                              ("connect_ex", CONNECT_EX)):
        for mode, (set_python, set_c) in MODES.items():
            for name, made in (("to a server", SERVER),
                               ("refused", REFUSING)):
                yield Case(f"{call}: {name}, {mode}", "S-63 S-64 S-65",
                           python, c, made[0] + set_python, made[1] + set_c)
        yield Case(f"{call}: no answer before the timeout", "S-64 S-65",
                   python, c, SILENT[0] + SHORT[0], SILENT[1] + SHORT[1],
                   differs=(TIMED_OUT,))
        yield Case(f"{call}: no answer, and the attempt goes on", "S-64",
                   python + "; a.setblocking(False); " + python,
                   c + "; setblocking(a, 0); " + c,
                   SILENT[0] + SHORT[0], SILENT[1] + SHORT[1],
                   differs=(TIMED_OUT,))
    yield Case("connect: in progress, then connected", "S-63",
               CONNECT[0] + ";" + CONNECT[0] + ";" + CONNECT[0],
               CONNECT[1] + ";" + CONNECT[1] + ";" + CONNECT[1],
               SERVER[0] + MODES["a non-blocking socket"][0],
               SERVER[1] + MODES["a non-blocking socket"][1])
    yield Case("connect: a second time", "S-63", CONNECT[0], CONNECT[1],
               SERVER[0] + "; " + CONNECT[0], SERVER[1] + "; " + CONNECT[1])
    yield Case("connect: a closed socket with a timeout does not wait",
               "S-44", *CONNECT,
               SERVER[0] + MODES["a socket with a timeout"][0] +
               "; a.close()", SERVER[1] + MODES["a socket with a timeout"][1]
               + "; close(a)")


def interrupted_rows():
    for mode, (set_python, set_c) in MODES.items():
        yield Case(f"connect: EINTR is not a reason to call again, {mode}",
                   "S-63", *CONNECT, SERVER[0]
                   + set_python, SERVER[1] + set_c,
                   inject="connect:error=EINTR:when=1")
        yield Case(f"connect_ex: EINTR, {mode}", "S-63 S-65", *CONNECT_EX,
                   SERVER[0] + set_python,
                   SERVER[1] + set_c,
                   inject="connect:error=EINTR:when=1")
        yield Case(f"connect: EACCES is reported, {mode}", "S-63",
                   *CONNECT, SERVER[0] + set_python,
                   SERVER[1] + set_c,
                   inject="connect:error=EACCES:when=1")
    yield Case("connect: signals do not move the deadline", "S-63 S-56",
               "alarm_every_ms(20); " + CONNECT[0],
               "alarm_every_ms(20); " + CONNECT[1],
               SILENT[0] + "; a.settimeout(0.15); on_alarm(-1, a)",
               SILENT[1] + "; settimeout_ns(a, 150_000_000); on_alarm(-1, a)",
               rests=True, differs=(TIMED_OUT,))
    yield Case("connect: a handler may end the wait", "S-60 S-63",
               "alarm_every_ms(20); " + CONNECT[0],
               "alarm_every_ms(20); " + CONNECT[1],
               SILENT[0] + "; a.settimeout(3); raise_at_alarm(2)",
               SILENT[1] + "; settimeout_ns(a, 3_000_000_000);"
               "on_alarm(-1, a); stop_at_interrupt(2)", rests=True)
    yield Case("connect: a handler may end a blocking call", "S-60 S-63",
               "alarm_every_ms(100); " + CONNECT[0],
               "alarm_every_ms(100); " + CONNECT[1],
               SILENT[0] + "; raise_at_alarm(1)",
               SILENT[1] + "; on_alarm(-1, a); stop_at_interrupt(1)")


def result_rows():
    """What SO_ERROR says is the result; strace puts it there."""
    timed = (SERVER[0] + MODES["a socket with a timeout"][0],
             SERVER[1] + MODES["a socket with a timeout"][1])
    for name, value in (("EISCONN is a success", "6a000000"),
                        ("ENETUNREACH is the error", "65000000")):
        yield Case(f"connect: {name}", "S-64", *CONNECT, *timed,
                   inject=f"getsockopt:poke_exit=@arg4={value}:when=1")
    yield Case("connect: SO_ERROR cannot be read", "S-64", *CONNECT, *timed,
               inject="getsockopt:error=ENOBUFS:when=1")
    yield Case("connect: the wait is interrupted", "S-63", *CONNECT, *timed,
               inject="poll:error=EINTR:when=1", rests=True)
    yield Case("connect: the wait fails", "S-63", *CONNECT, *timed,
               inject="poll:error=ENOMEM:when=1")


def unix_rows():
    for mode, (set_python, set_c) in MODES.items():
        yield Case(f"connect: AF_UNIX, {mode}", "S-63", *CONNECT_UNIX,
                   UNIX[0] + set_python, UNIX[1] + set_c)
        if mode != "a blocking socket":
            yield Case(f"connect: AF_UNIX with a full queue, {mode}", "S-65a",
                       *CONNECT_UNIX, FULL_UNIX[0] + set_python,
                       FULL_UNIX[1] + set_c)
    yield Case("connect: AF_UNIX, undone by a signal, is done again",
               "S-63", "alarm_every_ms(50); a.connect('path')",
               "alarm_every_ms(50); connect(a, 'path')",
               FULL_UNIX[0] + "; on_alarm(-1, a)",
               FULL_UNIX[1] + "; on_alarm(-1, a); stop_at_interrupt(3)",
               differs=(other_calls("S-63", UNDONE, *[UNIX_INTERRUPTED] * 3),
                        error_added("S-63", UNDONE, "EINTR")))
    made = ("a = socket.socket(AF_UNIX)", "a = create_socket(AF_UNIX, -1, -1)")
    for name, path in (("no such path", "'nothing'"), ("an empty path", "''"),
                       ("107 bytes", "'x' * 107"),
                       ("an abstract name", r"'\0abstract'")):
        yield Case(f"connect: AF_UNIX, {name}", "S-112", f"a.connect({path})",
                   f"connect(a, {path})", *made)
        yield Case(f"bind: AF_UNIX, {name}", "S-112", f"a.bind({path})",
                   f"bind(a, {path})", *made)
    yield Case("bind: AF_UNIX, an abstract name of 108 bytes", "S-112",
               r"a.bind(b'\0' + b'x' * 107)", r"bind(a, b'\0' + b'x' * 107)",
               *made)
    yield Case("bind: AF_UNIX, a path of 108 bytes", "S-112",
               "a.bind('x' * 108)", "bind(a, 'x' * 108)", *made, silent=True,
               differs=(error("S-112", "an error has a number",
                              "AF_UNIX path too long", "ENAMETOOLONG"),))
    yield Case("bind: AF_UNIX, a NUL within", "S-112", r"a.bind('x\0y')",
               r"bind(a, 'x\0y')", *made, silent=True,
               differs=(other_calls("B-10", "a NUL does not cut the path"),
                        error_added("B-10", "a NUL does not cut the path",
                                    "EINVAL")))
    yield Case("connect: AF_UNIX of another type", "S-63", *CONNECT_UNIX,
               UNIX[0] + "; a.close();"
               "a = socket.socket(AF_UNIX, SOCK_SEQPACKET)",
               UNIX[1] + "; close(a);"
               "a = create_socket(AF_UNIX, SOCK_SEQPACKET, -1)")


def address_rows():
    made = ("a = socket.socket()", "a = create_socket(-1, -1, -1)")
    made6 = ("a = socket.socket(AF_INET6)",
             "a = create_socket(AF_INET6, -1, -1)")
    for host in ("", "127.0.0.1", "127.1", "localhost", "<broadcast>",
                 "255.255.255.255", "192.0.2.1", "no such host."):
        yield Case(f"bind: host {host!r}", "S-110", f"a.bind(({host!r}, 0))",
                   f"bind(a, {host!r}, '0')", *made)
    for host in ("", "::1", "::ffff:127.0.0.1", "fe80::1%lo", "fe80::1%1",
                 "fe80::1%nowhere", "127.0.0.1", "2001:db8::1"):
        yield Case(f"bind: IPv6 host {host!r}", "S-111",
                   f"a.bind(({host!r}, 0))", f"bind(a, {host!r}, '0')", *made6,
                   silent=host == "127.0.0.1",
                   differs=SCOPE if host in ("fe80::1%lo", "fe80::1%1")
                   else ())
    for port in ("65536", "-1", "100000"):
        yield Case(f"bind: port {port}", "S-110",
                   f"a.bind(('127.0.0.1', {port}))",
                   f"bind(a, '127.0.0.1', '{port}')", *made, silent=True,
                   differs=(error("S-110", "a bad port is out of range, or "
                                  "no number", "OverflowError: bind",
                                  "EINVAL" if port == "-1" else "ERANGE"),))
    yield Case("bind: twice", "S-110", "a.bind(('127.0.0.1', 0))",
               "bind(a, '127.0.0.1', '0')",
               made[0] + "; a.bind(('127.0.0.1', 0))",
               made[1] + "; bind(a, '127.0.0.1', '0')")
    yield Case("connect: a host by name", "S-110",
               "a.connect(('localhost', port))",
               "connect(a, 'localhost', port)",
               *SERVER)
    yield Case("connect: the wildcard", "S-110",
               "a.connect(('', port))", "connect(a, '', port)", *SERVER)
    yield Case("connect: datagrams", "S-63", *CONNECT,
               SERVER[0] + "; a.close(); a = socket.socket(type=SOCK_DGRAM)",
               SERVER[1] + "; close(a); a = create_socket(-1, SOCK_DGRAM, -1)")


CASES = [*mode_rows(), *interrupted_rows(), *result_rows(),
         *unix_rows(), *address_rows()]

main(CASES)
