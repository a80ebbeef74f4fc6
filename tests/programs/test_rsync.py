#!/usr/bin/python3
"""rsync's daemon leaks the client's connection into its pre-xfer hook."""

import harness

CONFIG = """
use chroot = no
log file = %(log)s
address = 127.0.0.1
port = %(port)d
[files]
path = %(files)s
read only = yes
pre-xfer exec = %(hook)s
post-xfer exec = %(hook)s
"""


def scenario(run):
    port = run.port()
    files = run.directory("files")
    run.file("files/one", "content of one\n")
    config = run.file("rsyncd.conf", CONFIG % {
        "log": run.path("rsync.log"), "port": port, "files": files,
        "hook": run.hook()})
    server = run.start(["rsync", "--daemon", "--no-detach", "--config",
                        config], listens=port)
    run.held(server)
    run.command(["rsync", "-r", "rsync://127.0.0.1:%d/files/" % port,
                 run.directory("copy")])
    run.wait_look(2)
    with open(run.path("copy/one")) as file:
        return file.read()


harness.main([
    harness.Case("rsync daemon, transfer hooks", scenario,
                 leaks=["tcp CONNECTED"], holds=["tcp LISTEN"]),
], needs={"/usr/bin/rsync": "rsync"})
