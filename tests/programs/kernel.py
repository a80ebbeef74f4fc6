"""What the kernel says about processes and their descriptors.

It only reads /proc: it opens nothing in a process and sends it nothing, so
that looking does not change what is seen.
"""

import os
import re
import socket
import struct
from collections import namedtuple

CLOEXEC = 0o2000000

LISTEN, CONNECTED, UNCONNECTED = "LISTEN", "CONNECTED", "UNCONNECTED"

Descriptor = namedtuple("Descriptor", "pid fd inheritable kind inode what")


def is_listener(descriptor):
    return " LISTEN " in descriptor.what


def listeners(pid):
    """The inodes of the listeners that a process holds."""
    return sorted(descriptor.inode for descriptor in descriptors(pid)
                  if is_listener(descriptor))


def show(descriptor):
    flag = "inheritable" if descriptor.inheritable else "cloexec"
    return "pid %d fd %d %s %s %s" % (descriptor.pid, descriptor.fd, flag,
                                      descriptor.kind, descriptor.what)


# ---- processes ---------------------------------------------------------------

def _status(pid):
    """(state, parent) of a process, or None when it is gone."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rsplit(b")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0].decode(), int(fields[1])


def is_running(pid):
    status = _status(pid)
    return status is not None and status[0] not in "ZX"


def is_zombie(pid):
    status = _status(pid)
    return status is not None and status[0] == "Z"


def parent(pid):
    status = _status(pid)
    return status[1] if status else 0


def descendants(root):
    """Every process below root, zombies included, parents before children."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            status = _status(int(name))
            if status:
                children.setdefault(status[1], []).append(int(name))
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def tree(root):
    return [root] + descendants(root)


def command(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().replace(b"\0", b" ").decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def program(pid):
    """The file that the process executes, without "(deleted)"."""
    try:
        path = os.readlink("/proc/%d/exe" % pid)
    except OSError:
        return ""
    return path.removesuffix(" (deleted)")


def has_loaded(pid, path):
    """Whether the file at path is mapped into the process."""
    try:
        with open("/proc/%d/maps" % pid) as file:
            return any(line.rstrip().endswith(path) for line in file)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


# ---- sockets by inode --------------------------------------------------------

def _address(text):
    """An address of /proc/net: 32-bit words in host order, port in hex."""
    host, port = text.split(":")
    words = [int(host[i:i + 8], 16) for i in range(0, len(host), 8)]
    packed = b"".join(struct.pack("=I", word) for word in words)
    if len(packed) == 4:
        name = socket.inet_ntop(socket.AF_INET, packed)
    else:
        name = "[%s]" % socket.inet_ntop(socket.AF_INET6, packed)
    return name, int(port, 16)


def _internet(name, line):
    fields = line.split()
    here, peer = _address(fields[1]), _address(fields[2])
    what = "%s:%d" % here
    if name == "tcp" and fields[3] == "0A":
        state = LISTEN
    elif peer[1]:
        state, what = CONNECTED, what + " -> %s:%d" % peer
    else:
        state = UNCONNECTED
    return fields[9], "%s %s %s" % (name, state, what)


def _unix(name, line):
    fields = line.split(maxsplit=7)
    is_listening = int(fields[3], 16) & 0x10000
    state = CONNECTED if fields[5] == "03" else UNCONNECTED
    path = " " + fields[7].rstrip("\n") if len(fields) > 7 else ""
    return fields[6], "unix %s%s" % (LISTEN if is_listening else state, path)


def _netlink(name, line):
    return line.split()[9], "netlink UNCONNECTED"


_TABLES = (
    ("tcp", "tcp", _internet), ("tcp6", "tcp", _internet),
    ("udp", "udp", _internet), ("udp6", "udp", _internet),
    ("raw", "raw", _internet), ("unix", "unix", _unix),
    ("netlink", "netlink", _netlink),
)


def sockets(pid="self"):
    """{inode: what it is} for the network namespace of a process."""
    found = {}
    for file_name, name, parse in _TABLES:
        try:
            with open("/proc/%s/net/%s" % (pid, file_name),
                      errors="replace") as file:
                lines = file.readlines()[1:]
        except OSError:
            continue
        for line in lines:
            try:
                inode, what = parse(name, line)
            except (IndexError, ValueError):
                continue        # a unix socket's name may contain a newline
            found[inode] = what
    return found


def is_listening(port):
    """Whether a TCP port or the path of a unix socket has a listener. It does
    not connect, as many a server would take that for its first client."""
    ending = " %s" % port if isinstance(port, str) else ":%d" % port
    return any(" LISTEN " in what and what.endswith(ending)
               for what in sockets().values())


# ---- descriptors -------------------------------------------------------------

def _flags(pid, number):
    with open("/proc/%d/fdinfo/%s" % (pid, number)) as file:
        for line in file:
            if line.startswith("flags:"):
                return int(line.split()[1], 8)
    return 0


def _kind(target):
    for kind in ("socket", "pipe", "anon_inode"):
        if target.startswith(kind + ":"):
            return kind
    return "file"


def descriptors(pid):
    """Every descriptor of one process, by number; [] when it is gone."""
    found = []
    known = sockets(pid)
    try:
        numbers = sorted(os.listdir("/proc/%d/fd" % pid), key=int)
    except (FileNotFoundError, ProcessLookupError):
        return found
    for number in numbers:
        try:
            target = os.readlink("/proc/%d/fd/%s" % (pid, number))
            flags = _flags(pid, number)
        except OSError:
            continue            # closed in the meantime
        inode = re.sub(r"^\w+:\[(\d+)\]$", r"\1", target)
        what = known.get(inode, "other UNCONNECTED") \
            if _kind(target) == "socket" else target
        found.append(Descriptor(pid, int(number), not flags & CLOEXEC,
                                _kind(target), inode, what))
    return found


# ---- what fdlook reported
# ----------------------------------------------------

Look = namedtuple("Look", "pid parent descriptors")


def looks(path):
    """The complete blocks of a report of tests/helpers/fdlook.c."""
    found, current = [], None
    with open(path) as file:
        for line in file:
            word, *rest = line.rstrip("\n").split(" ", 5)
            if word == "process":
                current = Look(int(rest[0]), int(rest[1]), [])
            elif word == "fd":
                fd, flag, kind, inode, what = rest
                current.descriptors.append(Descriptor(
                    current.pid, int(fd), flag == "inheritable", kind, inode,
                    what))
            elif word == "end":
                found.append(current)
    return found
