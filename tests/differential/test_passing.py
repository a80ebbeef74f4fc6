#!/usr/bin/python3
"""send_fds() and recv_fds(): S-99..S-105."""

from case import Case, descriptors, error, other_calls, replace_calls
from differential import main

PAIR = ("a, b = socket.socketpair(); r, w = os.pipe()",
        "a, b = socketpair(-1, SOCK_STREAM, 0); r, w = os_pipe()")
DATAGRAMS = ("a, b = socket.socketpair(AF_UNIX, SOCK_DGRAM); r, w = os.pipe()",
             "a, b = socketpair(-1, SOCK_DGRAM, 0); r, w = os_pipe()")
TIMED_OUT = error("O-11", "a timeout that ran out has a number",
                  "TimeoutError: timed out", "ETIMEDOUT")
FLAG = replace_calls("O-5", "descriptors that arrive do not survive exec",
                     r"^(recvmsg\(.*), 0\)", r"\1, MSG_CMSG_CLOEXEC)")
ECHO = replace_calls("S-104", "the kernel echoes the flag; the caller does "
                     "not see it", r"msg_flags=(\w+)\}, MSG_CMSG",
                     lambda found: "msg_flags=" + (
                         "" if found[1] == "0" else found[1] + "|") +
                     "MSG_CMSG_CLOEXEC}, MSG_CMSG")
RECEIVE = ("data, fds, n, addr = socket.recv_fds(b, 10, 4)",
           "data, fds, n, addr = recv_fds(b, 10, 4)")


def arrived(count):
    return descriptors("O-5", "descriptors that arrive do not survive exec",
                       fewer_inheritable=count)


def send_rows():
    for name, fds, rest in (("one descriptor", "[r]", ", r"),
                            ("two descriptors", "[r, w]", ", r, w"),
                            ("none", "[]", ""),
                            ("the same twice", "[r, r]", ", r, r"),
                            ("a number that is not open", "[99]", ", 99"),
                            ("one open, one not", "[r, 99]", ", r, 99"),
                            ("a negative number", "[-1]", ", -1")):
        yield Case(f"send_fds: {name}", "S-99",
                   f"n = socket.send_fds(a, [b'hi'], {fds})",
                   f"n = send_fds(a, 'hi'{rest})", *PAIR)
    yield Case("send_fds: 253 descriptors", "S-99",
               "n = socket.send_fds(a, [b'hi'], [r] * 253)",
               "n = send_fds(a, 'hi', r, many=253)", *PAIR)
    yield Case("send_fds: 254 descriptors", "S-99",
               "n = socket.send_fds(a, [b'hi'], [r] * 254)",
               "n = send_fds(a, 'hi', r, many=254)", *PAIR, silent=True,
               differs=(other_calls("S-99", "more than one message can carry "
                                    "is refused without asking the kernel"),
                        ))
    yield Case("send_fds: no data on a stream", "S-99",
               "n = socket.send_fds(a, [b''], [r])", "n = send_fds(a, '', r)",
               *PAIR)
    yield Case("send_fds: no data in a datagram", "S-99",
               "n = socket.send_fds(a, [b''], [r])", "n = send_fds(a, '', r)",
               *DATAGRAMS)
    yield Case("send_fds: over TCP", "S-99",
               "n = socket.send_fds(c, [b'hi'], [0])",
               "n = send_fds(c, 'hi', 0)",
               "_l = socket.create_server(('127.0.0.1', 0));"
               "c = socket.create_connection(('127.0.0.1', port_of(_l)))",
               "_l = create_server('127.0.0.1', '0'); port = port_of(_l);"
               "c = create_connection('127.0.0.1', port)")
    yield Case("send_fds: with a timeout", "S-53",
               "n = socket.send_fds(a, [b'hi'], [r])",
               "n = send_fds(a, 'hi', r)", PAIR[0] + "; a.settimeout(3)",
               PAIR[1] + "; settimeout_ns(a, 3_000_000_000)")
    yield Case("send_fds: no room before the timeout", "S-62",
               "n = socket.send_fds(a, [b'hi'], [r])",
               "n = send_fds(a, 'hi', r)",
               PAIR[0] + "; fill(a); a.settimeout(0.05)",
               PAIR[1] + "; fill(a); settimeout_ns(a, 50_000_000)",
               differs=(TIMED_OUT,))
    yield Case("send_fds: the flags are honoured", "S-99",
               "n = socket.send_fds(a, [b'hi'], [r], MSG_DONTWAIT)",
               "n = send_fds(a, 'hi', r, flags=MSG_DONTWAIT)", *PAIR,
               differs=(replace_calls("B-5", "the flags are honoured",
                                      r"\}, 0\) = 2", "}, MSG_DONTWAIT) = 2"),
                        ))
    yield Case("send_fds: the peer has gone, and no signal comes", "S-67",
               "n = socket.send_fds(a, [b'hi'], [r])",
               "n = send_fds(a, 'hi', r)", PAIR[0] + "; b.close()",
               PAIR[1] + "; close(b)")
    yield Case("send_fds: a closed socket", "S-44",
               "n = socket.send_fds(a, [b'hi'], [r])",
               "n = send_fds(a, 'hi', r)", PAIR[0] + "; a.close()",
               PAIR[1] + "; close(a)")


def receive_rows():
    for name, fds, rest, count in (("one descriptor", "[r]", ", r", 1),
                                   ("three descriptors", "[r, w, r]",
                                    ", r, w, r", 3),
                                   ("exactly as many as fit", "[r, w, r, w]",
                                    ", r, w, r, w", 4),
                                   ("more than fit", "[r] * 7",
                                    ", r, many=7", 4),
                                   ("none", "[]", "", 0)):
        sent = (PAIR[0] + f"; socket.send_fds(a, [b'hi'], {fds})",
                PAIR[1] + f"; _n = send_fds(a, 'hi'{rest})")
        yield Case(f"recv_fds: {name}", "S-100 S-101 S-102 S-103", *RECEIVE,
                   *sent, differs=(FLAG, ECHO, arrived(count)))
        yield Case(f"recv_fds: {name}, inheritable as Python's", "S-103",
                   RECEIVE[0], "data, fds, n, addr = recv_fds(b, 10, 4, "
                   "inheritable=1)", *sent)
    yield Case("recv_fds: room for one takes one, not two", "S-101",
               "data, fds, n, addr = socket.recv_fds(b, 10, 1)",
               "data, fds, n, addr = recv_fds(b, 10, 1)",
               PAIR[0] + "; socket.send_fds(a, [b'hi'], [r, w])",
               PAIR[1] + "; _n = send_fds(a, 'hi', r, w)",
               differs=(FLAG, ECHO, arrived(1)))
    yield Case("recv_fds: room for none", "S-101 S-102",
               "data, fds, n, addr = socket.recv_fds(b, 10, 0)",
               "data, fds, n, addr = recv_fds(b, 10, 0)",
               PAIR[0] + "; socket.send_fds(a, [b'hi'], [r, w])",
               PAIR[1] + "; _n = send_fds(a, 'hi', r, w)",
               differs=(FLAG, ECHO))
    yield Case("recv_fds: room for 253", "S-100",
               "data, fds, n, addr = socket.recv_fds(b, 10, 253)",
               "data, fds, n, addr = recv_fds(b, 10, 253)",
               PAIR[0] + "; socket.send_fds(a, [b'hi'], [r] * 253)",
               PAIR[1] + "; _n = send_fds(a, 'hi', r, many=253)",
               differs=(FLAG, ECHO, arrived(253)))
    yield Case("recv_fds: data longer than the buffer", "S-102",
               "data, fds, n, addr = socket.recv_fds(b, 1, 4)",
               "data, fds, n, addr = recv_fds(b, 1, 4)",
               DATAGRAMS[0] + "; socket.send_fds(a, [b'hi'], [r])",
               DATAGRAMS[1] + "; _n = send_fds(a, 'hi', r)",
               differs=(FLAG, ECHO, arrived(1)))
    yield Case("recv_fds: few descriptors are free", "S-102", *RECEIVE,
               PAIR[0] + "; socket.send_fds(a, [b'hi'], [r, w, r]);"
               "limit_files(9)", PAIR[1] + "; _n = send_fds(a, 'hi', r, w, r);"
               "os_limit_files(9)", differs=(FLAG, ECHO, arrived(2)))
    yield Case("recv_fds: another message than descriptors is ignored",
               "S-100", *RECEIVE,
               PAIR[0] + "; b.setsockopt(SOL_SOCKET, SO_PASSCRED, 1);"
               "a.send(b'hi')", PAIR[1] + "; os_setsockopt(b, SOL_SOCKET, "
               "SO_PASSCRED, 1); _n = send(a, 'hi', 0)",
               differs=(FLAG, ECHO))
    yield Case("recv_fds: nothing, non-blocking", "S-59", *RECEIVE,
               PAIR[0] + "; b.setblocking(False)",
               PAIR[1] + "; setblocking(b, 0)", differs=(FLAG,))
    yield Case("recv_fds: nothing before the timeout", "S-62", *RECEIVE,
               PAIR[0] + "; b.settimeout(0.05)",
               PAIR[1] + "; settimeout_ns(b, 50_000_000)",
               differs=(TIMED_OUT,))
    yield Case("recv_fds: the peer's end", "S-100", *RECEIVE,
               PAIR[0] + "; a.close()", PAIR[1] + "; close(a)",
               differs=(FLAG, ECHO))
    yield Case("recv_fds: the flags are honoured", "S-100",
               "data, fds, n, addr = socket.recv_fds(b, 10, 4, MSG_PEEK)",
               "data, fds, n, addr = recv_fds(b, 10, 4, flags=MSG_PEEK)",
               PAIR[0] + "; a.send(b'hi')", PAIR[1] + "; _n = send(a, 'hi', 0)",
               differs=(replace_calls("B-5 O-5", "the flags are honoured",
                                      r"msg_flags=0\}, 0\)",
                                      "msg_flags=MSG_CMSG_CLOEXEC}, "
                                      "MSG_PEEK|MSG_CMSG_CLOEXEC)"),))
    yield Case("recv: descriptors that nobody asks for are dropped", "S-102",
               "r = b.recv(10)", "r = recv(b, 10, 0)",
               PAIR[0] + "; socket.send_fds(a, [b'hi'], [r, w])",
               PAIR[1] + "; _n = send_fds(a, 'hi', r, w)")
    yield Case("recvmsg: descriptors that arrive", "S-103",
               "data, _anc, n, addr = b.recvmsg(10, socket.CMSG_LEN(8));"
               "fds = list(struct.unpack('2i', _anc[0][2]))",
               "data, fds, n, addr = recvmsg(b, 10, 24, 0)",
               PAIR[0] + "; socket.send_fds(a, [b'hi'], [r, w])",
               PAIR[1] + "; _n = send_fds(a, 'hi', r, w)",
               differs=(FLAG, ECHO, arrived(2)))
    yield Case("recvmsg: MSG_CMSG_CLOEXEC is the caller's word", "S-103 S-104",
               "data, _anc, n, addr = b.recvmsg(10, socket.CMSG_LEN(8), "
               "MSG_CMSG_CLOEXEC);"
               "fds = list(struct.unpack('2i', _anc[0][2]))",
               "data, fds, n, addr = recvmsg(b, 10, 24, MSG_CMSG_CLOEXEC)",
               PAIR[0] + "; socket.send_fds(a, [b'hi'], [r, w])",
               PAIR[1] + "; _n = send_fds(a, 'hi', r, w)")


CASES = [*send_rows(), *receive_rows()]

main(CASES)
