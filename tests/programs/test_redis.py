#!/usr/bin/python3
"""redis passes its sockets to no program: neither to itself, which it execs to
restart, nor to the script that Sentinel runs."""

import crossing
import harness

REDIS = "/usr/bin/redis-server"

CONFIG = """
port %(port)d
bind 127.0.0.1
unixsocket %(dir)s/socket
dir %(dir)s
save ""
enable-debug-command yes
enable-protected-configs yes
"""

SENTINEL = """
port %(port)d
bind 127.0.0.1
dir %(dir)s
sentinel monitor one 127.0.0.1 %(master)d 1
sentinel down-after-milliseconds one 100
sentinel notification-script one %(hook)s
"""


def start(run):
    port = run.port()
    config = run.file("redis.conf", CONFIG % {"port": port, "dir": run.dir})
    server = run.start([REDIS, config], listens=port,
                       says="eady to accept connections")
    return server, port


def ask(run, port, *words):
    return run.command(["redis-cli", "-p", str(port), *words], status=None)


def restarting(run):
    server, port = start(run)
    answers = [ask(run, port, "set", "key", "value")]
    run.held(server)
    ask(run, port, "debug", "restart")
    run.wait_line(server, "(?s)(eady to accept connections.*){4}")
    run.check_preloaded(server.pid)
    run.held(server)
    return answers + [ask(run, port, "get", "key"), ask(run, port, "ping")]


def notifying(run):
    # Sentinel runs the script because a master cannot be reached.
    port = run.port()
    config = run.file("sentinel.conf", SENTINEL % {
        "port": port, "dir": run.dir, "master": run.port(),
        "hook": run.hook()})
    server = run.start([REDIS, config, "--sentinel"], listens=port)
    run.wait_look()
    run.held(server)
    return ask(run, port, "ping")


def reported(report):
    """The file is redis-check-rdb, and redis-server is a link to it."""
    crossing.check_names(report, "redis-server")


harness.main([
    harness.Case("restart", restarting, looks=0, shows="PONG",
                 reported=reported),
    harness.Case("sentinel's script", notifying),
], needs={REDIS: "redis-server", "/usr/bin/redis-cli": "redis-tools"})
