#!/usr/bin/python3
"""sshd runs a command, which gets no socket of the server, also after SIGHUP.

For every connection sshd execs itself, with the connection and two more
descriptors on fixed numbers; before the login a seccomp filter is in force.
"""

import os
import re
import signal

import harness

SSHD = "/usr/sbin/sshd"

CONFIG = """
Port %(port)d
ListenAddress 127.0.0.1
HostKey %(key)s
PidFile %(dir)s/pid
AuthorizedKeysFile %(key)s.pub
StrictModes no
UsePAM no
PermitRootLogin yes
"""


def skip_if_locked():
    """Without PAM, sshd refuses an account with a locked password."""
    with open("/etc/shadow") as file:
        if re.search("^root:!", file.read(), re.MULTILINE):
            raise harness.Skipped("root's account is locked")


def start(run):
    skip_if_locked()
    port = run.port()
    key = run.path("key")
    run.command(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    config = run.file("sshd_config", CONFIG % {
        "port": port, "key": key, "dir": run.dir})
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    server = run.start([SSHD, "-D", "-e", "-f", config], listens=port)
    return server, port


def log_in(run, port, command):
    return run.command([
        "ssh", "-F", "/dev/null", "-p", str(port), "-i", run.path("key"),
        "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=" + run.path("known_hosts"),
        "-o", "LogLevel=ERROR", "root@127.0.0.1", command])


def logging_in(run):
    server, port = start(run)
    run.held(server)
    return log_in(run, port, run.look)


def restarting(run):
    server, port = start(run)
    run.send_signal(server, signal.SIGHUP)
    run.wait_line(server, "(?s)(Server listening on.*){2}")
    run.check_preloaded(server.pid)
    run.held(server)
    return log_in(run, port, run.look)


harness.main([
    harness.Case("a command", logging_in),
    harness.Case("a command after SIGHUP", restarting),
], needs={SSHD: "openssh-server", "/usr/bin/ssh": "openssh-client"},
   root=True)
