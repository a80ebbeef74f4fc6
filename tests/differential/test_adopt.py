#!/usr/bin/python3
"""socket(fileno=), dup() and fromfd(): S-13..S-19, S-34..S-37."""

from case import Case, append_calls, descriptors, drop_calls, error
from differential import main

CLOSES_DUPLICATE = "the duplicate that cannot be adopted is closed"
NEGATIVE = error("S-14", "a negative descriptor is a bad argument",
                 "ValueError: negative file descriptor", "EINVAL")

# How a descriptor comes to be, in Python and in C, each as `f` or `s`.
KINDS = [
    ("an unbound TCP socket", "AF_INET, SOCK_STREAM, 0"),
    ("a UDP socket", "AF_INET, SOCK_DGRAM, 0"),
    ("an IPv6 TCP socket", "AF_INET6, SOCK_STREAM, 0"),
    ("an MPTCP socket", "AF_INET, SOCK_STREAM, 262"),
    ("a UDP-Lite socket", "AF_INET6, SOCK_DGRAM, 136"),
    ("an AF_UNIX stream", "AF_UNIX, SOCK_STREAM, 0"),
    ("AF_UNIX datagrams", "AF_UNIX, SOCK_DGRAM, 0"),
    ("AF_UNIX packets in sequence", "AF_UNIX, SOCK_SEQPACKET, 0"),
    ("a raw AF_UNIX socket, which is one of datagrams",
     "AF_UNIX, SOCK_RAW, 0"),
    ("a netlink socket", "AF_NETLINK, SOCK_RAW, 0"),
    ("a VSOCK stream", "AF_VSOCK, SOCK_STREAM, 0"),
]

TCP = ("f = socket.socket().detach()",
       "_s = create_socket(-1, -1, -1); f = detach(_s)")
PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, SOCK_STREAM, 0)")
SERVER = ("l = socket.create_server(('127.0.0.1', 0)); port = port_of(l)",
          "l = create_server('127.0.0.1', '0'); port = port_of(l)")
CONNECTED = (SERVER[0] + "; c = socket.create_connection(('127.0.0.1', port))",
             SERVER[1] + "; c = create_connection('127.0.0.1', port)")
DEFAULT = ("; socket.setdefaulttimeout(2.5)",
           "; setdefaulttimeout_ns(2_500_000_000)")


def kind_rows():
    for name, arguments in KINDS:
        yield Case(f"adopt: everything of {name} is detected",
                   "S-15 S-16", "s = socket.socket(fileno=f)",
                   "s = adopt(f, -1, -1, -1)",
                   f"f = socket.socket({arguments}).detach()",
                   f"_s = create_socket({arguments}); f = detach(_s)")


def given_rows():
    for name, family, kind, proto in (
            ("the family", "AF_INET", -1, -1),
            ("the type", -1, "SOCK_STREAM", -1),
            ("the proto", -1, -1, 0),
            ("family and type", "AF_INET", "SOCK_STREAM", -1),
            ("everything, wrongly", "AF_UNIX", "SOCK_DGRAM", 17),
            ("a type with SOCK_NONBLOCK", -1, "SOCK_STREAM | SOCK_NONBLOCK",
             -1),
            ("a type with SOCK_CLOEXEC", -1, "SOCK_STREAM | SOCK_CLOEXEC",
             -1)):
        yield Case(f"adopt: {name} given wins", "S-16 S-17 S-19",
                   f"s = socket.socket({family}, {kind}, {proto}, fileno=f)",
                   f"s = adopt(f, {family}, {kind}, {proto})", *TCP)


def refused_rows():
    prepared = {
        "a pipe": ("f, w = os.pipe()", "f, w = os_pipe()"),
        "a file": ("f = os.open('file', os.O_CREAT | os.O_RDWR)",
                   "f = os_open('file', O_CREAT | O_RDWR | O_CLOEXEC)"),
        "a folder": ("f = os.open('.', os.O_RDONLY)",
                     "f = os_open('.', O_RDONLY | O_CLOEXEC)"),
        "an O_PATH descriptor": ("f = os.open('.', os.O_PATH)",
                                 "f = os_open('.', O_PATH | O_CLOEXEC)"),
        "a closed descriptor": (TCP[0] + "; os.close(f)",
                                TCP[1] + "; os_close(f)"),
    }
    for name, made in prepared.items():
        yield Case(f"adopt: {name} is refused and stays", "S-18",
                   "s = socket.socket(fileno=f)",
                   "s = adopt(f, -1, -1, -1)", *made)
        yield Case(f"adopt: {name} is refused with everything given", "S-18",
                   "s = socket.socket(AF_INET, SOCK_STREAM, 0, fileno=f)",
                   "s = adopt(f, AF_INET, SOCK_STREAM, 0)", *made)
        leak = () if "closed" in name else (
            append_calls("B-3", CLOSES_DUPLICATE,
                         f"close(fd{5 if name == 'a pipe' else 4}) = 0"),
            descriptors("B-3", CLOSES_DUPLICATE, fewer=1))
        yield Case(f"fromfd: {name} is refused and stays", "S-37",
                   "s = socket.fromfd(f, AF_INET, SOCK_STREAM)",
                   "s = fromfd(f, AF_INET, SOCK_STREAM, 0)", *made,
                   differs=leak)


def mode_rows():
    nonblocking = (PAIR[0] + "; a.setblocking(False); f = a.detach()",
                   PAIR[1] + "; setblocking(a, 0); f = detach(a)")
    blocking = (PAIR[0] + "; f = a.detach()", PAIR[1] + "; f = detach(a)")
    for name, made in (("blocking", blocking), ("non-blocking", nonblocking)):
        yield Case(f"adopt: the mode of a {name} descriptor is not read",
                   "S-19", "s = socket.socket(fileno=f)",
                   "s = adopt(f, -1, -1, -1)", *made)
        yield Case(f"adopt: a default timeout switches a {name} descriptor",
                   "S-19 O-15", "s = socket.socket(fileno=f)",
                   "s = adopt(f, -1, -1, -1)",
                   made[0] + DEFAULT[0], made[1] + DEFAULT[1])
        yield Case(f"adopt: SOCK_NONBLOCK leaves a {name} descriptor alone",
                   "S-19", "s = socket.socket(-1, SOCK_STREAM | "
                   "SOCK_NONBLOCK, fileno=f)",
                   "s = adopt(f, -1, SOCK_STREAM | SOCK_NONBLOCK, -1)",
                   made[0] + DEFAULT[0], made[1] + DEFAULT[1])
    yield Case("adopt: an O_NONBLOCK descriptor says EAGAIN while its timeout "
               "is None", "S-19", "s = socket.socket(fileno=f); s.recv(1)",
               "s = adopt(f, -1, -1, -1); r = recv(s, 1, 0)", *nonblocking)
    yield Case("fromfd: a default timeout switches the original, too",
               "S-36 O-15", "s = socket.fromfd(a.fileno(), AF_UNIX, "
               "SOCK_STREAM)", "s = fromfd(a, AF_UNIX, SOCK_STREAM, 0)",
               PAIR[0] + DEFAULT[0], PAIR[1] + DEFAULT[1])


def dup_rows():
    no_switch = drop_calls(
        "B-11", "the mode is shared with the source and right already: "
        "nothing is set", "FIONBIO")
    no_question = drop_calls(
        "O-16", "the duplicate of a socket need not be validated",
        "getsockname")
    for name, python, c in (
            ("of a blocking socket", "", ""),
            ("of a socket with a timeout", "; a.settimeout(5)",
             "; settimeout_ns(a, 5_000_000_000)"),
            ("of a non-blocking socket", "; a.setblocking(False)",
             "; setblocking(a, 0)"),
            ("of a blocking socket, with a default timeout", *DEFAULT),
            ("of an inheritable socket", "; a.set_inheritable(True)",
             "; set_inheritable(a, 1)")):
        yield Case(f"dup: {name}", "S-34 S-35", "d = a.dup()", "d = dup(a)",
                   PAIR[0] + python, PAIR[1] + c,
                   differs=(no_question, no_switch))
    yield Case("dup: of a closed socket", "S-34 S-44", "d = a.dup()",
               "d = dup(a)", PAIR[0] + "; a.close()", PAIR[1] + "; close(a)")
    yield Case("dup: no descriptor is free", "S-34", "d = a.dup()",
               "d = dup(a)", PAIR[0] + "; limit_files(5)",
               PAIR[1] + "; os_limit_files(5)")
    yield Case("dup: the source's mode is shared, its timeout is not", "S-52",
               "d.setblocking(True)", "setblocking(d, 1)",
               PAIR[0] + "; a.settimeout(5); d = a.dup()",
               PAIR[1] + "; settimeout_ns(a, 5_000_000_000); d = dup(a)")


CASES = [
    *kind_rows(), *given_rows(), *refused_rows(), *mode_rows(), *dup_rows(),
    Case("adopt: a listening socket", "S-16", "s = socket.socket(fileno=f)",
         "s = adopt(f, -1, -1, -1)", SERVER[0] + "; f = l.detach()",
         SERVER[1] + "; f = detach(l)"),
    Case("adopt: a connected TCP socket records 6, not 0", "S-16",
         "s = socket.socket(fileno=f)", "s = adopt(f, -1, -1, -1)",
         CONNECTED[0] + "; f = c.detach()", CONNECTED[1] + "; f = detach(c)"),
    Case("adopt: one end of a pair", "S-15", "s = socket.socket(fileno=f)",
         "s = adopt(f, -1, -1, -1)", PAIR[0] + "; f = a.detach()",
         PAIR[1] + "; f = detach(a)"),
    Case("adopt: an inheritable descriptor stays inheritable", "S-13",
         "s = socket.socket(fileno=f)", "s = adopt(f, -1, -1, -1)",
         TCP[0] + "; os.set_inheritable(f, True)",
         TCP[1] + "; set_inheritable(f, 1)"),
    Case("adopt: the same descriptor, not a duplicate", "S-13",
         "s = socket.socket(fileno=f); s.close()",
         "s = adopt(f, -1, -1, -1); close(s)", *TCP),
    Case("adopt: -1 means no default", "S-14", "s = socket.socket(fileno=-1)",
         "s = adopt(-1, -1, -1, -1)", differs=(NEGATIVE,), silent=True),
    Case("adopt: a negative descriptor", "S-14",
         "s = socket.socket(AF_INET, SOCK_STREAM, 0, fileno=-7)",
         "s = adopt(-7, AF_INET, SOCK_STREAM, 0)", differs=(NEGATIVE,),
         silent=True),
    Case("adopt: a descriptor that was never open", "S-18",
         "s = socket.socket(fileno=555)", "s = adopt(555, -1, -1, -1)"),
    Case("fromfd: a duplicate, which does not survive exec", "S-36",
         "s = socket.fromfd(f, AF_INET, SOCK_STREAM)",
         "s = fromfd(f, AF_INET, SOCK_STREAM, 0)",
         TCP[0] + "; os.set_inheritable(f, True)",
         TCP[1] + "; set_inheritable(f, 1)"),
    Case("fromfd: everything is detected", "S-36 S-15 S-16",
         "s = socket.fromfd(a.fileno(), -1, -1, -1)",
         "s = fromfd(a, -1, -1, -1)", *PAIR),
    Case("fromfd: SOCK_NONBLOCK in the type", "S-36 S-19",
         "s = socket.fromfd(a.fileno(), AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK)",
         "s = fromfd(a, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)", *PAIR),
    Case("fromfd: -1 reaches the kernel", "S-37",
         "s = socket.fromfd(-1, AF_INET, SOCK_STREAM)",
         "s = fromfd(-1, AF_INET, SOCK_STREAM, 0)"),
    Case("fromfd: no descriptor is free", "S-36",
         "s = socket.fromfd(f, AF_INET, SOCK_STREAM)",
         "s = fromfd(f, AF_INET, SOCK_STREAM, 0)", TCP[0] + "; limit_files(4)",
         TCP[1] + "; os_limit_files(4)"),
    Case("adopt: an error of getsockname that is not EBADF or ENOTSOCK "
         "matters only if the family is to be detected", "S-18",
         "s = socket.socket(AF_INET, fileno=f); t = socket.socket(fileno=f)",
         "s = adopt(f, AF_INET, -1, -1); t = adopt(f, -1, -1, -1)", *TCP,
         inject="getsockname:error=EOPNOTSUPP"),
    Case("adopt: EBADF matters with everything given", "S-18",
         "s = socket.socket(AF_INET, SOCK_STREAM, 0, fileno=f)",
         "s = adopt(f, AF_INET, SOCK_STREAM, 0)", *TCP,
         inject="getsockname:error=EBADF"),
    Case("adopt: an error of getsockopt always matters", "S-18",
         "s = socket.socket(fileno=f); s = socket.socket(fileno=f)",
         "s = adopt(f, -1, -1, -1); s = adopt(f, -1, -1, -1)", *TCP,
         inject="getsockopt:error=ENOPROTOOPT:when=1..3+2"),
]

main(CASES)
