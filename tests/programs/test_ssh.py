#!/usr/bin/python3
"""ssh's own commands get none of its sockets, and sockets that are passed to
ssh through another socket arrive.

ProxyUseFdpass passes the connection with SCM_RIGHTS; a second ssh, which
shares the connection of the first, passes its standard streams in the same
way.
"""

import os

import harness
import openssh

# Connects, and passes the connection over its standard output.
PASSER = """#!/usr/bin/python3
import os, socket, subprocess
subprocess.run("%s >&2", shell=True)
connection = socket.create_connection(("127.0.0.1", %d))
with socket.socket(fileno=1) as out:
    socket.send_fds(out, [b"x"], [connection.fileno()])
"""


def proxied(run):
    _, port = openssh.start(run, preload=False)
    proxy = run.hook("proxy", before="exec 3>&1 >&2",
                     after="exec ncat 127.0.0.1 %d >&3 3>&-" % port)
    return run.command(openssh.client(run, port, "-o", "ProxyCommand=" + proxy)
                       + ["echo there"], preload=True)


def passed(run):
    _, port = openssh.start(run, preload=False)
    proxy = run.script("passer", PASSER % (run.look, port))
    return run.command(openssh.client(run, port, "-o", "ProxyCommand=" + proxy,
                           "-o", "ProxyUseFdpass=yes") + ["echo there"],
                       preload=True)


def shared(run):
    _, port = openssh.start(run, preload=False)
    path = run.path("control")
    # Its LocalCommand, which looks, runs once the connection is made.
    first = run.start(openssh.client(run, port, "-N", "-M", "-S", path, "-o",
                          "PermitLocalCommand=yes", "-o",
                          "LocalCommand=" + run.look), says="looked")
    harness.until(lambda: os.path.exists(path), "the control socket")
    run.held(first)
    return run.command(openssh.client(run, port, "-S", path) + ["cat"], input="there\n",
                       preload=True)


harness.main([
    harness.Case("ProxyCommand", proxied),
    harness.Case("ProxyUseFdpass", passed),
    harness.Case("a shared connection", shared),
], needs=dict(openssh.PACKAGES, **{"/usr/bin/ncat": "ncat"}), root=True)
