#!/usr/bin/python3
"""dropbear's session and the client's proxy command get no socket of dropbear.
"""

import dropbear
import harness

DROPBEAR, CLIENT, KEY = map(harness.program, (
    "/usr/sbin/dropbear", "/usr/bin/dbclient", "/usr/bin/dropbearkey"))


def session(run):
    server, port = dropbear.start(run, DROPBEAR, KEY)
    run.held(server)
    return run.command(dropbear.client(run, CLIENT, port) + [run.look],
                       stderr=None)


def proxied(run):
    _, port = dropbear.start(run, DROPBEAR, KEY)
    proxy = run.hook("proxy", before="exec 3>&1 >&2",
                     after="exec ncat 127.0.0.1 %d >&3 3>&-" % port)
    return run.command(dropbear.client(run, CLIENT, port, "-J", proxy) +
                       ["echo there"], preload=True, stderr=None)


harness.main([
    harness.Case("session", session, holds=["tcp LISTEN"]),
    harness.Case("proxy command", proxied),
], needs={DROPBEAR: "dropbear-bin", CLIENT: "dropbear-bin",
          "/usr/bin/ncat": "ncat"}, root=True)
