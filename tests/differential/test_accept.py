#!/usr/bin/python3
"""accept(): S-25..S-33."""

from case import Case, drop_calls, error, replace_calls
from differential import main

TIMED_OUT = error("O-11", "a timeout that ran out has a number",
                  "TimeoutError: timed out", "ETIMEDOUT")

TCP = ("l = socket.create_server(('127.0.0.1', 0)); port = port_of(l)",
       "l = create_server('127.0.0.1', '0'); port = port_of(l)")
CLIENT = ("; c = socket.create_connection(('127.0.0.1', port))",
          "; c = create_connection('127.0.0.1', port)")
UNIX = ("l = socket.create_server('path', family=AF_UNIX)",
        "l = create_server('path', None, family=AF_UNIX)")
UNIX_CLIENT = ("; c = socket.socket(AF_UNIX); c.connect('path')",
               "; c = create_socket(AF_UNIX, -1, -1); connect(c, 'path')")
# On Linux a connection never has its listener's mode.
REDUNDANT = drop_calls("S-28", "the connection is blocking already",
                       r"^ioctl\(fd\d, FIONBIO, \[0\]\) = 0")
ACCEPT = ("s, addr = l.accept()", "s, addr = accept(l)")

# How the listener is set, in Python and in C.
MODES = {
    "a blocking listener": ("", ""),
    "a listener with a timeout": ("; l.settimeout(3)",
                                  "; settimeout_ns(l, 3_000_000_000)"),
    "a non-blocking listener": ("; l.setblocking(False)",
                                "; setblocking(l, 0)"),
}
DEFAULTS = {
    "no default timeout": ("", ""),
    "a default timeout": ("; socket.setdefaulttimeout(1.5)",
                          "; setdefaulttimeout_ns(1_500_000_000)"),
    "a default timeout of 0": ("; socket.setdefaulttimeout(0)",
                               "; setdefaulttimeout_ns(0)"),
}


def mode_rows():
    for mode, listener in MODES.items():
        for default, default_timeout in DEFAULTS.items():
            yield Case(f"accept: from {mode}, with {default}", "S-28", *ACCEPT,
                       TCP[0] + CLIENT[0] + listener[0] + default_timeout[0],
                       TCP[1] + CLIENT[1] + listener[1] + default_timeout[1],
                       differs=(REDUNDANT,) if (mode, default) == (
                           "a listener with a timeout", "no default timeout")
                       else ())


# One call where Python has two.
IN_THE_CALL = (
    replace_calls("S-28", "the mode is set in the call",
                  r"^(accept4\(.*), SOCK_CLOEXEC\)",
                  r"\1, SOCK_CLOEXEC|SOCK_NONBLOCK)"),
    drop_calls("S-28", "and in no other",
               r"^ioctl\(fd\d, FIONBIO, \[1\]\) = 0"))


def nonblocking_rows():
    for mode, listener in MODES.items():
        yield Case(f"accept4: non-blocking from {mode}", "S-28",
                   "s, addr = l.accept(); s.setblocking(False)",
                   "s, addr = accept4(l, SOCK_NONBLOCK)",
                   TCP[0] + CLIENT[0] + listener[0],
                   TCP[1] + CLIENT[1] + listener[1],
                   differs=IN_THE_CALL + (
                       (REDUNDANT,) if "timeout" in mode else ()))
    yield Case("accept4: without a flag", "S-25", ACCEPT[0],
               "s, addr = accept4(l, 0)", TCP[0] + CLIENT[0],
               TCP[1] + CLIENT[1])


def kind_rows():
    yield Case("accept: an IPv6 connection", "S-25", *ACCEPT,
               "l = socket.create_server(('::1', 0), family=AF_INET6);"
               "c = socket.create_connection(('::1', port_of(l)))",
               "l = create_server('::1', '0', family=AF_INET6);"
               "port = port_of(l); c = create_connection('::1', port)")
    yield Case("accept: an IPv4 client of a dual-stack server", "S-25",
               *ACCEPT,
               "l = socket.create_server(('', 0), family=AF_INET6, "
               "dualstack_ipv6=True);"
               "c = socket.create_connection(('127.0.0.1', port_of(l)))",
               "l = create_server('', '0', family=AF_INET6, dualstack_ipv6=1);"
               "port = port_of(l); c = create_connection('127.0.0.1', port)")
    yield Case("accept: an AF_UNIX connection of an unnamed client", "S-25",
               *ACCEPT, UNIX[0] + UNIX_CLIENT[0], UNIX[1] + UNIX_CLIENT[1])
    yield Case("accept: an AF_UNIX connection of a named client", "S-25",
               *ACCEPT,
               UNIX[0] + "; c = socket.socket(AF_UNIX); c.bind('client');"
               "c.connect('path')",
               UNIX[1] + "; c = create_socket(AF_UNIX, -1, -1);"
               "bind(c, 'client'); connect(c, 'path')")
    yield Case("accept: AF_UNIX packets in sequence", "S-25 S-27", *ACCEPT,
               "l = socket.socket(AF_UNIX, SOCK_SEQPACKET); l.bind('path');"
               "l.listen(1); c = socket.socket(AF_UNIX, SOCK_SEQPACKET);"
               "c.connect('path')",
               "l = create_socket(AF_UNIX, SOCK_SEQPACKET, -1);"
               "bind(l, 'path'); listen(l, 1);"
               "c = create_socket(AF_UNIX, SOCK_SEQPACKET, -1);"
               "connect(c, 'path')")
    yield Case("accept: the listener's recorded proto, 6", "S-27", *ACCEPT,
               TCP[0] + CLIENT[0] + "; l = socket.socket(fileno=l.detach())",
               TCP[1] + CLIENT[1] + "; _f = detach(l);"
               "l = adopt(_f, -1, -1, -1)")
    yield Case("accept: from a listener created non-blocking", "S-4 S-26",
               *ACCEPT,
               "l = socket.socket(type=SOCK_STREAM | SOCK_NONBLOCK);"
               "l.bind(('127.0.0.1', 0)); l.listen(); port = port_of(l)"
               + CLIENT[0],
               "l = create_socket(-1, SOCK_STREAM | SOCK_NONBLOCK, -1);"
               "bind(l, '127.0.0.1', '0'); listen(l, 128); port = port_of(l)"
               + CLIENT[1])
    yield Case("accept: from an inheritable listener", "S-25", *ACCEPT,
               TCP[0] + CLIENT[0] + "; l.set_inheritable(True)",
               TCP[1] + CLIENT[1] + "; set_inheritable(l, 1)")
    yield Case("accept: two connections in turn", "S-25",
               "s, addr = l.accept(); t, _ = l.accept()",
               "s, addr = accept(l); t, _ = accept(l)",
               UNIX[0] + UNIX_CLIENT[0] +
               "; d = socket.socket(AF_UNIX); d.connect('path')",
               UNIX[1] + UNIX_CLIENT[1] +
               "; d = create_socket(AF_UNIX, -1, -1); connect(d, 'path')")


def error_rows():
    not_listening = ("l = socket.socket()", "l = create_socket(-1, -1, -1)")
    yield Case("accept: nothing queued, non-blocking", "S-29", *ACCEPT,
               TCP[0] + "; l.setblocking(False)",
               TCP[1] + "; setblocking(l, 0)")
    yield Case("accept: nothing comes before the timeout", "S-29", *ACCEPT,
               TCP[0] + "; l.settimeout(0.05)",
               TCP[1] + "; settimeout_ns(l, 50_000_000)", differs=(TIMED_OUT,))
    yield Case("accept: a socket that does not listen", "S-30", *ACCEPT,
               *not_listening)
    yield Case("accept: a closed listener", "S-30 S-44", *ACCEPT,
               TCP[0] + "; l.close()", TCP[1] + "; close(l)")
    yield Case("accept: a closed listener with a timeout does not wait",
               "S-44", *ACCEPT, TCP[0] + "; l.settimeout(3); l.close()",
               TCP[1] + "; settimeout_ns(l, 3_000_000_000); close(l)")
    yield Case("accept: a datagram socket", "S-30", *ACCEPT,
               "l = socket.socket(type=SOCK_DGRAM)",
               "l = create_socket(-1, SOCK_DGRAM, -1)")
    yield Case("accept: a datagram socket with a timeout", "S-30", *ACCEPT,
               "l = socket.socket(type=SOCK_DGRAM); l.settimeout(0.05)",
               "l = create_socket(-1, SOCK_DGRAM, -1);"
               "settimeout_ns(l, 50_000_000)", differs=(TIMED_OUT,))
    yield Case("accept: no descriptor is free", "S-30", *ACCEPT,
               TCP[0] + CLIENT[0] + "; limit_files(5)",
               TCP[1] + CLIENT[1] + "; os_limit_files(5)")


def injected_rows():
    queued = (TCP[0] + CLIENT[0], TCP[1] + CLIENT[1])
    timed = (queued[0] + "; l.settimeout(3)",
             queued[1] + "; settimeout_ns(l, 3_000_000_000)")
    nonblocking = (queued[0] + "; l.setblocking(False)",
                   queued[1] + "; setblocking(l, 0)")
    for name, made in (("blocking", queued), ("timeout", timed),
                       ("non-blocking", nonblocking)):
        yield Case(f"accept: EINTR is retried in {name} mode", "S-60", *ACCEPT,
                   *made, inject="accept4:error=EINTR:when=1..2",
                   differs=(REDUNDANT,) if made == timed else ())
        yield Case(f"accept: ECONNABORTED is reported in {name} mode", "S-30",
                   *ACCEPT, *made, inject="accept4:error=ECONNABORTED:when=1")
    yield Case("accept: EINTR of the wait is retried", "S-60", *ACCEPT, *timed,
               inject="poll:error=EINTR:when=1", rests=True,
               differs=(REDUNDANT,))
    yield Case("accept: false readiness waits again", "S-58", *ACCEPT, *timed,
               inject="accept4:error=EAGAIN:when=1", rests=True,
               differs=(REDUNDANT,))
    yield Case("accept: a connection whose mode cannot be set is closed",
               "S-33", *ACCEPT,
               queued[0] + "; socket.setdefaulttimeout(1.5)",
               queued[1] + "; setdefaulttimeout_ns(1_500_000_000)",
               inject="ioctl:error=EIO:when=1",
               differs=(drop_calls("B-2", "closed by the call, not by a "
                                   "finaliser that warns",
                                   "get(sock|peer)name"),
                        drop_calls("B-8", "and closed once",
                                   r"^close\(5\) = -1 EBADF")))


CASES = [*mode_rows(), *nonblocking_rows(), *kind_rows(), *error_rows(),
         *injected_rows()]

main(CASES)
