#!/usr/bin/python3
"""Kernels and policies without the atomic calls: S-9, S-10, S-31, S-90, S-93,
made by fault injection; each row in a process whose latches know nothing."""

from case import Case, descriptors, drop_calls, error_added, other_calls, value
from differential import main

SOCKET = ("s = socket.socket()", "s = create_socket(-1, -1, -1)")
TWO = (SOCKET[0] + "; t = socket.socket(AF_UNIX)",
       SOCKET[1] + "; t = create_socket(AF_UNIX, -1, -1)")
PAIR = ("a, b = socket.socketpair()", "a, b = socketpair(-1, SOCK_STREAM, 0)")
FD = ("f, g = os.pipe()", "f, g = os_pipe()")
QUEUE = ("l = socket.create_server('path', family=AF_UNIX);"
         "c = socket.socket(AF_UNIX); c.connect('path');"
         "d = socket.socket(AF_UNIX); d.connect('path')",
         "l = create_server('path', None, family=AF_UNIX);"
         "c = create_socket(AF_UNIX, -1, -1); connect(c, 'path');"
         "d = create_socket(AF_UNIX, -1, -1); connect(d, 'path')")
ACCEPT = ("s, _ = l.accept()", "s, _addr = accept(l)")
ACCEPT_TWO = (ACCEPT[0] + "; t, _ = l.accept()",
              ACCEPT[1] + "; t, _addr = accept(l)")
EQUAL = "equal numbers are refused without dup3 as they are with it"
STAYS_OPEN = "the caller's descriptor stays open and the caller's"
FAILED_ATTEMPT = "an attempt that failed tells nothing of the kernel"
TWICE = ("closed once; CPython closes the number a second time, when another "
         "thread may have it")
OWN_FLAG = ("the flag that the caller asked for is set in the second step, "
            "where the kernel does not know it")


def socket_rows():
    yield Case("socket: EINVAL means a kernel without SOCK_CLOEXEC, from then "
               "on", "S-9", *TWO, inject="socket:error=EINVAL:when=1")
    yield Case("socket: the latch holds for socketpair", "S-10",
               SOCKET[0] + ";" + PAIR[0], SOCKET[1] + ";" + PAIR[1],
               inject="socket:error=EINVAL:when=1")
    yield Case("socketpair: EINVAL means a kernel without SOCK_CLOEXEC, from "
               "then on", "S-21", PAIR[0] + "; c, d = socket.socketpair()",
               PAIR[1] + "; c, d = socketpair(-1, SOCK_STREAM, 0)",
               inject="socketpair:error=EINVAL:when=1")
    yield Case("socketpair: the latch holds for socket", "S-10",
               PAIR[0] + ";" + SOCKET[0], PAIR[1] + ";" + SOCKET[1],
               inject="socketpair:error=EINVAL:when=1")
    yield Case("socket: EINVAL is reported once the flag has worked", "S-9",
               TWO[0] + "; u = socket.socket()",
               TWO[1] + "; u = create_socket(-1, -1, -1)",
               inject="socket:error=EINVAL:when=2")
    yield Case("socketpair: EINVAL is reported once socket has worked",
               "S-10", SOCKET[0] + ";" + PAIR[0], SOCKET[1] + ";" + PAIR[1],
               inject="socketpair:error=EINVAL:when=1")
    yield Case("socket: another error leaves the latch unknown", "S-9",
               TWO[0] + "; u = socket.socket()",
               TWO[1] + "; u = create_socket(-1, -1, -1)",
               inject="socket:error=ENFILE:when=1")
    yield Case("socket: EINVAL after another error is an old kernel", "S-9",
               TWO[0], TWO[1], "", "", inject="socket:error=EINVAL:when=1")
    yield Case("socket: on an old kernel EINVAL is reported", "S-9",
               TWO[0] + "; u = socket.socket()",
               TWO[1] + "; u = create_socket(-1, -1, -1)",
               inject="socket:error=EINVAL:when=1..2",
               differs=(other_calls(
                   "B-1", "EINVAL with and without the flag tells nothing of "
                   "the kernel",
                   "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) "
                   "= -1 EINVAL",
                   "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = -1 EINVAL",
                   "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = fd3",
                   "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) "
                   "= fd4"),))
    yield Case("socket: in two steps with a default timeout", "S-6 S-9",
               *SOCKET, "socket.setdefaulttimeout(2)",
               "setdefaulttimeout_ns(2_000_000_000)",
               inject="socket:error=EINVAL:when=1")
    yield Case("socket: in two steps with the caller's SOCK_CLOEXEC", "S-9",
               "s = socket.socket(type=SOCK_STREAM | SOCK_CLOEXEC)",
               "s = create_socket(-1, SOCK_STREAM | SOCK_CLOEXEC, -1)",
               inject="socket:error=EINVAL:when=1",
               differs=(other_calls(
                   "S-9", OWN_FLAG,
                   "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) "
                   "= -1 EINVAL",
                   "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = fd3",
                   "ioctl(fd3, FIOCLEX) = 0"),))
    yield Case("socket: closed if it cannot be made non-inheritable", "S-7",
               TWO[0], TWO[1], inject="socket:error=EINVAL:when=1 "
               "ioctl:error=EIO:when=1",
               differs=(other_calls(
                   "B-1", FAILED_ATTEMPT,
                   "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) "
                   "= -1 EINVAL",
                   "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = fd3",
                   "ioctl(fd3, FIOCLEX) = -1 EIO", "close(fd3) = 0",
                   "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = fd3"),))
    yield Case("socket: closed if its mode cannot be set", "S-7", *SOCKET,
               "socket.setdefaulttimeout(2)",
               "setdefaulttimeout_ns(2_000_000_000)",
               inject="ioctl:error=EIO:when=1",
               differs=(drop_calls("S-7", TWICE, r"= -1 EBADF"),))
    yield Case("socketpair: both closed if a mode cannot be set", "S-23",
               *PAIR, "socket.setdefaulttimeout(2)",
               "setdefaulttimeout_ns(2_000_000_000)",
               inject="ioctl:error=EIO:when=1",
               differs=(drop_calls("S-23", TWICE, r"= -1 EBADF"),))
    yield Case("adopt: the caller's descriptor stays if the mode cannot be "
               "set", "S-7", "t = socket.socket(fileno=f)",
               "t = adopt(f, -1, -1, -1)",
               SOCKET[0] + "; f = s.detach(); socket.setdefaulttimeout(2)",
               SOCKET[1] + "; f = detach(s);"
               "setdefaulttimeout_ns(2_000_000_000)",
               inject="ioctl:error=EIO:when=1",
               differs=(drop_calls("B-8", STAYS_OPEN, r"= -1 EBADF|^close"),
                        descriptors("B-8", STAYS_OPEN, fewer=-1)))


def accept_rows():
    yield Case("accept: ENOSYS means a kernel without accept4, from then on",
               "S-31", *ACCEPT_TWO, *QUEUE,
               inject="accept4:error=ENOSYS:when=1")
    yield Case("accept: ENOSYS after accept4 has worked", "S-31",
               *ACCEPT_TWO, *QUEUE, inject="accept4:error=ENOSYS:when=2")
    yield Case("accept: another error is no missing call", "S-31",
               *ACCEPT_TWO, *QUEUE, inject="accept4:error=EPROTO:when=1")
    yield Case("accept: in two steps with a default timeout", "S-28 S-31",
               *ACCEPT, QUEUE[0] + "; socket.setdefaulttimeout(2)",
               QUEUE[1] + "; setdefaulttimeout_ns(2_000_000_000)",
               inject="accept4:error=ENOSYS:when=1")
    yield Case("accept: in two steps with a timeout", "S-29 S-31", *ACCEPT,
               QUEUE[0] + "; l.settimeout(3)",
               QUEUE[1] + "; settimeout_ns(l, 3_000_000_000)",
               inject="accept4:error=ENOSYS:when=1",
               differs=(drop_calls("S-28", "the connection is blocking "
                                   "already", r"FIONBIO, \[0\]"),))
    yield Case("accept: EINTR in the second way is retried", "S-31 S-60",
               *ACCEPT, *QUEUE,
               inject="accept4:error=ENOSYS:when=1 accept:error=EINTR:when=1",
               differs=(other_calls(
                   "B-1", FAILED_ATTEMPT,
                   "accept4(fd3, PTR, [SIZE], SOCK_CLOEXEC) = -1 ENOSYS",
                   "accept(fd3, PTR, [SIZE]) = -1 EINTR",
                   "accept4(fd3, {sa_family=AF_UNIX}, [SIZE], SOCK_CLOEXEC) "
                   "= fd6"),))
    yield Case("accept: closed if it cannot be made non-inheritable", "S-33",
               *ACCEPT, *QUEUE, inject="accept4:error=ENOSYS:when=1 "
               "ioctl:error=EIO:when=1")


def flag_rows():
    for name in ("ENOTTY", "EACCES"):
        yield Case(f"set_inheritable: {name} from ioctl is remembered", "S-90",
                   "os.set_inheritable(f, True); os.set_inheritable(g, True);"
                   "os.set_inheritable(f, False)",
                   "set_inheritable(f, 1); set_inheritable(g, 1);"
                   "set_inheritable(f, 0)", *FD,
                   inject=f"ioctl:error={name}:when=1")
        yield Case(f"set_inheritable: nothing to change after {name}", "S-90",
                   "os.set_inheritable(f, False);"
                   "os.set_inheritable(g, False)",
                   "set_inheritable(f, 0); set_inheritable(g, 0)", *FD,
                   inject=f"ioctl:error={name}:when=1")
        yield Case(f"set_inheritable: fcntl fails after {name}", "S-90",
                   "os.set_inheritable(f, True); os.set_inheritable(g, True)",
                   "set_inheritable(f, 1); set_inheritable(g, 1)", *FD,
                   inject=f"ioctl:error={name}:when=1 "
                   "fcntl:error=EPERM:when=2")
        yield Case(f"socket: in two steps, with {name} from ioctl", "S-9 S-90",
                   *TWO, inject="socket:error=EINVAL:when=1 "
                   f"ioctl:error={name}:when=1")
    for name in ("EINVAL", "EIO"):
        yield Case(f"set_inheritable: {name} from ioctl is reported", "S-90",
                   "os.set_inheritable(f, True); os.set_inheritable(g, True)",
                   "set_inheritable(f, 1); set_inheritable(g, 1)", *FD,
                   inject=f"ioctl:error={name}:when=1")
    yield Case("set_inheritable: EBADF from ioctl is not remembered", "S-90",
               "os.set_inheritable(f, True); os.set_inheritable(g, True)",
               "set_inheritable(f, 1); set_inheritable(g, 1)", *FD,
               inject="ioctl:error=EBADF:when=1")
    yield Case("get_inheritable: an error is reported", "S-87",
               "os.get_inheritable(f)", "n = get_inheritable(f)", *FD,
               inject="fcntl:error=EPERM:when=1")


def dup_rows():
    both = ("os.dup2(f, 20, False); os.dup2(g, 21, False)",
            "dup2(f, 20, 0); dup2(g, 21, 0)")
    yield Case("dup2: ENOSYS means a kernel without dup3, from then on",
               "S-93", *both, *FD, inject="dup3:error=ENOSYS:when=1")
    yield Case("dup2: ENOSYS after dup3 has worked", "S-93", *both,
               *FD, inject="dup3:error=ENOSYS:when=2")
    yield Case("dup2: another error is no missing call", "S-93", *both, *FD,
               inject="dup3:error=EBUSY:when=1")
    yield Case("dup2: equal numbers without dup3", "S-94",
               "os.dup2(f, f, False); n = os.get_inheritable(f)",
               "dup2(f, f, 0); n = get_inheritable(f)",
               FD[0] + "; os.set_inheritable(f, True)",
               FD[1] + "; set_inheritable(f, 1)",
               inject="dup3:error=ENOSYS:when=1",
               differs=(other_calls("S-94", EQUAL,
                                    "dup3(fd3, fd3, O_CLOEXEC) = -1 ENOSYS",
                                    "fcntl(fd3, F_GETFD) = 0"),
                        error_added("S-94", EQUAL, "EINVAL"),
                        value("S-94", EQUAL, "n", "number", 1),
                        descriptors("S-94", EQUAL, fewer_inheritable=-1)))
    yield Case("dup2: without dup3 and ioctl", "S-90 S-93", *both, *FD,
               inject="dup3:error=ENOSYS:when=1 ioctl:error=ENOTTY:when=1")
    yield Case("dup2: closed if it cannot be made non-inheritable", "S-93",
               *both, *FD,
               inject="dup3:error=ENOSYS:when=1 ioctl:error=EIO:when=1",
               differs=(other_calls(
                   "B-1", FAILED_ATTEMPT,
                   "dup3(fd3, 20, O_CLOEXEC) = -1 ENOSYS",
                   "dup2(fd3, 20) = fd20", "ioctl(fd20, FIOCLEX) = -1 EIO",
                   "close(fd20) = 0", "dup3(fd4, 21, O_CLOEXEC) = fd21"),))
    yield Case("dup: an error of F_DUPFD_CLOEXEC has no second way", "S-34",
               "d = a.dup()", "d = dup(a)", *PAIR,
               inject="fcntl:error=EINVAL:when=1")


CASES = [*socket_rows(), *accept_rows(), *flag_rows(), *dup_rows()]

main(CASES)
