#!/usr/bin/python3
"""The shim's cost, compared with native runs, simple preloads and other
libraries."""

import os
import subprocess
import sys
import tempfile

import measure
from measure import SHIM

# What others do instead: set the flag afterwards, or only pass the call on.
NAIVE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
static int mark(int fd) { if (fd >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC); return fd; }
#define NEXT(name) static __typeof__(name) *next; \
	if (!next) next = dlsym(RTLD_NEXT, #name)
int socket(int d, int t, int p) { NEXT(socket); return mark(next(d, t, p)); }
int accept(int f, struct sockaddr *a, socklen_t *l)
{ NEXT(accept); return mark(next(f, a, l)); }
int accept4(int f, struct sockaddr *a, socklen_t *l, int g)
{ NEXT(accept4); return mark(next(f, a, l, g)); }
int dup(int f) { NEXT(dup); return mark(next(f)); }
int socketpair(int d, int t, int p, int v[2])
{ NEXT(socketpair); int r = next(d, t, p, v); if (!r) { mark(v[0]); mark(v[1]); } return r; }
"""

# The call, and the other call in its loop, whose cost is subtracted: accept
# needs a client, recvmsg a sender.
CALLS = (
    ("socket", None), ("socketpair", None), ("accept", "connect"),
    ("accept4", "connect"), ("dup", None), ("recvmsg", "send"),
    ("socket+close", None), ("dup+close", None), ("open+close", None),
    ("connect", None),
)


def objects(folder):
    """(name, path) of the objects that are compared and installed."""
    empty = measure.compile_object(folder, "empty", "void nothing(void) {}\n")
    naive = measure.compile_object(folder, "naive", NAIVE)
    rows = [
        ("noinherit", SHIM),
        ("empty .so", empty),
        ("naive fcntl-after", naive),
        ("socket_wrapper", measure.find_library("libsocket_wrapper.so")),
        ("torsocks", measure.find_library("libtorsocks.so")),
        ("libfaketime", measure.find_library("libfaketime.so.1")),
    ]
    return [(name, path) for name, path in rows if path]


def table(title, columns, rows):
    print(f"\n{title}")
    width = max(len(row[0]) for row in rows)
    print(" " * width, *(f"{column:>12}" for column in columns))
    for name, *cells in rows:
        print(f"{name:<{width}}", *(f"{cell:>12}" for cell in cells))


def net(measured, call, besides, path):
    """What the object adds to the call, without the other call in the loop."""
    added = measured(call, path) - measured(call)
    if besides:
        added -= measured(besides, path) - measured(besides)
    return added


def cell(measured, call, besides, path):
    """The cell of one object; torsocks, for one, refuses some of the calls."""
    try:
        return f"{net(measured, call, besides, path):+.1f}"
    except subprocess.CalledProcessError:
        if path == SHIM:
            raise
        return "refuses"


def per_call(title, measured, preloads):
    names = [name for name, _ in preloads]
    rows = []
    for call, besides in CALLS:
        native = measured(call) - (measured(besides) if besides else 0)
        rows.append((call, f"{native:.1f}",
                     *(cell(measured, call, besides, path)
                       for _, path in preloads)))
    table(title, ["native", *(f"{name[:10]}" for name in names)], rows)


def start_up(preloads):
    true = ["/bin/true"]
    native = (measure.instructions(true), measure.system_calls(true),
              measure.page_faults(true))
    rows = [("native", *(f"{n:.0f}" for n in native))]
    for name, path in preloads:
        more = (measure.instructions(true, path) - native[0],
                 measure.system_calls(true, path) - native[1],
                 measure.page_faults(true, path) - native[2])
        rows.append((name, *(f"{n:+.0f}" for n in more)))
    table("Start-up, /bin/true: what each adds",
          ["instructions", "system calls", "page faults"], rows)


def ratio_cell(command, path):
    try:
        median, low, high = measure.ratio(command, path)
    except subprocess.CalledProcessError:
        if path == SHIM:
            raise
        return "refuses"
    return f"{median:.2f} {low:.2f}-{high:.2f}"


def times(preloads):
    loads = (("socket+close", 100000), ("accept+close", 20000),
             ("server", 10000), ("dup+close", 200000))
    rows = []
    others = [("valgrind --track-fds", ["valgrind", "-q", "--tool=none",
                                        "--track-fds=yes"]),
              ("strace", ["strace", "-f", "-o", "/dev/null"])]
    for name, path in preloads:
        cells = []
        for load, count in loads:
            command = [measure.WORKLOAD, load, str(count)]
            cells.append(ratio_cell(command, path))
        rows.append((name, *cells))
    for name, wrapper in others:
        if not measure.has(wrapper[0]):
            continue
        cells = []
        for load, count in loads:
            command = [measure.WORKLOAD, load, str(count // 20)]
            median, _, _ = measure.ratio(command, None, wrapper, pairs=3)
            cells.append(f"{median:.1f}")
        rows.append((name, *cells))
    print("\nTime over native, median and range of runs that take turns")
    for row in [("", *(load for load, _ in loads)), *rows]:
        print(f"{row[0]:<22}", *(f"{cell:>16}" for cell in row[1:]))


def execs():
    """The time of an exec with that many sockets open; with "again" the new
    image is given the sockets."""
    rows = []
    for way in ("execve", "posix_spawn", "again"):
        for count, rounds in ((0, 101), (10, 101), (19000, 7)):
            command = [measure.helper("exec_cost"), way, str(count),
                       str(rounds)]
            cells = [float(measure.run(command, preload).stdout)
                     for preload in (None, SHIM)]
            rows.append((f"{way}, {count} sockets",
                         *(f"{cell:.0f}" for cell in cells),
                         f"{cells[1] / cells[0]:.2f}"))
    table("Microseconds of an exec, from the call to the child's end",
          ["native", "noinherit", "ratio"], rows)


def deep_binding():
    """php loads its extensions with RTLD_DEEPBIND."""
    if not measure.has("php"):
        return
    cells = [measure.instructions(["php", "-r", ";"], preload)
             for preload in (None, SHIM)]
    table("Instructions of php -r ';', whose extensions are deep-bound",
          ["native", "noinherit", "more"],
          [("php", *cells, f"{cells[1] - cells[0]:+d}")])


def main():
    if not measure.has("valgrind") or not measure.has("strace"):
        print("bench: valgrind and strace are needed", file=sys.stderr)
        return 125
    with tempfile.TemporaryDirectory() as folder:
        preloads = objects(folder)
        print("The shim")
        sizes = measure.run(["size", SHIM]).stdout.split()[-6:]
        print(f"file: {os.path.getsize(SHIM)} bytes; text and data: "
              f"{int(sizes[0]) + int(sizes[1])} (goal: 40960 at most)")
        per_call("Instructions added per call (callgrind, slope of 100 to 500)",
                 measure.instructions_per_call, preloads)
        per_call("System calls added per call (strace, slope of 10 to 110)",
                 measure.system_calls_per_call, preloads[:3])
        start_up(preloads)
        deep_binding()
        if "--no-times" not in sys.argv:
            execs()
            times(preloads)
    return 0


sys.exit(main())
