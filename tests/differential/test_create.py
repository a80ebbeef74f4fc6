#!/usr/bin/python3
"""socket() and socketpair(): S-1..S-12, S-20..S-24, the families of 3.17."""

from case import Case, other_calls
from differential import main

# Section 3.17, whatever this kernel says to them.
FAMILIES = [
    ("AF_INET", "SOCK_STREAM", 0), ("AF_INET", "SOCK_DGRAM", 0),
    ("AF_INET", "SOCK_RAW", "IPPROTO_ICMP"),
    ("AF_INET", "SOCK_DGRAM", "IPPROTO_ICMP"),
    ("AF_INET6", "SOCK_STREAM", 0), ("AF_INET6", "SOCK_DGRAM", 0),
    ("AF_INET6", "SOCK_RAW", "IPPROTO_ICMPV6"),
    ("AF_INET", "SOCK_STREAM", "IPPROTO_TCP"),
    ("AF_INET", "SOCK_DGRAM", "IPPROTO_UDP"),
    ("AF_INET", "SOCK_STREAM", 262), ("AF_INET6", "SOCK_STREAM", 262),
    ("AF_INET", "SOCK_DGRAM", 136), ("AF_INET6", "SOCK_DGRAM", 136),
    ("AF_INET", "SOCK_STREAM", "IPPROTO_SCTP"),
    ("AF_INET", "SOCK_SEQPACKET", "IPPROTO_SCTP"),
    ("AF_UNIX", "SOCK_STREAM", 0), ("AF_UNIX", "SOCK_DGRAM", 0),
    ("AF_UNIX", "SOCK_SEQPACKET", 0), ("AF_UNIX", "SOCK_RAW", 0),
    ("AF_CAN", "SOCK_RAW", "CAN_RAW"), ("AF_CAN", "SOCK_DGRAM", "CAN_BCM"),
    ("AF_CAN", "SOCK_DGRAM", "CAN_ISOTP"),
    ("AF_CAN", "SOCK_DGRAM", "CAN_J1939"),
    ("AF_PACKET", "SOCK_RAW", 0), ("AF_PACKET", "SOCK_DGRAM", 0),
    ("AF_RDS", "SOCK_SEQPACKET", 0),
    ("AF_NETLINK", "SOCK_RAW", 0), ("AF_NETLINK", "SOCK_DGRAM", 0),
    ("AF_TIPC", "SOCK_STREAM", 0), ("AF_ALG", "SOCK_SEQPACKET", 0),
    ("AF_VSOCK", "SOCK_STREAM", 0), ("AF_VSOCK", "SOCK_SEQPACKET", 0),
    ("AF_VSOCK", "SOCK_DGRAM", 0), ("AF_QIPCRTR", "SOCK_DGRAM", 0),
    (31, "SOCK_SEQPACKET", 0), ("AF_KEY", "SOCK_RAW", 2),
    ("AF_AX25", "SOCK_DGRAM", 0), ("AF_IPX", "SOCK_DGRAM", 0),
    ("AF_APPLETALK", "SOCK_DGRAM", 0), ("AF_X25", "SOCK_SEQPACKET", 0),
    ("AF_PPPOX", "SOCK_STREAM", 0), ("AF_LLC", "SOCK_STREAM", 0),
    (44, "SOCK_RAW", 0),
]

# Refused by the kernel, or taken although they look odd (S-1, S-3, S-8).
ARGUMENTS = [
    ("family 0 is no default", "0", "-1", "-1"),
    ("family -2 is no default", "-2", "-1", "-1"),
    ("family 99", "99", "-1", "-1"),
    ("type 0 is no default", "-1", "0", "-1"),
    ("type SOCK_RDM", "-1", "SOCK_RDM", "-1"),
    ("type SOCK_SEQPACKET", "-1", "SOCK_SEQPACKET", "-1"),
    ("proto 99", "-1", "-1", "99"),
    ("proto -2 is no default", "-1", "-1", "-2"),
    ("TCP on datagrams", "AF_INET", "SOCK_DGRAM", "IPPROTO_TCP"),
    ("family alone", "AF_UNIX", "-1", "-1"),
    ("type alone", "-1", "SOCK_DGRAM", "-1"),
    ("proto alone", "-1", "-1", "IPPROTO_TCP"),
    ("SOCK_CLOEXEC in the type", "-1", "SOCK_STREAM | SOCK_CLOEXEC", "-1"),
    ("SOCK_NONBLOCK in the type", "-1", "SOCK_STREAM | SOCK_NONBLOCK", "-1"),
    ("both flags in the type", "AF_INET6",
     "SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC", "-1"),
]

PAIRS = [
    ("the default", "AF_UNIX", "SOCK_STREAM", "0"),
    ("datagrams", "AF_UNIX", "SOCK_DGRAM", "0"),
    ("packets in sequence", "AF_UNIX", "SOCK_SEQPACKET", "0"),
    ("raw becomes datagrams", "AF_UNIX", "SOCK_RAW", "0"),
    ("proto PF_UNIX", "AF_UNIX", "SOCK_STREAM", "1"),
    ("SOCK_NONBLOCK", "AF_UNIX", "SOCK_STREAM | SOCK_NONBLOCK", "0"),
    ("SOCK_CLOEXEC", "AF_UNIX", "SOCK_DGRAM | SOCK_CLOEXEC", "0"),
    ("AF_INET streams", "AF_INET", "SOCK_STREAM", "0"),
    ("AF_INET datagrams", "AF_INET", "SOCK_DGRAM", "0"),
    ("AF_INET6 streams", "AF_INET6", "SOCK_STREAM", "0"),
    ("AF_NETLINK", "AF_NETLINK", "SOCK_RAW", "0"),
    ("AF_PACKET", "AF_PACKET", "SOCK_DGRAM", "0"),
    ("AF_VSOCK", "AF_VSOCK", "SOCK_STREAM", "0"),
    ("a type that the family lacks", "AF_UNIX", "SOCK_RDM", "0"),
    ("family 99", "99", "SOCK_STREAM", "0"),
    ("proto -2 is no default", "AF_UNIX", "SOCK_STREAM", "-2"),
    ("proto 99", "AF_UNIX", "SOCK_STREAM", "99"),
]

KEEPS_ATOMICITY = "a bad type does not cost the process the atomic call"


def family_rows():
    for family, kind, proto in FAMILIES:
        arguments = f"{family}, {kind}, {proto}"
        yield Case(f"socket: {arguments}", "S-2 S-8 3.17",
                   f"s = socket.socket({arguments})",
                   f"s = create_socket({arguments})")


def argument_rows():
    for name, family, kind, proto in ARGUMENTS:
        given = ", ".join(f"{key}={value}" for key, value in (
            ("family", family), ("type", kind), ("proto", proto))
            if value != "-1")
        yield Case(f"socket: {name}", "S-1 S-3 S-4 S-5 S-8",
                   f"s = socket.socket({given})",
                   f"s = create_socket({family}, {kind}, {proto})")


def pair_rows():
    for name, family, kind, proto in PAIRS:
        yield Case(f"socketpair: {name}", "S-20 S-21 S-22 S-24",
                   f"a, b = socket.socketpair({family}, {kind}, {proto})",
                   f"a, b = socketpair({family}, {kind}, {proto})")


def default_timeout_rows():
    for name, seconds, nanoseconds in (
            ("a default timeout", "2.5", "2_500_000_000"),
            ("a default timeout of 0", "0.0", "0"),
            ("the default timeout None", "None", "-1")):
        given = dict(prepare_python=f"socket.setdefaulttimeout({seconds})",
                     prepare_c=f"setdefaulttimeout_ns({nanoseconds})")
        yield Case(f"socket: {name}", "S-6", "s = socket.socket()",
                   "s = create_socket(-1, -1, -1)", **given)
        yield Case(f"socket: SOCK_NONBLOCK over {name}", "S-5",
                   "s = socket.socket(type=SOCK_STREAM | SOCK_NONBLOCK)",
                   "s = create_socket(-1, SOCK_STREAM | SOCK_NONBLOCK, -1)",
                   **given)
        yield Case(f"socketpair: {name}", "S-22",
                   "a, b = socket.socketpair()",
                   "a, b = socketpair(-1, SOCK_STREAM, 0)",
                   differs=() if seconds == "None" else (other_calls(
                       "O-16", "the mode of each end is set once, not once "
                       "in each of CPython's layers",
                       "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, "
                       "[fd3, fd4]) = 0",
                       "ioctl(fd3, FIONBIO, [1]) = 0",
                       "ioctl(fd4, FIONBIO, [1]) = 0"),),
                   **given)
        yield Case(f"socketpair: SOCK_NONBLOCK over {name}", "S-22",
                   "a, b = socket.socketpair(AF_UNIX, "
                   "SOCK_STREAM | SOCK_NONBLOCK)",
                   "a, b = socketpair(-1, SOCK_STREAM | SOCK_NONBLOCK, 0)",
                   **given)


CASES = [
    Case("socket: every default", "S-1 S-2",
         "s = socket.socket()", "s = create_socket(-1, -1, -1)"),
    Case("socket: every default, given as -1", "S-1",
         "s = socket.socket(-1, -1, -1)", "s = create_socket(-1, -1, -1)"),
    *family_rows(), *argument_rows(), *pair_rows(), *default_timeout_rows(),
    Case("socket: a number below 3 is no exception", "S-12",
         "os.close(0); s = socket.socket()",
         "os_close(0); s = create_socket(-1, -1, -1)"),
    Case("socket: no descriptor is free", "S-8",
         "s = socket.socket()", "s = create_socket(-1, -1, -1)",
         "limit_files(3)", "os_limit_files(3)"),
    Case("socketpair: one descriptor is free", "S-23",
         "a, b = socket.socketpair()", "a, b = socketpair(-1, SOCK_STREAM, 0)",
         "limit_files(4)", "os_limit_files(4)"),
    Case("socketpair: the family -1 of the API is Python's None", "S-20",
         "a, b = socket.socketpair(None)",
         "a, b = socketpair(-1, SOCK_STREAM, 0)"),
    Case("socket: a bad type, then a good one", "S-11",
         "s = socket.socket(type=99); t = socket.socket()",
         "s = create_socket(-1, 99, -1); t = create_socket(-1, -1, -1)",
         differs=(other_calls(
             "B-1", KEEPS_ATOMICITY,
             "socket(AF_INET, SOCK_RAW|SOCK_CLOEXEC|0x60, IPPROTO_IP) "
             "= -1 EINVAL",
             "socket(AF_INET, SOCK_RAW|0x60 /* SOCK_??? */, IPPROTO_IP) "
             "= -1 EINVAL",
             "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = fd3"),
         )),
    Case("socket: type 99 when the flag is known to work", "S-9",
         "s = socket.socket(type=99)", "s = create_socket(-1, 99, -1)",
         "t = socket.socket()", "t = create_socket(-1, -1, -1)"),
    Case("socketpair: a bad type, then a good one", "S-11",
         "a, b = socket.socketpair(AF_UNIX, 99); c, d = socket.socketpair()",
         "a, b = socketpair(-1, 99, 0); c, d = socketpair(-1, SOCK_STREAM, 0)",
         differs=(other_calls(
             "B-1", KEEPS_ATOMICITY,
             "socketpair(AF_UNIX, SOCK_RAW|SOCK_CLOEXEC|0x60, 0, PTR) "
             "= -1 EINVAL",
             "socketpair(AF_UNIX, SOCK_RAW|0x60 /* SOCK_??? */, 0, PTR) "
             "= -1 EINVAL",
             "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, [fd3, fd4]) "
             "= 0"),
         )),
    Case("socketpair: each default", "S-20",
         "a, b = socket.socketpair()", "a, b = socketpair(-1, -1, -1)"),
    Case("socketpair: type -2 is no default", "S-20",
         "a, b = socket.socketpair(AF_UNIX, -2)",
         "a, b = socketpair(-1, -2, 0)", "s = socket.socket()",
         "s = create_socket(-1, -1, -1)"),
    Case("socket: what is closed is free again", "S-2 S-39",
         "s = socket.socket(); s.close(); t = socket.socket()",
         "s = create_socket(-1, -1, -1); close(s);"
         "t = create_socket(-1, -1, -1)"),
]

main(CASES)
