#!/usr/bin/python3
"""create_connection(): S-68..S-76."""

from case import Case, error, other_calls, value
from differential import main

TIMED_OUT = error("O-11", "a timeout that ran out has a number",
                  "TimeoutError: timed out", "ETIMEDOUT")

SERVER = ("_l = socket.create_server(('127.0.0.1', 0)); port = port_of(_l)",
          "_l = create_server('127.0.0.1', '0'); port = port_of(_l)")
SERVER6 = ("_l = socket.create_server(('::1', 0), family=AF_INET6);"
           "port = port_of(_l)",
           "_l = create_server('::1', '0', family=AF_INET6);"
           "port = port_of(_l)")
# Bound on every IPv4 loopback address, but it does not listen.
REFUSING = ("_l = socket.socket(); _l.bind(('', 0)); port = port_of(_l)",
            "_l = create_socket(-1, -1, -1); bind(_l, '', '0');"
            "port = port_of(_l)")
# A backlog of 0 takes one connection; the kernel drops what else comes.
SILENT = ("_l = socket.create_server(('', 0), backlog=0); port = port_of(_l);"
          "_c = socket.create_connection(('127.0.0.1', port))",
          "_l = create_server('', '0', backlog=0); port = port_of(_l);"
          "_c = create_connection('127.0.0.1', port)")
DEFAULT = ("; socket.setdefaulttimeout(3)",
           "; setdefaulttimeout_ns(3_000_000_000)")


def resolving(made, *hosts):
    """The same with a resolver that gives these answers."""
    given = ", ".join(repr(host) for host in hosts)
    return (made[0] + f"; resolve_to({given})",
            made[1] + f"; resolve_to({given})")


def call(python, c, host="'127.0.0.1'"):
    """One connection, with more arguments for either side."""
    python, c = (", " + each if each else "" for each in (python, c))
    return (f"s = socket.create_connection(({host}, port){python})",
            f"s = create_connection({host}, port{c})")


def plain_rows():
    yield Case("create_connection: IPv4", "S-68", *call("", ""), *SERVER)
    yield Case("create_connection: IPv6", "S-68", *call("", "", "'::1'"),
               *SERVER6)
    yield Case("create_connection: refused", "S-72", *call("", ""), *REFUSING)
    yield Case("create_connection: host None is this host, IPv4 after IPv6",
               "S-68 S-75", *call("", "", "None"), *SERVER)
    yield Case("create_connection: host None is this host, IPv6 first",
               "S-68 S-75", *call("", "", "None"), *SERVER6)
    yield Case("create_connection: a host by name", "S-75",
               *call("", "", "'localhost'"), *SERVER)
    yield Case("create_connection: no descriptor is free", "S-71",
               *call("", ""), SERVER[0] + "; limit_files(4)",
               SERVER[1] + "; os_limit_files(4)")
    yield Case("create_connection: the process may have inheritable "
               "descriptors", "S-2", *call("", ""),
               SERVER[0] + "; _l.set_inheritable(True)",
               SERVER[1] + "; set_inheritable(_l, 1)")


def timeout_rows():
    for name, seconds, nanoseconds in (
            ("a timeout", "3", "3_000_000_000"), ("1 ns", "1e-9", "1"),
            ("None", "None", "-1"), ("0", "0", "0")):
        for default, (set_python, set_c) in (
                ("", ("", "")), (" over a default timeout", DEFAULT)):
            if name == "1 ns" and default:
                continue
            made = REFUSING if name == "1 ns" else SERVER
            yield Case(f"create_connection: {name}{default}", "S-69 S-70",
                       *call(f"timeout={seconds}",
                             f"timeout_ns={nanoseconds}"),
                       made[0] + set_python, made[1] + set_c)
    yield Case("create_connection: the default timeout", "S-69",
               *call("", ""), SERVER[0] + DEFAULT[0], SERVER[1] + DEFAULT[1])
    yield Case("create_connection: no answer before the timeout", "S-69",
               *call("timeout=0.05", "timeout_ns=50_000_000"), *SILENT,
               differs=(TIMED_OUT,))
    yield Case("create_connection: each attempt has the whole timeout",
               "S-69", *call("timeout=0.05", "timeout_ns=50_000_000"),
               *resolving(SILENT, "127.0.0.1", "127.0.0.2", "127.0.0.3"),
               differs=(TIMED_OUT,))
    yield Case("create_connection: an answer after two silent addresses",
               "S-69", *call("timeout=0.05", "timeout_ns=50_000_000"),
               *resolving((SILENT[0] + "; _m = socket.create_server(('::1', "
                           "port), family=AF_INET6)",
                           SILENT[1] + "; _m = create_server('::1', port, "
                           "family=AF_INET6)"),
                          "127.0.0.1", "127.0.0.2", "::1"))
    yield Case("create_connection: a bad timeout", "S-71",
               *call("timeout=-1", "timeout_ns=-1_000_000_000"), *SERVER,
               silent=True,
               differs=(other_calls("B-9", "refused before there is a socket"),
                        error("S-48", "a bad value is a bad argument",
                              "ValueError", "EINVAL")))


def several_rows():
    yield Case("create_connection: the last error of all refused", "S-72",
               *call("", ""), *resolving(REFUSING, "127.0.0.1", "127.0.0.2"))
    yield Case("create_connection: IPv6 refused, then IPv4", "S-68",
               *call("", ""), *resolving(SERVER, "::1", "127.0.0.1"))
    yield Case("create_connection: the first that answers", "S-68",
               *call("", ""), *resolving(SERVER, "127.0.0.1", "::1"))
    yield Case("create_connection: the answers are taken in their order",
               "S-68", *call("", ""),
               *resolving(SERVER, "127.0.0.2", "::1", "127.0.0.3",
                          "127.0.0.1"))
    yield Case("create_connection: an empty answer", "S-74", *call("", ""),
               *resolving(SERVER), silent=True,
               differs=(error("S-74", "an error has a number",
                              "OSError: getaddrinfo returns an empty list",
                              "EAI_NODATA"),))
    yield Case("create_connection: an attempt without a socket", "S-71",
               *call("", ""), *resolving(SERVER, "::1", "127.0.0.1"),
               inject="socket:error=EAFNOSUPPORT:when=1")
    yield Case("create_connection: an attempt whose mode cannot be set",
               "S-71", *call("timeout=3", "timeout_ns=3_000_000_000"),
               *resolving(SERVER, "127.0.0.1", "127.0.0.1"),
               inject="ioctl:error=EIO:when=1")


def all_errors_rows():
    """Python raises a group; the API gives the last error and all of them."""
    for name, made in (
            ("of one", REFUSING),
            ("of two", resolving(REFUSING, "127.0.0.1", "127.0.0.2")),
            ("of two kinds", resolving(REFUSING, "255.255.255.255",
                                       "127.0.0.1"))):
        yield Case(f"create_connection: all errors, {name}", "S-72",
                   "s = socket.create_connection(('127.0.0.1', port), "
                   "all_errors=True)",
                   "s, errors = create_connection('127.0.0.1', port)", *made)
    yield Case("create_connection: all errors, with timeouts", "S-72",
               "s = socket.create_connection(('127.0.0.1', port), 0.05, "
               "all_errors=True)",
               "s, errors = create_connection('127.0.0.1', port, "
               "timeout_ns=50_000_000)",
               *resolving(SILENT, "127.0.0.1", "255.255.255.255",
                          "127.0.0.2"),
               differs=(TIMED_OUT, value(
                   "O-11", "a timeout that ran out has a number", "errors",
                   "list", "ETIMEDOUT", "ENETUNREACH", "ETIMEDOUT")))
    yield Case("create_connection: all errors, timeout 0", "S-70 S-72",
               "s = socket.create_connection(('127.0.0.1', port), 0, "
               "all_errors=True)",
               "s, errors = create_connection('127.0.0.1', port, "
               "timeout_ns=0)",
               *resolving(SERVER, "127.0.0.1", "127.0.0.2"))
    yield Case("create_connection: no error is there after a success", "S-72",
               "s = socket.create_connection(('127.0.0.1', port), "
               "all_errors=True)",
               "s = create_connection('127.0.0.1', port)", *SERVER)


def source_rows():
    for name, python, host, port in (
            ("an address", "('127.0.0.5', 0)", "'127.0.0.5'", "'0'"),
            ("any address", "('', 0)", "''", "'0'"),
            ("a foreign address", "('192.0.2.1', 0)", "'192.0.2.1'", "'0'"),
            ("a name", "('localhost', 0)", "'localhost'", "'0'")):
        yield Case(f"create_connection: the source is {name}", "S-76",
                   *call(f"source_address={python}",
                         f"source_host={host}, source_port={port}"), *SERVER)
    yield Case("create_connection: an empty source counts as none", "S-76",
               *call("source_address=()", ""), *SERVER)
    yield Case("create_connection: the source has another family", "S-76",
               *call("source_address=('::1', 0)", "source_host='::1'"),
               *SERVER)
    yield Case("create_connection: the source fits the second address",
               "S-76", *call("source_address=('127.0.0.5', 0)",
                             "source_host='127.0.0.5'"),
               *resolving(SERVER, "::1", "127.0.0.1"))
    yield Case("create_connection: the source's port is taken", "S-76",
               *call("source_address=('127.0.0.1', port)",
                     "source_host='127.0.0.1', source_port=port"), *SERVER)
    yield Case("create_connection: a bad port in the source", "S-71",
               *call("source_address=('127.0.0.1', 70000)",
                     "source_host='127.0.0.1', source_port='70000'"), *SERVER,
               silent=True,
               differs=(other_calls("B-9", "refused before there is a socket"),
                        error("S-110", "a bad port is out of range",
                              "OverflowError", "ERANGE")))


def name_rows():
    yield Case("create_connection: an empty host", "S-75", *call("", "", "''"),
               *SERVER)
    yield Case("create_connection: an unknown host", "S-73",
               *call("", "", "'no such host.'"), *SERVER)
    yield Case("create_connection: an unknown host is no group", "S-73",
               *call("all_errors=True", "", "'no such host.'"), *SERVER)
    for name, port in (("a service by name", "'discard'"),
                       ("an unknown service", "'no-such-service'"),
                       ("a port in words of digits", "'9'"),
                       ("no port", "None"), ("an empty port", "''")):
        yield Case(f"create_connection: {name}", "S-75",
                   f"s = socket.create_connection(('127.0.0.1', {port}))",
                   f"s = create_connection('127.0.0.1', {port})")
    for port in ("70000", "-1", "65536"):
        yield Case(f"create_connection: port {port}", "O-14",
                   f"s = socket.create_connection(('127.0.0.1', {port}))",
                   f"s = create_connection('127.0.0.1', '{port}')",
                   silent=True, differs=(
                       other_calls("O-14", WRAPPED),
                       error("O-14", WRAPPED, "", "ERANGE")))


WRAPPED = "a port out of range is refused, not wrapped by the resolver"


def interrupted_rows():
    storm = "alarm_every_ms(20); "
    python, c = call("timeout=0.15", "timeout_ns=150_000_000")
    yield Case("create_connection: signals do not move the deadline",
               "S-56 S-69", storm + python, storm + c,
               SILENT[0] + "; on_alarm(-1, _l)",
               SILENT[1] + "; on_alarm(-1, _l)", rests=True,
               differs=(TIMED_OUT,))
    yield Case("create_connection: EINTR is waited for", "S-63", *call("", ""),
               *SERVER, inject="connect:error=EINTR:when=1")
    for name, system_call in (("bind", "bind"), ("connect", "connect"),
                              ("getsockopt", "getsockopt"), ("poll", "poll")):
        yield Case(f"create_connection: {name} fails", "S-71",
                   *call("timeout=3, source_address=('127.0.0.5', 0)",
                         "timeout_ns=3_000_000_000, "
                         "source_host='127.0.0.5'"), *SERVER,
                   inject=f"{system_call}:error=ENOBUFS:when=1")


CASES = [*plain_rows(), *timeout_rows(), *several_rows(), *all_errors_rows(),
         *source_rows(), *name_rows(), *interrupted_rows()]

main(CASES)
