#!/usr/bin/python3
"""Xwayland gets from weston the sockets that its arguments name by number.

weston dup()s its two listeners and the window manager's socket in the child
and passes "-listen 29 -listen 30 -wm 31" beside WAYLAND_SOCKET.
"""

import os

import harness

WESTON = "/usr/bin/weston"
XWAYLAND = "/usr/bin/Xwayland"

CONFIG = """
[core]
xwayland=true
[xwayland]
path=%s
"""

# Where X servers put their sockets; the system creates it at boot.
DIRECTORY = "/tmp/.X11-unix"


def make_directory():
    if not os.path.isdir(DIRECTORY):
        os.mkdir(DIRECTORY)
        os.chmod(DIRECTORY, 0o1777)


def numbers(text):
    return sorted(int(word) for word in text.split() if word.isdigit())


def scenario(run):
    make_directory()
    directory = run.directory("runtime", mode=0o700)
    xserver = run.hook("xserver", before='echo $WAYLAND_SOCKET "$@" > named',
                       after='exec %s "$@"' % XWAYLAND)
    config = run.file("weston.ini", CONFIG % xserver)
    server = run.start([WESTON, "--backend=headless-backend.so",
                        "--socket=display", "--config=" + config],
                       env={"XDG_RUNTIME_DIR": directory},
                       says="xserver listening on display :[0-9]+")
    display = run.wait_line(server, "on display (:[0-9]+)").group(1)
    lines = run.command(["xdpyinfo"], env={"DISPLAY": display})
    named = numbers(run.wait_file("named"))
    arrived = sorted(d.fd for d in run.wait_look().descriptors
                     if d.kind == "socket" and d.fd > 2)
    harness.check(named == arrived, "%s were named, but the child has %s"
                  % (named, arrived))
    run.held(server, below=False)
    return [line for line in lines.splitlines() if "vendor" in line]


harness.main([
    harness.Case("a client of Xwayland", scenario,
                 meant=lambda descriptor: descriptor.what.startswith("unix ")),
], needs={WESTON: "weston", XWAYLAND: "xwayland",
          "/usr/bin/xdpyinfo": "x11-utils"})
