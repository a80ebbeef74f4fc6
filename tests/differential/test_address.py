#!/usr/bin/python3
"""Addresses of every family, both ways, and getsockname() and getpeername().

The kernel at hand need not know a family: a socket of another one is adopted as
one of it, which changes how addresses are read and written and nothing else. What
is bound is seen in the call; what getsockname() says is put there by strace."""

import codecs
import re
import struct

from case import Case, Edit, error
from differential import main

CAN_ISOTP, CAN_J1939, AF_TIPC, AF_QIPCRTR = 6, 7, 30, 42

# Python asks the socket for an interface's number; C asks libc, which has a
# socket of its own for that.
def asked_by_libc(seen):
    calls = []
    for call in seen.calls:
        if "SIOCGIFINDEX" in call:
            calls += ["socket(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0) = fd4",
                      call.replace("ioctl(fd3", "ioctl(fd4"),
                      "close(fd4) = 0"]
        else:
            calls.append(call)
    seen.calls = calls


LIBC_ASKS = Edit("S-110", "libc finds the number of an interface",
                 asked_by_libc)


# CPython leaves in the padding of these two what stood on its stack.
CLEARED = Edit("S-110", "the padding is zero", lambda seen: setattr(
    seen, "calls", [re.sub("nl_pad=0x[0-9a-f]+, ", "", call)
                    for call in seen.calls]))


def as_strace_has_it(data):
    """Bytes as strace prints them."""
    text = ""
    for index, byte in enumerate(data):
        follows = data[index + 1:index + 2]
        if chr(byte) in '"\\':
            text += "\\" + chr(byte)
        elif 32 <= byte < 127:
            text += chr(byte)
        elif chr(byte) in "\t\n\v\f\r":
            text += repr(chr(byte))[1:-1].replace("x0b", "v").replace("x0c",
                                                                      "f")
        else:
            text += f"\\{byte:03o}" if follows.isdigit() else f"\\{byte:o}"
    return text


def cleared_beyond(used):
    """Of a CAN address, only `used` bytes of the union mean something."""
    def clear(found):
        data = codecs.escape_decode(found[1].encode("latin-1"))[0]
        data = bytes(2) + data[2:6] + data[6:6 + used]
        return f'sa_data="{as_strace_has_it(data.ljust(22, bytes(1)))}"'

    return Edit("S-110", "the padding is zero", lambda seen: setattr(
        seen, "calls", [re.sub('sa_data="(.*)"', clear, call)
                        for call in seen.calls]))


def edits(family, proto, pair):
    found = [LIBC_ASKS] if "'lo'" in pair else []
    if family == "AF_NETLINK":
        found.append(CLEARED)
    if family == "AF_CAN":
        found.append(cleared_beyond({CAN_ISOTP: 8, CAN_J1939: 13}.get(proto,
                                                                      0)))
    return tuple(found)


def adopted(family, proto):
    """A socket that counts as one of the family."""
    return (f"u = socket.socket(type=SOCK_DGRAM);"
            f"a = socket.socket({family}, 2, {proto}, u.detach())",
            f"u = create_socket(-1, SOCK_DGRAM, -1); _f = detach(u);"
            f"a = adopt(_f, {family}, 2, {proto})")


# Family, protocol, Python's tuple.
TUPLES = [
    ("AF_NETLINK", 0, "(0, 0)"), ("AF_NETLINK", 0, "(4294967295, 7)"),
    ("AF_VSOCK", 0, "(1, 1234)"), ("AF_VSOCK", 0, "(4294967295, 4294967295)"),
    ("AF_PACKET", 0, "('lo', 2048)"), ("AF_PACKET", 0, "('lo', 3, 4)"),
    ("AF_PACKET", 0, "('lo', 3, 4, 772)"),
    ("AF_PACKET", 0, "('lo', 3, 4, 772, b'\\x00\\x01\\xfe\\xff')"),
    ("AF_CAN", 1, "('lo',)"), ("AF_CAN", 1, "('',)"),
    ("AF_CAN", CAN_ISOTP, "('lo', 17, 34)"),
    ("AF_CAN", CAN_ISOTP, "('', 0, 4294967295)"),
    ("AF_CAN", CAN_J1939, "('lo', 305419896, 262143, 128)"),
    ("AF_TIPC", 0, "(1, 18888, 17, 30)"), ("AF_TIPC", 0, "(2, 18888, 17, 0)"),
    ("AF_TIPC", 0, "(3, 18888, 17, 0)"), ("AF_TIPC", 0, "(1, 2, 3, 4, 1)"),
    ("AF_TIPC", 0, "(2, 18888, 17, 0, 3)"),
    ("AF_QIPCRTR", 0, "(1, 4294967294)"),
    ("AF_RDS", 0, "('127.0.0.1', 18634)"),
    ("AF_INET", 0, "('127.0.0.1', 0)"), ("AF_INET", 0, "('', 0)"),
    ("AF_INET", 0, "('<broadcast>', 0)"), ("AF_INET", 0, "('127.1', 0)"),
    ("AF_INET6", 0, "('::1', 0)"), ("AF_INET6", 0, "('::1', 0, 5)"),
    ("AF_INET6", 0, "('fe80::1', 0, 5, 1)"), ("AF_INET6", 0, "('', 9, 0, 0)"),
    ("AF_INET6", 0, "('::ffff:127.0.0.1', 0)"),
]


def bound_rows():
    for family, proto, pair in TUPLES:
        number = {"AF_TIPC": AF_TIPC, "AF_QIPCRTR": AF_QIPCRTR}.get(family,
                                                                    family)
        prepare = adopted(number, proto)
        if family in ("AF_INET", "AF_INET6", "AF_NETLINK"):
            prepare = (f"a = socket.socket({family}, SOCK_DGRAM)",
                       f"a = create_socket({family}, SOCK_DGRAM, -1)")
        yield Case(f"bind: {family} {pair}, protocol {proto}", "S-110 S-111",
                   f"a.bind({pair})", f"bind_tuple(a, {pair!r})", *prepare,
                   differs=edits(family, proto, pair))


def told(address, length=None):
    """What strace puts where getsockname() writes."""
    length = len(address) if length is None else length
    return (f"getsockname:poke_exit=@arg2={address.hex()},"
            f"@arg3={struct.pack('<I', length).hex()}:when=1")


LO = 1
ANSWERS = [
    ("AF_NETLINK", 0, struct.pack("=HHII", 16, 0, 4321, 7)),
    ("AF_VSOCK", 0, struct.pack("=HHIIB3x", 40, 0, 1234, 2, 0)),
    ("AF_PACKET", 0, struct.pack("=HHiHBB8s", 17, 0x0008, LO, 772, 4, 6,
                                 bytes(range(8)))),
    ("AF_PACKET", 0, struct.pack("=HHiHBB8s", 17, 0x0300, 0, 1, 0, 0, b"")),
    ("AF_PACKET", 0, struct.pack("=HHiHBB8s", 17, 0x0300, 9999, 1, 0, 8,
                                 b"'\"\\\n\0abc")),
    ("AF_CAN", 1, struct.pack("=HHiII8x", 29, 0, LO, 17, 34)),
    ("AF_CAN", 1, struct.pack("=HHi16x", 29, 0, 0)),
    ("AF_CAN", 2, struct.pack("=HHiII8x", 29, 0, LO, 17, 34)),
    ("AF_CAN", CAN_ISOTP, struct.pack("=HHiII8x", 29, 0, LO, 17, 0x80000022)),
    ("AF_CAN", CAN_J1939, struct.pack("=HHiQIB3x", 29, 0, LO, 2**63, 9, 255)),
    ("AF_TIPC", 0, struct.pack("=HBbIII", 30, 1, 2, 17, 34, 51)),
    ("AF_TIPC", 0, struct.pack("=HBbIII", 30, 2, 2, 17, 34, 51)),
    ("AF_TIPC", 0, struct.pack("=HBbIII", 30, 3, 3, 17, 34, 0)),
    ("AF_QIPCRTR", 0, struct.pack("=H2xII", 42, 1, 2)),
    ("AF_RDS", 0, struct.pack("=H", 2) + b"\x48\xca\x7f\0\0\1" + bytes(8)),
    ("AF_INET", 0, struct.pack("=H", 2) + b"\x48\xca\x7f\0\0\1" + bytes(8)),
    ("AF_INET6", 0, struct.pack("=H", 10) + b"\x48\xca\0\x01\xe2\x40" +
     b"\xfe\x80" + bytes(13) + b"\x01" + struct.pack("=I", 3)),
    ("AF_INET6", 0, struct.pack("=H", 10) + bytes(26)),
    ("AF_UNIX", 0, struct.pack("=H", 1) + b"/a/path\0"),
    ("AF_UNIX", 0, struct.pack("=H", 1) + b"no end"),
    ("AF_UNIX", 0, struct.pack("=H", 1) + b"\0abstract\0'\"\xff"),
    ("AF_UNIX", 0, struct.pack("=H", 1)),
]


def answered_rows():
    for number, (family, proto, address) in enumerate(ANSWERS):
        known = {"AF_TIPC": AF_TIPC, "AF_QIPCRTR": AF_QIPCRTR}.get(family,
                                                                   family)
        prepare = adopted(known, proto)
        name = f"{family} of protocol {proto}, answer {number}"
        yield Case(f"getsockname: {name}", "S-107",
                   "text = str(a.getsockname())", "text = text_of_name(a)",
                   *prepare, inject=told(address))
        yield Case(f"repr: {name}", "S-106 S-107", "text = repr(a)",
                   "text = repr(a)", *prepare, inject=told(address))


TCP = ("l = socket.create_server(('127.0.0.1', 0)); port = port_of(l);"
       "a = socket.create_connection(('127.0.0.1', port)); b, _ = l.accept()",
       "l = create_server('127.0.0.1', '0'); port = port_of(l);"
       "a = create_connection('127.0.0.1', port); b, _addr = accept(l)")
PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, -1, -1)")
ENDS = {
    "TCP": TCP, "a pair": PAIR,
    "an idle socket": ("a = socket.socket()", "a = create_socket(-1, -1, -1)"),
    "an idle IPv6 socket": ("a = socket.socket(AF_INET6)",
                            "a = create_socket(AF_INET6, -1, -1)"),
    "a listener": ("a = socket.create_server(('127.0.0.1', 0))",
                   "a = create_server('127.0.0.1', '0')"),
    "a UNIX server": ("a = socket.create_server('p', family=AF_UNIX)",
                      "a = create_server('p', None, family=AF_UNIX)"),
    "a closed socket": ("a = socket.socket(); a.close()",
                        "a = create_socket(-1, -1, -1); close(a)"),
    "a connected UDP socket": (
        "b = socket.socket(type=SOCK_DGRAM); b.bind(('127.0.0.1', 0));"
        "port = port_of(b); a = socket.socket(type=SOCK_DGRAM);"
        "a.connect(('127.0.0.1', port))",
        "b = create_socket(-1, SOCK_DGRAM, -1); bind(b, '127.0.0.1', '0');"
        "port = port_of(b); a = create_socket(-1, SOCK_DGRAM, -1);"
        "connect(a, '127.0.0.1', port)"),
}


def ends_rows():
    for name, prepare in ENDS.items():
        for call in ("getsockname", "getpeername"):
            yield Case(f"{call}: {name}", "S-107", f"_r = a.{call}()",
                       f"_r = {call}(a)", *prepare)
        yield Case(f"str of getsockname: {name}", "S-107",
                   "text = str(a.getsockname())", "text = text_of_name(a)",
                   *prepare)
        yield Case(f"shutdown: {name}", "3.16", "a.shutdown(SHUT_RDWR)",
                   "shutdown(a, SHUT_RDWR)", *prepare)
    for name in ("an idle socket", "an idle IPv6 socket", "a closed socket"):
        yield Case(f"port of getsockname: {name}", "S-107",
                   "n = a.getsockname()[1]", "n = port_of_name(a)",
                   *ENDS[name])
    for how in ("SHUT_RD", "SHUT_WR", "SHUT_RDWR", "7"):
        yield Case(f"shutdown: {how}", "3.16", f"a.shutdown({how})",
                   f"shutdown(a, {how})", *TCP)


def error_rows():
    refused = "Python says OverflowError before any call"
    for pair in ("('127.0.0.1', 65536)", "('127.0.0.1', -1)"):
        yield Case(f"bind: {pair}", "O-14", f"a.bind({pair})",
                   f"bind_tuple(a, {pair!r})", *ENDS["an idle socket"],
                   silent=True, differs=(
                       error("O-14", refused, "OverflowError", "ERANGE"),))
    yield Case("bind: flowinfo out of range", "O-14",
               "a.bind(('::1', 0, 1048576))",
               "bind_tuple(a, \"('::1', 0, 1048576)\")",
               *ENDS["an idle IPv6 socket"], silent=True,
               differs=(error("O-14", refused, "OverflowError", "ERANGE"),))


CASES = [*bound_rows(), *answered_rows(), *ends_rows(), *error_rows()]

main(CASES)
