#!/usr/bin/python3
"""setsockopt() and getsockopt(): numbers, bytes and nothing."""

from case import Case, error
from differential import main

SOCKETS = {
    "TCP": ("a = socket.socket()", "a = create_socket(-1, -1, -1)"),
    "TCP over IPv6": ("a = socket.socket(AF_INET6)",
                      "a = create_socket(AF_INET6, -1, -1)"),
    "UDP": ("a = socket.socket(type=SOCK_DGRAM)",
            "a = create_socket(-1, SOCK_DGRAM, -1)"),
    "UNIX": ("a = socket.socket(AF_UNIX)",
             "a = create_socket(AF_UNIX, -1, -1)"),
    "VSOCK": ("a = socket.socket(AF_VSOCK)",
              "a = create_socket(AF_VSOCK, -1, -1)"),
    "closed": ("a = socket.socket(); a.close()",
               "a = create_socket(-1, -1, -1); close(a)"),
}

NUMBERS = [
    ("SOL_SOCKET", "SO_REUSEADDR", 1), ("SOL_SOCKET", "SO_KEEPALIVE", 1),
    ("SOL_SOCKET", "SO_BROADCAST", 1), ("SOL_SOCKET", "SO_SNDBUF", 8192),
    ("SOL_SOCKET", "SO_RCVBUF", 8192), ("SOL_SOCKET", "SO_PASSCRED", 1),
    ("SOL_SOCKET", "SO_TYPE", 1), ("SOL_SOCKET", "SO_ERROR", 0),
    ("SOL_SOCKET", "SO_DOMAIN", 2), ("SOL_SOCKET", "SO_PROTOCOL", 6),
    ("SOL_SOCKET", "SO_PRIORITY", 3), ("IPPROTO_TCP", "TCP_NODELAY", 1),
    ("IPPROTO_TCP", "TCP_KEEPIDLE", 7), ("IPPROTO_TCP", "TCP_MAXSEG", 900),
    ("IPPROTO_IP", "IP_TTL", 9), ("IPPROTO_IP", "IP_TOS", 16),
    ("IPPROTO_IPV6", "IPV6_V6ONLY", 1),
    ("IPPROTO_IPV6", "IPV6_UNICAST_HOPS", 9),
]

OUT_OF_RANGE = "Python says OverflowError before any call"


def number_rows():
    for kind, make in SOCKETS.items():
        for level, option, value in NUMBERS:
            if kind not in ("TCP", "UNIX") and (len(option) + len(kind)) % 3:
                continue    # a sample of the rest
            name = f"{option} of {kind}"
            yield Case(f"setsockopt: {name}", "3.16",
                       f"a.setsockopt({level}, {option}, {value})",
                       f"setsockopt_int(a, {level}, {option}, {value})", *make)
            yield Case(f"getsockopt: {name}", "3.16",
                       f"n = a.getsockopt({level}, {option})",
                       f"n = getsockopt_int(a, {level}, {option})", *make)
    for value in (2**31, -2**31 - 1):
        yield Case(f"setsockopt: {value} is no int", "3.16",
                   f"a.setsockopt(SOL_SOCKET, SO_SNDBUF, {value})",
                   f"setsockopt_int(a, SOL_SOCKET, SO_SNDBUF, {value})",
                   *SOCKETS["TCP"], silent=True,
                   differs=(error("O-14", OUT_OF_RANGE, "OverflowError|Type",
                                  "ERANGE"),))


def bytes_rows():
    linger = "b'\\x01\\0\\0\\0\\x05\\0\\0\\0'"
    for name, value in (("as it should be", linger), ("too short", "b'\\x01'"),
                        ("empty", "b''"), ("too long", linger + "b'more'")):
        yield Case(f"setsockopt: SO_LINGER, {name}", "3.16",
                   f"a.setsockopt(SOL_SOCKET, SO_LINGER, {value})",
                   f"setsockopt(a, SOL_SOCKET, SO_LINGER, {value})",
                   *SOCKETS["TCP"])
    for size in (1, 2, 4, 8, 64):
        for option in ("SO_LINGER", "SO_RCVTIMEO", "SO_REUSEADDR"):
            yield Case(f"getsockopt: {option} in {size} bytes", "3.16",
                       f"r = a.getsockopt(SOL_SOCKET, {option}, {size})",
                       f"r = getsockopt(a, SOL_SOCKET, {option}, {size})",
                       *SOCKETS["TCP"])
    for length in (0, 4, 8):
        yield Case(f"setsockopt: None and a length of {length}", "3.16",
                   f"a.setsockopt(SOL_SOCKET, SO_LINGER, None, {length})",
                   f"setsockopt_none(a, SOL_SOCKET, SO_LINGER, {length})",
                   *SOCKETS["TCP"])
    yield Case("setsockopt: a membership", "3.16",
               "a.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, "
               "b'\\xe0\\0\\0\\xfb\\x7f\\0\\0\\x01')",
               "setsockopt(a, IPPROTO_IP, IP_ADD_MEMBERSHIP, "
               "b'\\xe0\\0\\0\\xfb\\x7f\\0\\0\\x01')", *SOCKETS["UDP"])


def error_rows():
    for name, arguments in (("an unknown option", "SOL_SOCKET, 9999"),
                            ("an unknown level", "9999, 1"),
                            ("an option of TCP", "IPPROTO_TCP, TCP_NODELAY")):
        for kind in ("UNIX", "UDP"):
            yield Case(f"getsockopt: {name} of {kind}", "3.16",
                       f"n = a.getsockopt({arguments})",
                       f"n = getsockopt_int(a, {arguments})", *SOCKETS[kind])
    yield Case("setsockopt: what the kernel refuses", "3.16",
               "a.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 0)",
               "setsockopt_int(a, IPPROTO_TCP, TCP_KEEPIDLE, 0)",
               *SOCKETS["TCP"])


def shorthand_rows():
    """What is several calls in Python."""
    for kind, make in SOCKETS.items():
        for on in (0, 1):
            yield Case(f"set_nodelay: {on} for {kind}", "3.16",
                       f"a.setsockopt(IPPROTO_TCP, TCP_NODELAY, {on})",
                       f"set_nodelay(a, {on})", *make)
    named = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
    for kind in ("TCP", "TCP over IPv6"):
        for numbers in ((10, 5, 3), (-1, 5, -1), (-1, -1, -1), (32767, 1, 127)):
            python = "".join(f"a.setsockopt(IPPROTO_TCP, {option}, {number}); "
                             for option, number in zip(named, numbers)
                             if number != -1)
            yield Case(f"set_keepalive: {numbers} for {kind}", "3.16",
                       python + "a.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)",
                       f"set_keepalive(a, 1, {', '.join(map(str, numbers))})",
                       *SOCKETS[kind])
    yield Case("set_keepalive: off", "3.16",
               "a.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 0)",
               "set_keepalive(a, 0, 10, 5, 3)", *SOCKETS["TCP"])
    yield Case("set_keepalive: out of range", "3.16",
               "a.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 32768)",
               "set_keepalive(a, 1, 32768, 5, 3)", *SOCKETS["TCP"])
    yield Case("set_keepalive: no TCP", "3.16",
               "a.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 10)",
               "set_keepalive(a, 1, 10, 5, 3)", *SOCKETS["UDP"])


CASES = [*shorthand_rows(), *number_rows(), *bytes_rows(), *error_rows()]

main(CASES)
