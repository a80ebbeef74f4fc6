#!/usr/bin/python3
"""dropbear's session and the client's proxy command get no socket of theirs.

It reads the keys of root's own home: the test's is mounted there, for itself.
"""

import harness

DROPBEAR, CLIENT, KEY = map(harness.program, (
    "/usr/sbin/dropbear", "/usr/bin/dbclient", "/usr/bin/dropbearkey"))

IN_ITS_HOME = "mount --bind %s /root && exec \"$@\""


def at_home(run, *command):
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
            IN_ITS_HOME % run.path("home"), "sh", *command]


def start(run):
    port = run.port()
    run.directory("home/.ssh", mode=0o700)
    run.command([KEY, "-t", "ed25519", "-f", run.path("host")])
    said = run.command([KEY, "-t", "ed25519", "-f", run.path("key")])
    run.file("home/.ssh/authorized_keys",
             "".join(line + "\n" for line in said.splitlines()
                     if line.startswith("ssh-")), mode=0o600)
    server = run.start(at_home(run, DROPBEAR, "-F", "-E", "-r",
                               run.path("host"), "-p",
                               "127.0.0.1:%d" % port), listens=port)
    return server, port


def client(run, port, *options):
    return at_home(run, CLIENT, "-y", "-i", run.path("key"), "-p", str(port),
                   *options, "root@127.0.0.1")


def session(run):
    server, port = start(run)
    run.held(server)
    return run.command(client(run, port) + [run.look], stderr=None)


def proxied(run):
    _, port = start(run)
    proxy = run.hook("proxy", before="exec 3>&1 >&2",
                     after="exec ncat 127.0.0.1 %d >&3 3>&-" % port)
    return run.command(client(run, port, "-J", proxy) + ["echo there"],
                       preload=True, stderr=None)


harness.main([
    harness.Case("session", session, holds=["tcp LISTEN"]),
    harness.Case("proxy command", proxied),
], needs={DROPBEAR: "dropbear-bin", CLIENT: "dropbear-bin",
          "/usr/bin/ncat": "ncat"}, root=True)
