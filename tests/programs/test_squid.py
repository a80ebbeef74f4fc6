#!/usr/bin/python3
"""squid's helpers get the socket pair that is their standard streams."""

import crossing
import harness
import peer

SQUID = "/usr/sbin/squid"

CONFIG = """
http_port 127.0.0.1:%(port)d
pid_filename %(dir)s/pid
cache_log %(dir)s/cache.log
access_log none
cache_mem 8 MB
cache deny all
coredump_dir %(dir)s
shutdown_lifetime 1 seconds
pinger_enable off
netdb_filename none
%(user)s
external_acl_type looking children-max=1 concurrency=0 %%SRC %(helper)s
acl looked external looking
http_access allow looked
http_access deny all
"""

HELPER = """#!/bin/sh
%s >&2
while read -r line; do
    echo OK
done
"""


def start(run):
    port = run.port()
    logs = run.directory("logs", owner="proxy")
    config = run.file("squid.conf", CONFIG % {
        "port": port, "dir": logs, "helper": run.script(
            "helper", HELPER % run.look),
        "user": "cache_effective_user proxy" if harness.am_root() else ""})
    server = run.start([SQUID, "--foreground", "-f", config, "-n", "one"],
                       listens=port)
    return server, port


def get(run, port, origin):
    url = "http://127.0.0.1:%d/" % origin
    with run.connect(port) as client:
        client.sendall(b"GET %s HTTP/1.0\r\n\r\n" % url.encode())
        return client.makefile("rb").read().rsplit(b"\r\n\r\n", 1)[-1]


def scenario(run):
    server, port = start(run)
    origin = run.peer(answer=peer.page)
    answers = [get(run, port, origin) for _ in range(2)]
    run.wait_look()
    run.held(server)
    with open(run.path("logs/pid")) as file:
        master = int(file.read())
    run.command([SQUID, "-f", run.path("squid.conf"), "-n", "one", "-k",
                 "reconfigure"])
    run.wait_line(run.path("logs/cache.log"),
                  "(?s)(Accepting HTTP Socket.*){2}")
    answers.append(get(run, port, origin))
    run.wait_look(2)
    return answers, master == server.pid


def reported(report):
    """The master starts the worker by the bare name by which it was called."""
    crossing.check_passed(crossing.into(report, "squid"),
                          "starts itself again")


harness.main([
    harness.Case("squid", scenario, reported=reported),
], needs={SQUID: "squid"})
