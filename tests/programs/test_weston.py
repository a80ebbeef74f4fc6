#!/usr/bin/python3
"""weston's own clients get the socket that WAYLAND_SOCKET names, and no other.

weston makes it close-on-exec and gets rid of the flag by dup() in the child.
"""

import os

import harness
import kernel

WESTON = "/usr/bin/weston"
SHELL = "/usr/lib/%s-linux-gnu/weston-desktop-shell" % os.uname().machine

CONFIG = """
[shell]
client=%s
[input-method]
path=
"""


SHARING = """
[core]
modules=screen-share.so
[screen-share]
command=%s
start-on-startup=true
"""


def is_wayland(descriptor):
    return descriptor.what == "unix CONNECTED"


def is_connected(pid):
    """The client marks the socket that it was given when it connects."""
    return not any(is_wayland(d) and d.inheritable
                   for d in kernel.descriptors(pid))


def scenario(run):
    directory = run.directory("runtime", mode=0o700)
    shell = run.hook("shell", before='echo "$WAYLAND_SOCKET" > named',
                     after="exec " + SHELL)
    config = run.file("weston.ini", CONFIG % shell)
    display = os.path.join(directory, "display")
    env = {"XDG_RUNTIME_DIR": directory}
    server = run.start([WESTON, "--backend=headless-backend.so",
                        "--socket=display", "--config=" + config],
                       env=env, listens=display, says="launching '%s'" % shell)
    look = run.wait_look()
    named = [int(run.wait_file("named"))]
    arrived = [d.fd for d in look.descriptors if d.kind == "socket"]
    harness.check(arrived == named, "WAYLAND_SOCKET is %s, but the client has"
                  " %s" % (named, arrived))
    pid = harness.until(lambda: [pid for pid in kernel.descendants(server.pid)
                                 if kernel.program(pid) == SHELL],
                        "the shell client")[0]
    harness.until(lambda: is_connected(pid), "the shell client's connection")
    run.held(server)
    interfaces = run.command(["weston-info"],
                             env=dict(env, WAYLAND_DISPLAY="display"))
    harness.check(kernel.is_running(pid), "the shell client has ended")
    return sorted(line.split("'")[1] for line in interfaces.splitlines()
                  if line.startswith("interface:"))


def sharing(run):
    """A second weston is started to share the screen of the first."""
    directory = run.directory("runtime", mode=0o700)
    share = run.hook("share", before='echo "$WAYLAND_SERVER_SOCKET" > named',
                     after="exec sleep 1000")
    config = run.file("weston.ini", SHARING % share)
    run.start([WESTON, "--backend=headless-backend.so", "--socket=display",
               "--config=" + config], env={"XDG_RUNTIME_DIR": directory},
              says="screen-share")
    named = [int(run.wait_file("named"))]
    arrived = [d.fd for d in run.wait_look().descriptors if d.kind == "socket"]
    harness.check(arrived == named, "WAYLAND_SERVER_SOCKET is %s, but the child"
                  " has %s" % (named, arrived))


harness.main([
    harness.Case("shell client", scenario, meant=is_wayland),
    harness.Case("screen sharing", sharing, meant=is_wayland),
], needs={WESTON: "weston", "/usr/bin/weston-info": "weston"})
