#!/usr/bin/python3
"""The inheritable flag, dup2 and closing: S-38..S-44, S-86..S-94."""

from case import Case, drop_calls, error, since, until
from differential import main

PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, SOCK_STREAM, 0)")
CLOSED = (PAIR[0] + "; a.close()", PAIR[1] + "; close(a)")

# From here on dup2() leaves negative numbers to the kernel (gh-102179).
NEGATIVE = ((3, 11, 3),)

# Any descriptor, as `f`.
KINDS = {
    "a socket": ("f = socket.socket().detach()",
                 "_s = create_socket(-1, -1, -1); f = detach(_s)"),
    "a pipe": ("f, _w = os.pipe()", "f, _w = os_pipe()"),
    "a file": ("f = os.open('file', os.O_CREAT | os.O_RDWR)",
               "f = os_open('file', O_CREAT | O_RDWR | O_CLOEXEC)"),
    "an O_PATH descriptor": ("f = os.open('.', os.O_PATH)",
                             "f = os_open('.', O_PATH | O_CLOEXEC)"),
    "a closed descriptor": ("f = 9", "f = os_number(9)"),
    "a negative descriptor": ("f = -1", "f = os_number(-1)"),
}


def flag_rows():
    for kind, made in KINDS.items():
        yield Case(f"get_inheritable: {kind}", "S-87",
                   "n = os.get_inheritable(f)", "n = get_inheritable(f)", *made)
        for name, value in (("True", 1), ("False", 0)):
            yield Case(f"set_inheritable: {name} for {kind}", "S-88 S-90",
                       f"os.set_inheritable(f, {name})",
                       f"set_inheritable(f, {value})", *made)
            if "closed" in kind or "negative" in kind:
                continue
            yield Case(f"set_inheritable: {name} again for {kind}",
                       "S-88 S-90", f"os.set_inheritable(f, {name});"
                       "n = os.get_inheritable(f)",
                       f"set_inheritable(f, {value}); n = get_inheritable(f)",
                       made[0] + f"; os.set_inheritable(f, {name})",
                       made[1] + f"; set_inheritable(f, {value})")
    yield Case("get_inheritable: what F_SETFD cleared", "S-89",
               "n = os.get_inheritable(f)", "n = get_inheritable(f)",
               KINDS["a socket"][0] + "; fcntl.fcntl(f, fcntl.F_SETFD, 0)",
               KINDS["a socket"][1] + "; _ = os_fcntl(f, F_SETFD, 0)")
    yield Case("set_inheritable: a socket by itself", "S-88",
               "a.set_inheritable(True); n = a.get_inheritable()",
               "set_inheritable(a, 1); n = get_inheritable(a)", *PAIR)
    yield Case("set_inheritable: a closed socket", "S-44",
               "a.set_inheritable(True)", "set_inheritable(a, 1)", *CLOSED)
    yield Case("get_inheritable: a closed socket", "S-44",
               "a.get_inheritable()", "n = get_inheritable(a)", *CLOSED)


def dup2_rows():
    made = KINDS["a socket"]
    for kind in ("a socket", "a pipe", "an O_PATH descriptor"):
        yield Case(f"dup2: {kind}, inheritable by default", "S-93",
                   "n = os.dup2(f, 20)", "n = dup2(f, 20, 1)", *KINDS[kind])
        yield Case(f"dup2: {kind}, not inheritable", "S-93",
                   "n = os.dup2(f, 20, inheritable=False)",
                   "n = dup2(f, 20, 0)", *KINDS[kind])
    yield Case("dup2: the flag of the target goes", "S-93",
               "n = os.dup2(f, g)", "n = dup2(f, g, 1)",
               made[0] + "; g = socket.socket().detach()",
               made[1] + "; _t = create_socket(-1, -1, -1); g = detach(_t)")
    yield Case("dup2: onto a standard stream", "S-93", "n = os.dup2(f, 0)",
               "n = dup2(f, 0, 1)", *made)
    yield Case("dup2: onto a standard stream, not inheritable", "S-93",
               "n = os.dup2(f, 0, False)", "n = dup2(f, 0, 0)", *made)
    for name, value in (("True", 1), ("False", 0)):
        yield Case(f"dup2: equal numbers, inheritable={name}", "S-94",
                   f"n = os.dup2(f, f, {name})", f"n = dup2(f, f, {value})",
                   *made)
        yield Case(f"dup2: equal numbers of an inheritable descriptor, "
                   f"inheritable={name}", "S-94",
                   f"n = os.dup2(f, f, {name})", f"n = dup2(f, f, {value})",
                   made[0] + "; os.set_inheritable(f, True)",
                   made[1] + "; set_inheritable(f, 1)")
        yield Case(f"dup2: a closed descriptor, inheritable={name}", "S-93",
                   f"n = os.dup2(9, 20, {name})", f"n = dup2(9, 20, {value})")
        yield Case(f"dup2: beyond the limit, inheritable={name}", "S-93",
                   f"n = os.dup2(f, 20, {name})", f"n = dup2(f, 20, {value})",
                   made[0] + "; limit_files(10)",
                   made[1] + "; os_limit_files(10)")
        for numbers in ("-1, 20", "f, -1"):
            yield Case(f"dup2: {numbers}, inheritable={name}", "S-94",
                       f"os.dup2({numbers}, {name})",
                       f"n = dup2({numbers}, {value})", *made,
                       differs=(
                           *until(NEGATIVE, error(
                               "B-6", "EBADF, not the errno of an earlier "
                               "call", "ESRCH", "EBADF")),
                           *since(NEGATIVE, drop_calls(
                               "S-94", "what cannot be open is not asked for",
                               "^dup[23]"))),
                       silent=True)
    for name, value, call in (("True", 1, "dup2"), ("False", 0, "dup3")):
        yield Case(f"dup2: EINTR is reported, inheritable={name}", "S-60",
                   f"n = os.dup2(f, 20, {name})", f"n = dup2(f, 20, {value})",
                   *made, inject=f"{call}:error=EINTR:when=1")


def close_rows():
    yield Case("close: once", "S-39", "a.close()", "close(a)", *PAIR)
    yield Case("close: again makes no call", "S-39", "a.close(); a.close()",
               "close(a); close(a)", *CLOSED, silent=True)
    yield Case("close: an inherited number that is gone", "S-41",
               "a.close(); a.close()", "close(a); close(a)",
               PAIR[0] + "; os.close(a.fileno())",
               PAIR[1] + "; _ = os_close(a)")
    yield Case("detach: the number, open and unchanged", "S-38",
               "n = a.detach()", "n = detach(a)", *PAIR, silent=True)
    yield Case("detach: -1 when closed", "S-38", "n = a.detach()",
               "n = detach(a)", *CLOSED, silent=True)
    yield Case("detach: closing afterwards makes no call", "S-38",
               "n = a.detach(); a.close()", "n = detach(a); close(a)", *PAIR,
               silent=True)
    yield Case("close_fd: a socket's number", "S-42", "socket.close(f)",
               "close_fd(f)", *KINDS["a socket"])
    yield Case("close_fd: not open", "S-42", "socket.close(9)", "close_fd(9)")
    yield Case("close_fd: -1 reaches the kernel", "S-42", "socket.close(-1)",
               "close_fd(-1)")
    for name in ("ECONNRESET", "EIO", "EINTR", "ENOSPC"):
        yield Case(f"close: {name}", "S-40 S-41", "a.close(); a.close()",
                   "close(a); close(a)", *PAIR,
                   inject=f"close:error={name}:when=1")
        yield Case(f"close_fd: {name}", "S-40 S-41 S-42", "socket.close(f)",
                   "close_fd(f)", *KINDS["a socket"],
                   inject=f"close:error={name}:when=1")


def closed_rows():
    """S-44: every operation on a closed socket says EBADF."""
    for name, python, c in (
            ("listen", "a.listen()", "listen(a, 128)"),
            ("shutdown", "a.shutdown(SHUT_RDWR)", "shutdown(a, SHUT_RDWR)"),
            ("bind", "a.bind('path')", "bind(a, 'path')"),
            ("connect", "a.connect('path')", "connect(a, 'path')")):
        yield Case(f"{name}: a closed socket", "S-44", python, c, *CLOSED)


def simple_rows():
    tcp = ("a = socket.socket(); a.bind(('127.0.0.1', 0))",
           "a = create_socket(-1, -1, -1); bind(a, '127.0.0.1', '0')")
    for name, given, number in (("the default", "", "128"), ("7", "7", "7"),
                                ("0", "0", "0"), ("-3", "-3", "-3"),
                                ("INT_MAX", "2147483647", "2147483647")):
        yield Case(f"listen: a backlog of {name}", "S-84",
                   f"a.listen({given})", f"listen(a, {number})", *tcp)
    yield Case("listen: datagrams", "S-84", "a.listen()", "listen(a, 128)",
               "a = socket.socket(type=SOCK_DGRAM)",
               "a = create_socket(-1, SOCK_DGRAM, -1)")
    for how in ("SHUT_RD", "SHUT_WR", "SHUT_RDWR", "99"):
        yield Case(f"shutdown: {how}", "S-8", f"a.shutdown({how})",
                   f"shutdown(a, {how})", *PAIR)
    yield Case("shutdown: not connected", "S-8", "a.shutdown(SHUT_RD)",
               "shutdown(a, SHUT_RD)", *tcp)


CASES = [*flag_rows(), *dup2_rows(), *close_rows(), *closed_rows(),
         *simple_rows()]

main(CASES)
