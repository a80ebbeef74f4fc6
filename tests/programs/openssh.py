"""An sshd with a configuration of the test, and a client that logs in to it."""

import os
import re

import harness

SSHD = "/usr/sbin/sshd"
SSH = "/usr/bin/ssh"

PACKAGES = {SSHD: "openssh-server", SSH: "openssh-client"}

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


def start(run, preload=True):
    skip_if_locked()
    port = run.port()
    key = run.path("key")
    run.command(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    config = run.file("sshd_config", CONFIG % {
        "port": port, "key": key, "dir": run.dir})
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    server = run.start([SSHD, "-D", "-e", "-f", config], listens=port,
                       preload=preload)
    return server, port


def client(run, port, *options):
    """The command line of a client, up to the command that the server runs."""
    return [SSH, "-F", "/dev/null", "-p", str(port), "-i", run.path("key"),
            "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=" + run.path("known_hosts"),
            "-o", "LogLevel=ERROR", *options, "root@127.0.0.1"]
