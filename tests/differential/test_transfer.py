#!/usr/bin/python3
"""Sending and receiving: S-44, S-53..S-62, S-66, S-67."""

from case import Case, error, replace_calls, until
from differential import main

TIMED_OUT = error("O-11", "a timeout that ran out has a number",
                  "TimeoutError: timed out", "ETIMEDOUT")

PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, SOCK_STREAM, 0)")
UDP = ("a = socket.socket(type=SOCK_DGRAM); a.bind(('127.0.0.1', 0));"
       "port = port_of(a); b = socket.socket(type=SOCK_DGRAM);"
       "b.bind(('127.0.0.1', 0))",
       "a = create_socket(-1, SOCK_DGRAM, -1); bind(a, '127.0.0.1', '0');"
       "port = port_of(a); b = create_socket(-1, SOCK_DGRAM, -1);"
       "bind(b, '127.0.0.1', '0')")
TCP = ("_l = socket.create_server(('127.0.0.1', 0));"
       "b = socket.create_connection(('127.0.0.1', port_of(_l)));"
       "a, _ = _l.accept()",
       "_l = create_server('127.0.0.1', '0'); port = port_of(_l);"
       "b = create_connection('127.0.0.1', port); a, _addr = accept(_l)")

# From here on one poll is limited to INT_MAX ms (gh-126876).
LIMITED = ((3, 12, 8), (3, 13, 1))

# How `a` is set.
MODES = {
    "a blocking socket": ("", ""),
    "a socket with a timeout": ("; a.settimeout(3)",
                                "; settimeout_ns(a, 3_000_000_000)"),
    "a non-blocking socket": ("; a.setblocking(False)", "; setblocking(a, 0)"),
    "a closed socket": ("; a.close()", "; close(a)"),
    "a closed socket with a timeout": (
        "; a.settimeout(3); a.close()",
        "; settimeout_ns(a, 3_000_000_000); close(a)"),
}

# Receiving what is there; sending what fits.
RECEIVE = {
    "recv": ("r = a.recv(10)", "r = recv(a, 10, 0)"),
    "recvfrom": ("r, addr = a.recvfrom(10)", "r, addr = recvfrom(a, 10, 0)"),
    "recvmsg": ("r, _anc, n, addr = a.recvmsg(10)",
                "r, _fds, n, addr = recvmsg(a, 10, 0, 0)"),
}
SEND = {
    "send": ("n = a.send(b'hello')", "n = send(a, 'hello', 0)"),
    "sendmsg": ("n = a.sendmsg([b'hel', b'lo'])",
                "n = sendmsg(a, 0, 'hel', 'lo')"),
    "sendall": ("a.sendall(b'hello')", "_n = sendall(a, 'hello', 0)"),
}
CLOEXEC = replace_calls(
    "O-5", "descriptors that arrive do not survive exec",
    r"^(recvmsg\((?:fd\d|-1), .*), 0\)", r"\1, MSG_CMSG_CLOEXEC)")
ECHO = replace_calls(
    "S-104", "the kernel echoes the flag; the caller does not see it",
    r"msg_flags=0\}, MSG_CMSG", "msg_flags=MSG_CMSG_CLOEXEC}, MSG_CMSG")


def is_echoed(mode):
    return "closed" not in mode


def plain_rows():
    for mode, (python, c) in MODES.items():
        for name, call in RECEIVE.items():
            differs = ()
            if name == "recvmsg":
                differs = (CLOEXEC, ECHO) if is_echoed(mode) else (CLOEXEC,)
            yield Case(f"{name}: data for {mode}",
                       "S-44 S-53 S-104", *call,
                       PAIR[0] + "; b.send(b'hello')" + python,
                       PAIR[1] + "; _n = send(b, 'hello', 0)" + c,
                       differs=differs)
        for name, call in SEND.items():
            yield Case(f"{name}: room for {mode}", "S-44 S-53 S-67",
                       *call, PAIR[0] + python, PAIR[1] + c)


def empty_rows():
    for name, call in RECEIVE.items():
        differs = (CLOEXEC,) if name == "recvmsg" else ()
        yield Case(f"{name}: nothing for a non-blocking socket", "S-59",
                   *call, PAIR[0] + MODES["a non-blocking socket"][0],
                   PAIR[1] + MODES["a non-blocking socket"][1], differs=differs)
        yield Case(f"{name}: nothing before the timeout", "S-29 S-62",
                   *call, PAIR[0] + "; a.settimeout(0.05)",
                   PAIR[1] + "; settimeout_ns(a, 50_000_000)",
                   differs=(TIMED_OUT,))
    for name, call in SEND.items():
        yield Case(f"{name}: no room for a non-blocking socket", "S-59", *call,
                   PAIR[0] + "; fill(a); a.setblocking(False)",
                   PAIR[1] + "; fill(a); setblocking(a, 0)")
        yield Case(f"{name}: no room before the timeout", "S-62", *call,
                   PAIR[0] + "; fill(a); a.settimeout(0.05)",
                   PAIR[1] + "; fill(a); settimeout_ns(a, 50_000_000)",
                   differs=(TIMED_OUT,))
        yield Case(f"{name}: the peer has gone, and no signal comes",
                   "S-67", *call, PAIR[0] + "; b.close()",
                   PAIR[1] + "; close(b)")


def injected_rows():
    timed = MODES["a socket with a timeout"]
    for calls, system_calls in (
            (RECEIVE, {"recv": "recvfrom", "recvfrom": "recvfrom",
                       "recvmsg": "recvmsg"}),
            (SEND, {"send": "sendto", "sendmsg": "sendmsg",
                    "sendall": "sendto"})):
        for name, call in calls.items():
            differs = (CLOEXEC, ECHO) if name == "recvmsg" else ()
            ready = ("; b.send(b'hello')", "; _n = send(b, 'hello', 0)")
            for mode in list(MODES)[:3]:
                yield Case(f"{name}: EINTR is retried on {mode}",
                           "S-60", *call, PAIR[0] + ready[0] + MODES[mode][0],
                           PAIR[1] + ready[1] + MODES[mode][1],
                           differs=differs, rests=True,
                           inject=f"{system_calls[name]}:error=EINTR:"
                           "when=1..2")
            yield Case(f"{name}: false readiness waits again", "S-58", *call,
                       PAIR[0] + ready[0] + timed[0],
                       PAIR[1] + ready[1] + timed[1], differs=differs,
                       rests=True,
                       inject=f"{system_calls[name]}:error=EAGAIN:when=1")
            yield Case(f"{name}: another error is reported", "S-8", *call,
                       PAIR[0] + ready[0] + timed[0],
                       PAIR[1] + ready[1] + timed[1],
                       differs=differs[:1],
                       inject=f"{system_calls[name]}:error=ENOMEM:when=1")


def storm_rows():
    """Real signals: one every 20 ms."""
    storm = ("alarm_every_ms(20); ", "alarm_every_ms(20); ")
    for name, call in RECEIVE.items():
        differs = (CLOEXEC, ECHO) if name == "recvmsg" else ()
        for mode in list(MODES)[:2]:
            yield Case(f"{name}: {mode} outlives signals", "S-60",
                       storm[0] + call[0], storm[1] + call[1],
                       PAIR[0] + MODES[mode][0] + "; on_alarm(4, b)",
                       PAIR[1] + MODES[mode][1] + "; on_alarm(4, b)",
                       rests=True, differs=differs)
        yield Case(f"{name}: signals do not move the deadline", "S-56",
                   storm[0] + call[0], storm[1] + call[1],
                   PAIR[0] + "; a.settimeout(0.15); on_alarm(-1, b)",
                   PAIR[1] + "; settimeout_ns(a, 150_000_000);"
                   "on_alarm(-1, b)", rests=True, differs=(TIMED_OUT,))
        yield Case(f"{name}: a handler may end the call", "S-60",
                   storm[0] + call[0], storm[1] + call[1],
                   PAIR[0] + MODES["a socket with a timeout"][0] +
                   "; raise_at_alarm(2)",
                   PAIR[1] + MODES["a socket with a timeout"][1] +
                   "; on_alarm(-1, b); stop_at_interrupt(2)", rests=True)
    yield Case("sendall: signals do not move the deadline", "S-66",
               storm[0] + "a.sendall(b'x')", storm[1] +
               "_n = sendall(a, 'x', 0)",
               PAIR[0] + "; fill(a); a.settimeout(0.15); on_alarm(-1, b)",
               PAIR[1] + "; fill(a); settimeout_ns(a, 150_000_000);"
               "on_alarm(-1, b)", rests=True, differs=(TIMED_OUT,))


def other_rows():
    yield Case("recv: size 0 makes no call", "S-61", "r = a.recv(0)",
               "r = recv(a, 0, 0)", *PAIR, silent=True)
    yield Case("recv: size 0 makes no call on a closed socket either", "S-61",
               "r = a.recv(0)", "r = recv(a, 0, 0)", PAIR[0] + "; a.close()",
               PAIR[1] + "; close(a)", silent=True)
    yield Case("recv: the peer's end", "S-53", "r = a.recv(10)",
               "r = recv(a, 10, 0)", PAIR[0] + "; b.close()",
               PAIR[1] + "; close(b)")
    yield Case("recv: flags pass", "S-53",
               "r = a.recv(2, MSG_PEEK | MSG_DONTWAIT)",
               "r = recv(a, 2, MSG_PEEK | MSG_DONTWAIT)",
               PAIR[0] + "; b.send(b'hello')",
               PAIR[1] + "; _n = send(b, 'hello', 0)")
    yield Case("recv: a message in parts, each with the whole timeout", "S-57",
               "r = a.recv(2); q = a.recv(9)",
               "r = recv(a, 2, 0); q = recv(a, 9, 0)",
               PAIR[0] + "; b.send(b'hello'); a.settimeout(3)",
               PAIR[1] + "; _n = send(b, 'hello', 0);"
               "settimeout_ns(a, 3_000_000_000)")
    yield Case("recv: not connected", "S-53", "r = a.recv(10)",
               "r = recv(a, 10, 0)", "a = socket.socket()",
               "a = create_socket(-1, -1, -1)")
    yield Case("send: empty data makes a call", "S-61", "n = a.send(b'')",
               "n = send(a, '', 0)", *PAIR)
    yield Case("send: flags pass", "S-67",
               "n = a.send(b'x', MSG_DONTWAIT | MSG_MORE)",
               "n = send(a, 'x', MSG_DONTWAIT | MSG_MORE)", *PAIR)
    yield Case("send: not connected", "S-67", "n = a.send(b'x')",
               "n = send(a, 'x', 0)", "a = socket.socket(AF_UNIX)",
               "a = create_socket(AF_UNIX, -1, -1)")
    yield Case("send: a reset connection", "S-67",
               "r = b.recv(9); n = b.send(b'x')",
               "r = recv(b, 9, 0); n = send(b, 'x', 0)",
               TCP[0] + "; b.send(b'unread'); a.recv(1); a.close()",
               TCP[1] + "; _n = send(b, 'unread', 0); _r = recv(a, 1, 0);"
               "close(a)")
    for seconds, nanoseconds, name in (
            ("1e-9", "1", "1 ns"), ("0.001", "1_000_000", "1 ms"),
            ("0.0015", "1_500_000", "1.5 ms"),
            ("2_147_483.647", "2_147_483_647_000_000", "INT_MAX ms")):
        yield Case(f"recv: a timeout of {name} is rounded up", "S-54",
                   "r = a.recv(9)", "r = recv(a, 9, 0)",
                   PAIR[0] + f"; b.send(b'x'); a.settimeout({seconds})",
                   PAIR[1] + "; _n = send(b, 'x', 0);"
                   f"settimeout_ns(a, {nanoseconds})")
    yield Case("recv: a timeout beyond INT_MAX ms is limited", "S-55",
               "r = a.recv(9)", "r = recv(a, 9, 0)",
               PAIR[0] + "; b.send(b'x'); a.settimeout(4294968)",
               PAIR[1] + "; _n = send(b, 'x', 0);"
               "settimeout_ns(a, 4_294_968_000_000_000)",
               differs=until(LIMITED, replace_calls(
                   "B-4", "the wait is not truncated to 32 bits",
                   r"(poll\(.*), 704\) = 1", r"\1, 2147483647) = 1")))


def datagram_rows():
    yield Case("sendto: a datagram", "S-67",
               "n = b.sendto(b'hello', ('127.0.0.1', port))",
               "n = sendto(b, 'hello', 0, '127.0.0.1', port)", *UDP)
    yield Case("sendto: with a timeout", "S-53",
               "n = b.sendto(b'hello', ('127.0.0.1', port))",
               "n = sendto(b, 'hello', 0, '127.0.0.1', port)",
               UDP[0] + "; b.settimeout(3)",
               UDP[1] + "; settimeout_ns(b, 3_000_000_000)")
    yield Case("recvfrom: a datagram and its sender", "S-53",
               "r, addr = a.recvfrom(3)", "r, addr = recvfrom(a, 3, 0)",
               UDP[0] + "; b.sendto(b'hello', ('127.0.0.1', port))",
               UDP[1] + "; _n = sendto(b, 'hello', 0, '127.0.0.1', port)")
    yield Case("recvfrom: MSG_TRUNC", "S-53",
               "a.recvfrom_into(bytearray(9), 9, MSG_TRUNC)",
               "_r, _addr = recvfrom(a, 9, MSG_TRUNC)",
               UDP[0] + "; b.sendto(b'hello', ('127.0.0.1', port))",
               UDP[1] + "; _n = sendto(b, 'hello', 0, '127.0.0.1', port)")
    yield Case("recv: an empty datagram", "S-61", "r = a.recv(10)",
               "r = recv(a, 10, 0)",
               UDP[0] + "; b.sendto(b'', ('127.0.0.1', port))",
               UDP[1] + "; _n = sendto(b, '', 0, '127.0.0.1', port)")
    yield Case("recvfrom: AF_UNIX datagrams have the sender's path", "S-53",
               "r, addr = a.recvfrom(9)", "r, addr = recvfrom(a, 9, 0)",
               "a = socket.socket(AF_UNIX, SOCK_DGRAM); a.bind('a');"
               "b = socket.socket(AF_UNIX, SOCK_DGRAM); b.bind('b');"
               "b.sendto(b'x', 'a')",
               "a = create_socket(AF_UNIX, SOCK_DGRAM, -1); bind(a, 'a');"
               "b = create_socket(AF_UNIX, SOCK_DGRAM, -1); bind(b, 'b');"
               "_n = sendto(b, 'x', 0, 'a')")
    yield Case("sendto: nobody listens there", "S-67",
               "n = b.sendto(b'x', 'nobody')",
               "n = sendto(b, 'x', 0, 'nobody')",
               "b = socket.socket(AF_UNIX, SOCK_DGRAM)",
               "b = create_socket(AF_UNIX, SOCK_DGRAM, -1)")


def sendall_rows():
    big = ("; _big = bytes(5_000_000)", "; _big = zeros(5_000_000)")
    yield Case("sendall: empty data makes one empty send", "S-66",
               "a.sendall(b'')", "_n = sendall(a, '', 0)", *PAIR)
    yield Case("sendall: a non-blocking socket takes what fits", "S-66",
               "a.sendall(_big)", "_n = sendall(a, _big, 0)",
               PAIR[0] + big[0] + "; a.setblocking(False)",
               PAIR[1] + big[1] + "; setblocking(a, 0)")
    yield Case("sendall: the timeout is the total", "S-66",
               "a.sendall(_big)", "_n = sendall(a, _big, 0)",
               PAIR[0] + big[0] + "; a.settimeout(0.1)",
               PAIR[1] + big[1] + "; settimeout_ns(a, 100_000_000)",
               rests=True, differs=(TIMED_OUT,))
    yield Case("sendall: no further part after the timeout, though there is "
               "room", "S-66", "a.sendall(b'hello')",
               "_n = sendall(a, 'hello', 0)", PAIR[0] + "; a.settimeout(0.1)",
               PAIR[1] + "; settimeout_ns(a, 100_000_000)",
               inject="sendto:retval=1:delay_exit=150000:when=1",
               differs=(TIMED_OUT,))
    yield Case("sendall: in parts", "S-66", "a.sendall(b'hello')",
               "_n = sendall(a, 'hello', 0)",
               PAIR[0] + "; a.settimeout(3)",
               PAIR[1] + "; settimeout_ns(a, 3_000_000_000)", rests=True,
               inject="sendto:retval=2:when=1..2")


CASES = [*plain_rows(), *empty_rows(), *injected_rows(), *storm_rows(),
         *other_rows(), *datagram_rows(), *sendall_rows()]

main(CASES)
