#!/usr/bin/python3
"""Modes and timeouts: S-44, S-47..S-52."""

from case import Case, error
from differential import main

PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, SOCK_STREAM, 0)")
CLOSED = (PAIR[0] + "; a.close()", PAIR[1] + "; close(a)")
REFUSED = error("S-48", "a bad value is a bad argument",
                "^(ValueError|OverflowError): ", "EINVAL")

# Seconds in Python, nanoseconds in C. Fractions are not halves of a
# nanosecond, so both mean the same number.
VALUES = [
    ("None", "None", "-1"), ("0", "0", "0"), ("0.0", "0.0", "0"),
    ("1 ns", "1e-9", "1"), ("1.5 ms", "0.0015", "1_500_000"),
    ("1 s", "1", "1_000_000_000"), ("a day", "86400", "86_400_000_000_000"),
    ("the most", "9_223_372_036", "9_223_372_036_000_000_000"),
]
REJECTED = [
    ("a negative value", "-1", "-1_000_000_000"),
    ("a nanosecond below 0", "-1e-12", "-2"),
    ("minus infinity", "float('-inf')", "-9_223_372_036_854_775_807"),
]


def value_rows():
    for name, seconds, nanoseconds in VALUES:
        yield Case(f"settimeout: {name}", "S-47 S-48",
                   f"a.settimeout({seconds})",
                   f"settimeout_ns(a, {nanoseconds})", *PAIR)
        yield Case(f"setdefaulttimeout: {name}", "S-51",
                   f"socket.setdefaulttimeout({seconds});"
                   "s = socket.socket()",
                   f"setdefaulttimeout_ns({nanoseconds});"
                   "s = create_socket(-1, -1, -1)")
    for name, seconds, nanoseconds in REJECTED:
        yield Case(f"settimeout: {name} changes nothing", "S-48",
                   f"a.settimeout({seconds})",
                   f"settimeout_ns(a, {nanoseconds})",
                   PAIR[0] + "; a.settimeout(4)",
                   PAIR[1] + "; settimeout_ns(a, 4_000_000_000)",
                   differs=(REFUSED,), silent=True)
        yield Case(f"setdefaulttimeout: {name} changes nothing", "S-51",
                   f"socket.setdefaulttimeout({seconds});"
                   "s = socket.socket()",
                   f"setdefaulttimeout_ns({nanoseconds});"
                   "s = create_socket(-1, -1, -1)",
                   "socket.setdefaulttimeout(4)",
                   "setdefaulttimeout_ns(4_000_000_000)", differs=(REFUSED,))


def getter_rows():
    for name, python, c in (
            ("blocking", "", ""),
            ("with a timeout", "; a.settimeout(4)",
             "; settimeout_ns(a, 4_000_000_000)"),
            ("non-blocking", "; a.setblocking(False)", "; setblocking(a, 0)"),
            ("closed, with a timeout", "; a.settimeout(4); a.close()",
             "; settimeout_ns(a, 4_000_000_000); close(a)")):
        yield Case(f"gettimeout: the object answers for a {name} socket",
                   "S-44 S-50",
                   "n = -1 if a.gettimeout() is None "
                   "else int(a.gettimeout() * 10**9)",
                   "n = gettimeout_ns(a)", PAIR[0] + python, PAIR[1] + c,
                   silent=True)
        yield Case(f"getblocking: the object answers for a {name} socket",
                   "S-50", "n = a.getblocking()", "n = getblocking(a)",
                   PAIR[0] + python, PAIR[1] + c, silent=True)
    yield Case("getdefaulttimeout: None at start", "S-51",
               "n = -1 if socket.getdefaulttimeout() is None else 0",
               "n = getdefaulttimeout_ns()", silent=True)
    yield Case("getdefaulttimeout: what was set", "S-51",
               "n = int(socket.getdefaulttimeout() * 10**9)",
               "n = getdefaulttimeout_ns()", "socket.setdefaulttimeout(2.5)",
               "setdefaulttimeout_ns(2_500_000_000)", silent=True)


CASES = [
    *value_rows(), *getter_rows(),
    Case("settimeout: the call is made though nothing changes", "S-47",
         "a.settimeout(4); a.settimeout(4)",
         "settimeout_ns(a, 4_000_000_000); settimeout_ns(a, 4_000_000_000)",
         *PAIR),
    Case("setblocking: True", "S-49", "a.setblocking(True)",
         "setblocking(a, 1)", *PAIR),
    Case("setblocking: False", "S-49", "a.setblocking(False)",
         "setblocking(a, 0)", *PAIR),
    Case("setblocking: any non-zero number", "S-49", "a.setblocking(7)",
         "setblocking(a, 7)", PAIR[0] + "; a.settimeout(4)",
         PAIR[1] + "; settimeout_ns(a, 4_000_000_000)"),
    Case("settimeout: a closed socket keeps the value and fails", "S-44",
         "a.settimeout(4)", "settimeout_ns(a, 4_000_000_000)", *CLOSED),
    Case("setblocking: a closed socket", "S-44", "a.setblocking(False)",
         "setblocking(a, 0)", *CLOSED),
    Case("setdefaulttimeout: existing sockets keep theirs", "S-51",
         "socket.setdefaulttimeout(2.5)", "setdefaulttimeout_ns(2_500_000_000)",
         *PAIR, silent=True),
]

main(CASES)
