#!/usr/bin/python3
"""repr(): S-106, S-107. The texts are compared letter by letter, but for ports
and the names that the kernel chose."""

import socket

from case import Case
from differential import main


FAMILIES = [
    "AF_INET, SOCK_STREAM, 0", "AF_INET, SOCK_DGRAM, 0",
    "AF_INET6, SOCK_STREAM, 0", "AF_INET6, SOCK_DGRAM, IPPROTO_UDP",
    "AF_UNIX, SOCK_STREAM, 0", "AF_UNIX, SOCK_DGRAM, 0",
    "AF_NETLINK, SOCK_RAW, 0", "AF_PACKET, SOCK_RAW, 0",
    "AF_VSOCK, SOCK_STREAM, 0",
]


def plain(name, python, c, prepare=("", ""), **more):
    return Case(f"repr: {name}", "S-106 S-107", python, c, *prepare, **more)


def is_there(arguments):
    """Whether this kernel and this user have such a socket."""
    try:
        socket.socket(*(getattr(socket, each, 0)
                        for each in arguments.split(", "))).close()
    except OSError:
        return False
    return True


TEXT = ("text = repr(s)", "text = repr(s)")


def rows():
    for arguments in FAMILIES:
        yield plain(f"a new socket, {arguments}", *TEXT,
                    (f"s = socket.socket({arguments})",
                     f"s = create_socket({arguments})"),
                    needs=lambda arguments=arguments: is_there(arguments))
    yield plain("closed", *TEXT, ("s = socket.socket(); s.close()",
                                  "s = create_socket(-1, -1, -1); close(s)"),
                silent=True)
    yield plain("bound", *TEXT, ("s = socket.socket();"
                                 "s.bind(('127.0.0.1', 0))",
                                 "s = create_socket(-1, -1, -1);"
                                 "bind(s, '127.0.0.1', '0')"))
    yield plain("an IPv6 server", *TEXT,
                ("s = socket.create_server(('::1', 0), family=AF_INET6)",
                 "s = create_server('::1', '0', family=AF_INET6)"))
    connected = ("_l = socket.create_server(('127.0.0.1', 0));"
                 "_c = socket.create_connection(('127.0.0.1', port_of(_l)));"
                 "s, _ = _l.accept()",
                 "_l = create_server('127.0.0.1', '0'); port = port_of(_l);"
                 "_c = create_connection('127.0.0.1', port);"
                 "s, _addr = accept(_l)")
    yield plain("connected", *TEXT, connected)
    yield plain("disconnected by the peer", *TEXT,
                (connected[0] + "; _c.close()", connected[1] + "; close(_c)"))
    yield plain("a path", *TEXT,
                ("s = socket.create_server('path', family=AF_UNIX)",
                 "s = create_server('path', None, family=AF_UNIX)"))
    yield plain("a path of 108 bytes without an end", *TEXT,
                ("s = socket.socket(AF_UNIX); s.bind('x' * 107)",
                 "s = create_socket(AF_UNIX, -1, -1); bind(s, 'x' * 107)"))
    for name, path in (("an abstract name", r"b'\0name-of-noinherit'"),
                       ("an abstract name of odd bytes",
                        r"b'\0\'\n\xff\0noinherit'")):
        yield plain(name, *TEXT,
                    (f"s = socket.socket(AF_UNIX); s.bind({path})",
                     f"s = create_socket(AF_UNIX, -1, -1); bind(s, {path})"))
    yield plain("connected to a path", *TEXT,
                ("_l = socket.create_server('path', family=AF_UNIX);"
                 "s = socket.socket(AF_UNIX); s.connect('path')",
                 "_l = create_server('path', None, family=AF_UNIX);"
                 "s = create_socket(AF_UNIX, -1, -1); connect(s, 'path')"))
    yield plain("one end of a pair", *TEXT,
                ("s, _t = socket.socketpair()",
                 "s, _t = socketpair(-1, SOCK_STREAM, 0)"))
    yield plain("adopted as another family", *TEXT,
                ("_s = socket.socket(); s = socket.socket(AF_UNIX, "
                 "SOCK_DGRAM, 17, fileno=_s.detach())",
                 "_s = create_socket(-1, -1, -1); _f = detach(_s);"
                 "s = adopt(_f, AF_UNIX, SOCK_DGRAM, 17)"))
    yield plain("a descriptor that is gone", *TEXT,
                ("s = socket.socket(); os.close(s.fileno())",
                 "s = create_socket(-1, -1, -1); _ = os_close(s)"))


CASES = list(rows())

main(CASES)
