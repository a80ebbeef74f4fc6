#!/usr/bin/python3
"""create_server() and has_dualstack_ipv6(): S-77..S-85."""

import socket

from case import (Case, descriptors, drop_calls, error, other_calls, since,
                  until, value)
from differential import main

DEFAULT = ("socket.setdefaulttimeout(3)", "setdefaulttimeout_ns(3_000_000_000)")
# A port that is taken, on the IPv4 loopback address.
TAKEN = ("_l = socket.create_server(('127.0.0.1', 0)); port = port_of(_l)",
         "_l = create_server('127.0.0.1', '0'); port = port_of(_l)")

# Some BSDs take the option and stay as they were (gh-154291).
ASKED_BACK = since(((3, 13, 15), (3, 14, 7)), drop_calls(
    "S-83", "Linux refuses the option or does what it says",
    r"^getsockopt\(fd\d, SOL_IPV6, IPV6_V6ONLY, "))


def call(python="", c="", host="'127.0.0.1'", port="0"):
    """One server, with more arguments for either side."""
    python, c = (", " + each if each else "" for each in (python, c))
    text = port if port == "port" else repr(port)
    return (f"s = socket.create_server(({host}, {port}){python})",
            f"s = create_server({host}, {text}{c})")


def plain_rows():
    for name, host in (("IPv4", "'127.0.0.1'"), ("the wildcard", "''"),
                       ("a host by name", "'localhost'"),
                       ("the broadcast address", "'<broadcast>'"),
                       ("a foreign address", "'192.0.2.77'"),
                       ("an unknown host", "'no such host.'")):
        yield Case(f"create_server: {name}", "S-77 S-79 S-82", *call(
            host=host))
    for name, host in (("IPv6", "'::1'"), ("the IPv6 wildcard", "''"),
                       ("a foreign IPv6 address", "'2001:db8::1'"),
                       ("an IPv4 address", "'127.0.0.1'")):
        yield Case(f"create_server: {name} with AF_INET6", "S-77 S-81",
                   *call("family=AF_INET6", "family=AF_INET6", host))
    yield Case("create_server: an IPv6 address with AF_INET", "S-82",
               *call(host="'::1'"))
    for number in ("0", "1", "-5", "2147483647"):
        yield Case(f"create_server: a backlog of {number}", "S-84",
                   *call(f"backlog={number}", f"backlog={number}"))
    yield Case("create_server: the backlog None is Python's default", "S-84",
               *call("backlog=None", ""))
    yield Case("create_server: with a default timeout", "S-85", *call(),
               *DEFAULT)
    yield Case("create_server: with a default timeout of 0", "S-85", *call(),
               "socket.setdefaulttimeout(0)", "setdefaulttimeout_ns(0)")


def option_rows():
    yield Case("create_server: reuse_port", "S-80",
               *call("reuse_port=True", "reuse_port=1"))
    yield Case("create_server: reuse_port with AF_INET6", "S-80",
               *call("family=AF_INET6, reuse_port=True",
                     "family=AF_INET6, reuse_port=1", "'::1'"))
    yield Case("create_server: two on one port with reuse_port", "S-80",
               *call("reuse_port=True", "reuse_port=1", port="port"),
               "_l = socket.create_server(('127.0.0.1', 0), reuse_port=True);"
               "port = port_of(_l)",
               "_l = create_server('127.0.0.1', '0', reuse_port=1);"
               "port = port_of(_l)")
    yield Case("create_server: dual stack", "S-81 S-83",
               *call("family=AF_INET6, dualstack_ipv6=True",
                     "family=AF_INET6, dualstack_ipv6=1", "''"),
               differs=ASKED_BACK)
    yield Case("create_server: dual stack and reuse_port", "S-77",
               *call("family=AF_INET6, dualstack_ipv6=True, reuse_port=True",
                     "family=AF_INET6, dualstack_ipv6=1, reuse_port=1",
                     "''"), differs=ASKED_BACK)
    yield Case("create_server: dual stack wants AF_INET6", "S-78",
               *call("dualstack_ipv6=True", "dualstack_ipv6=1"),
               differs=(error("S-78", "a bad argument has a number",
                              "ValueError: dualstack_ipv6 requires AF_INET6",
                              "EINVAL"), *ASKED_BACK))
    yield Case("has_dualstack_ipv6: a probe", "S-83",
               "n = socket.has_dualstack_ipv6()", "n = has_dualstack_ipv6()",
               differs=ASKED_BACK)
    yield Case("has_dualstack_ipv6: a probe with a default timeout", "S-83",
               "n = socket.has_dualstack_ipv6()", "n = has_dualstack_ipv6()",
               *DEFAULT, differs=ASKED_BACK)


def unix_rows():
    yield Case("create_server: AF_UNIX", "S-78",
               "s = socket.create_server('path', family=AF_UNIX)",
               "s = create_server('path', None, family=AF_UNIX)")
    yield Case("create_server: AF_UNIX, the path is taken", "S-82",
               "s = socket.create_server('path', family=AF_UNIX)",
               "s = create_server('path', None, family=AF_UNIX)",
               "_l = socket.create_server('path', family=AF_UNIX)",
               "_l = create_server('path', None, family=AF_UNIX)")
    yield Case("create_server: AF_UNIX, an empty path is the kernel's choice",
               "S-112", "s = socket.create_server('', family=AF_UNIX)",
               "s = create_server('', None, family=AF_UNIX)")
    yield Case("create_server: AF_UNIX, the path is too long", "S-112",
               "s = socket.create_server('x' * 108, family=AF_UNIX)",
               "s = create_server('x' * 108, None, family=AF_UNIX)",
               differs=(error("S-112", "an error has a number",
                              "OSError: .*attempting to bind",
                              "ENAMETOOLONG"),))
    yield Case("create_server: reuse_port with AF_UNIX", "S-80",
               "s = socket.create_server('path', family=AF_UNIX, "
               "reuse_port=True)",
               "s = create_server('path', None, family=AF_UNIX, reuse_port=1)",
               needs=refuses_reuse_port, differs=until(
                   ONLY_INET, other_calls(
                       "S-80", SKIPPED,
                       "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = fd3",
                       "setsockopt(fd3, SOL_SOCKET, SO_REUSEADDR, [1], 4) "
                       "= 0",
                       'bind(fd3, {sa_family=AF_UNIX, sun_path="path"}, 7) '
                       "= 0", "listen(fd3, 128) = 0"),
                   error("S-80", SKIPPED, "EOPNOTSUPP", None),
                   value("S-80", SKIPPED, "s", "socket", 1, 1, 0, -1, 0, 0),
                   descriptors("S-80", SKIPPED, fewer=-1)))
    yield Case("create_server: datagrams have no listen", "S-78",
               "s = socket.create_server(('127.0.0.1', 0), family=99)",
               "s = create_server('127.0.0.1', '0', family=99)")
    yield Case("create_server: a family without addresses", "S-78",
               "s = socket.create_server((0, 0), family=AF_NETLINK)",
               "s = create_server('0', '0', family=AF_NETLINK)")


# From here on it is set for AF_INET and AF_INET6 alone (gh-128916).
ONLY_INET = ((3, 12, 9), (3, 13, 2))
SKIPPED = ("SO_REUSEPORT is for AF_INET and AF_INET6, elsewhere skipped, as "
           "in later CPythons (gh-128916)")


def refuses_reuse_port():
    """Linux from 6.12.9 on."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        except OSError:
            return True
    return False


def error_rows():
    yield Case("create_server: the address is in use", "S-82",
               *call(port="port"), *TAKEN)
    yield Case("create_server: the message names the address", "S-82",
               "try:\n"
               "    socket.create_server(('127.0.0.1', port))\n"
               "except OSError as _error:\n"
               "    text = _error.strerror\n"
               "    raise",
               "s, text = create_server('127.0.0.1', port)", *TAKEN)
    for name, host, family in (
            ("a foreign address", "192.0.2.77", "AF_INET"),
            ("a foreign IPv6 address", "2001:db8::1", "AF_INET6"),
            ("an unknown host", "no such host.", "AF_INET"),
            ("a host with a quote", "no'host", "AF_INET"),
            ("an IPv6 address with AF_INET", "::1", "AF_INET")):
        yield Case(f"create_server: the message names {name}", "S-82",
                   "try:\n"
                   f"    socket.create_server(({host!r}, 0), "
                   f"family={family})\n"
                   "except OSError as _error:\n"
                   "    text = _error.strerror\n"
                   "    raise",
                   f"s, text = create_server({host!r}, '0', "
                   f"family={family})")
    yield Case("create_server: the message names a path", "S-82",
               "try:\n"
               "    socket.create_server('no/path', family=AF_UNIX)\n"
               "except OSError as _error:\n"
               "    text = _error.strerror\n"
               "    raise",
               "s, text = create_server('no/path', None, family=AF_UNIX)")
    for port in ("65536", "-1"):
        yield Case(f"create_server: port {port}", "S-82 S-110",
                   *call(port=port), differs=(
                       error("S-110", "a bad port has a number",
                             "OverflowError: bind",
                             "ERANGE" if port == "65536" else "EINVAL"),
                       drop_calls("B-9", "closed by the call, not by a "
                                  "finaliser that warns",
                                  "get(sock|peer)name")))
    yield Case("create_server: no descriptor is free", "S-77", *call(),
               "limit_files(3)", "os_limit_files(3)")


def injected_rows():
    for number, name in ((1, "SO_REUSEADDR is a convenience"),
                         (2, "SO_REUSEPORT is not"),
                         (3, "IPV6_V6ONLY is not")):
        yield Case(f"create_server: {name}", "S-79 S-80 S-81",
                   *call("family=AF_INET6, reuse_port=True",
                         "family=AF_INET6, reuse_port=1", "'::1'"),
                   inject=f"setsockopt:error=ENOPROTOOPT:when={number}")
    for system_call in ("bind", "listen", "socket"):
        yield Case(f"create_server: {system_call} fails", "S-82", *call(),
                   inject=f"{system_call}:error=ENOBUFS:when=1")
    for system_call in ("socket", "setsockopt"):
        yield Case(f"has_dualstack_ipv6: {system_call} fails", "S-83",
                   "n = socket.has_dualstack_ipv6()",
                   "n = has_dualstack_ipv6()",
                   inject=f"{system_call}:error=ENOPROTOOPT:when=1")
        yield Case(f"create_server: dual stack where {system_call} fails",
                   "S-78 S-83",
                   *call("family=AF_INET6, dualstack_ipv6=True",
                         "family=AF_INET6, dualstack_ipv6=1", "''"),
                   inject=f"{system_call}:error=ENOPROTOOPT:when=1",
                   differs=(error("S-78", "what is not to be had has a number",
                                  "ValueError: dualstack_ipv6 not supported",
                                  "EOPNOTSUPP"),))


CASES = [*plain_rows(), *option_rows(), *unix_rows(), *error_rows(),
         *injected_rows()]

main(CASES)
