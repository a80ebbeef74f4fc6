"""The Python side: makes the calls of cases and says what came of them.

Started with /usr/bin/python3 under strace. Standard input is a JSON list of
cases; each runs in a child in a folder of its name, its call in a child of
that child (as tests/helpers/api_driver.c does, whose words these are).
"""

import array
import ast
import errno
import fcntl
import gc
import json
import os
import resource
import selectors  # noqa: F401, or it is loaded within a call
import signal
import socket
import struct
import sys

import encodings.idna  # noqa: F401, likewise

def open_numbers():
    return {number for number in range(256)
            if os.path.lexists(f"/proc/self/fd/{number}")}


# CPython 3.14's ctypes wants to know the home directory, and asks libc without
# HOME: what a case looks up would not be the first look-up then.
os.environ.setdefault("HOME", "/")
# libffi 3.5 keeps a descriptor of its own file, for callbacks: there are none
# here, and each number would be another than on the other side.
HELD = open_numbers()
import ctypes  # noqa: E402
for left in open_numbers() - HELD:
    os.close(left)

MARK = 2147480000
ERRNO_NAMES = {**errno.errorcode, errno.EOPNOTSUPP: "EOPNOTSUPP"}
EAI_NAMES = {getattr(socket, name): name for name in dir(socket)
             if name.startswith("EAI_")}


def mark(number):
    """A system call that nobody else makes."""
    try:
        os.getsid(MARK + number)
    except OSError:
        pass


# ---- what a case needs besides the socket module ----------------------------

def port_of(sock):
    return sock.getsockname()[1]


def fill(sock):
    """Until the kernel takes no more."""
    size = 65536
    while size:
        try:
            while True:
                sock.send(bytes(size), socket.MSG_DONTWAIT)
        except BlockingIOError:
            size //= 2


def on_alarm(last, sock):
    """Interrupts; alarm number `last` writes a byte to `sock`."""
    count = 0

    def alarmed(_number, _frame):
        nonlocal count
        count += 1
        if count == last:
            os.write(sock.fileno(), b"x")

    signal.signal(signal.SIGALRM, alarmed)


def raise_at_alarm(last):
    """A handler that ends the call that it interrupts."""
    count = 0

    def alarmed(_number, _frame):
        nonlocal count
        count += 1
        if count == last:
            raise InterruptedError(errno.EINTR, "stopped")

    signal.signal(signal.SIGALRM, alarmed)


def alarm_every_ms(step):
    signal.setitimer(signal.ITIMER_REAL, step / 1000, step / 1000)


def resolve_to(*hosts):
    """A resolver with given answers."""
    def getaddrinfo(_host, port, *_arguments):
        return [(socket.AF_INET6 if ":" in host else socket.AF_INET,
                 socket.SOCK_STREAM, socket.IPPROTO_TCP, "",
                 (host, port, 0, 0) if ":" in host else (host, port))
                for host in hosts]

    socket.getaddrinfo = getaddrinfo


def spend(name, times):
    """System calls that do nothing, so that what strace injects into the first
    ones does not hit the preparation."""
    for _ in range(times):
        getattr(ctypes.CDLL(None), name)(-1, -1, -1, -1, -1, -1)


def limit_files(number=None):
    """How many descriptors may be open; as many as at start without one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (number or most, most))


def checked(number):
    """connect_ex() as connect(): the number as an error."""
    if number:
        raise OSError(number, os.strerror(number))


NAMES = {name: value for name, value in vars(socket).items()
         if name.isupper() or name.replace("_", "").isupper()}
NAMES.update({
    "MSG_CMSG_CLOEXEC": 0x40000000,
    "array": array, "errno": errno, "fcntl": fcntl, "os": os,
    "signal": signal, "socket": socket, "struct": struct,
    "port_of": port_of, "fill": fill, "on_alarm": on_alarm,
    "raise_at_alarm": raise_at_alarm, "alarm_every_ms": alarm_every_ms,
    "resolve_to": resolve_to, "limit_files": limit_files, "checked": checked,
})


# ---- in one word ------------------------------------------------------------

def error_name(error):
    if isinstance(error, ExceptionGroup):
        return error_name(error.exceptions[-1])
    if isinstance(error, socket.gaierror):
        return EAI_NAMES[error.errno]
    if isinstance(error, OSError) and error.errno is not None:
        return (EAI_NAMES[error.errno] if error.errno < 0
                else ERRNO_NAMES.get(error.errno, str(error.errno)))
    return f"{type(error).__name__}: {error}"


def flag(sock, command, mask):
    try:
        return int(bool(fcntl.fcntl(sock.fileno(), command) & mask))
    except (OSError, ValueError):
        return -1


def describe_socket(sock):
    timeout = sock.gettimeout()
    close_on_exec = flag(sock, fcntl.F_GETFD, fcntl.FD_CLOEXEC)
    return ["socket", int(sock.family), int(sock.type), sock.proto,
            -1 if timeout is None else round(timeout * 1e9),
            close_on_exec if close_on_exec < 0 else 1 - close_on_exec,
            flag(sock, fcntl.F_GETFL, os.O_NONBLOCK)]


def describe(name, value):
    """As the C side prints it; None for what is not compared."""
    if name.startswith(("_", "port")):
        return None
    if name.startswith("text"):
        return ["text", value]
    if name.startswith("addr"):
        return ["address", repr(value)]
    if isinstance(value, socket.socket):
        return describe_socket(value)
    if isinstance(value, int):
        return ["number", int(value)]
    if isinstance(value, (bytes, str)):
        return ["bytes", (value.encode() if isinstance(value, str)
                          else value).hex()]
    if isinstance(value, list):
        return ["list", *value]
    return None


# ---- running ----------------------------------------------------------------

def run(statements, names):
    """Each statement by itself: the errors of those that failed."""
    errors = []
    for statement in statements:
        try:
            exec(statement, names)  # pylint: disable=exec-used
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)
            error.__traceback__ = None
    return errors


def compiled(text):
    return [compile(ast.Module([statement], []), text, "exec")
            for statement in ast.parse(text).body]


def count_descriptors():
    """Open descriptors, and how many of them survive exec."""
    count = [0, 0]
    for name in os.listdir("/proc/self/fd"):
        try:
            flags = fcntl.fcntl(int(name), fcntl.F_GETFD)
        except OSError:
            continue    # the one of the listing
        count[0] += 1
        count[1] += not flags & fcntl.FD_CLOEXEC
    return count


def make_call(statements, names):
    mark(1)
    errors = run(statements, names)
    mark(2)
    for error in errors:
        if isinstance(error, ExceptionGroup):
            names["errors"] = [error_name(each) for each in error.exceptions]
    said = {"pid": os.getpid(), "errors": [error_name(e) for e in errors]}
    del errors
    gc.collect()
    limit_files()
    said["open"] = count_descriptors()
    said["variables"] = {
        name: describe(name, value) for name, value in names.items()
        if name not in NAMES and describe(name, value) is not None}
    print(json.dumps(said), flush=True)


def in_child(work):
    """Runs `work` in a child and waits; says if it ended badly."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        try:
            work()
            sys.stdout.flush()
            os._exit(0)
        except BaseException as error:  # pylint: disable=broad-except
            print(json.dumps({"complaint": f"{error!r}"}), flush=True)
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if status:
        print(json.dumps({"complaint": f"ended with status {status:#x}"}),
              flush=True)


def prepare(case):
    names = dict(NAMES)
    os.chdir(case["name"])
    for name, times in case["spend"]:
        spend(name, times)
    exec(case["prepare"], names)  # pylint: disable=exec-used
    statements = compiled(case["call"])
    in_child(lambda: make_call(statements, names))


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for case in json.load(sys.stdin):
        print(json.dumps({"case": case["name"]}), flush=True)
        in_child(lambda case=case: prepare(case))


main()
