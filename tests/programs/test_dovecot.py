#!/usr/bin/python3
"""dovecot's services find their listeners on the numbers that the master
promised, also after a reload, and its login script gets no other socket than
the one that is meant for it."""

import imaplib
import signal

import crossing
import harness
import kernel

DOVECOT = "/usr/sbin/dovecot"

CONFIG = """
base_dir = %(dir)s/base
state_dir = %(dir)s/state
log_path = %(dir)s/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
import_environment = LD_PRELOAD NOINHERIT_AUDIT_DIR
mail_location = mbox:%(dir)s/mail:INBOX=%(dir)s/mail/inbox
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
default_vsz_limit = 0
stats_writer_socket_path =
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=mail gid=mail home=%(dir)s/mail
}
service imap-login {
  inet_listener imap {
    port = %(port)d
  }
  inet_listener imaps {
    port = 0
  }
}
service imap {
  executable = imap post
}
service post {
  executable = script-login %(look)s
  unix_listener post {
    mode = 0666
  }
}
"""

# Runs between login and imap; the master waits for it on descriptor 3.
LOGGED_IN = """#!/bin/sh
%s >&2
exec "$@"
"""


def start(run):
    port = run.port()
    for name in "base", "state":
        run.directory(name)
    run.directory("mail", owner="mail")
    config = run.file("dovecot.conf", CONFIG % {
        "dir": run.dir, "port": port,
        "look": run.script("look", LOGGED_IN % run.look)})
    server = run.start([DOVECOT, "-F", "-c", config], listens=port)
    run.wait_line(run.path("dovecot.log"), "starting up")
    return server, port


def log_in(port):
    client = imaplib.IMAP4("127.0.0.1", port, timeout=harness.PATIENCE)
    client.login("someone", "secret")
    said = [client.select("INBOX")]
    return client, said


def scenario(run):
    server, port = start(run)
    client, said = log_in(port)
    run.wait_look()
    # Not the processes that the login has just started: they are about to
    # exec.
    for pid in kernel.tree(server.pid):
        if kernel.program(pid).endswith(("/anvil", "/auth", "/imap-login")):
            run.check_preloaded(pid)
    run.held(server)
    client.logout()
    run.send_signal(server, signal.SIGHUP)
    run.wait_line(run.path("dovecot.log"), "SIGHUP received")
    client, more = log_in(port)
    run.wait_look(2)
    run.held(server)
    client.logout()
    return said, more


def is_promised(descriptor):
    """The master puts listeners, and its own end on 4, where services expect
    them."""
    return "unix LISTEN" in descriptor.what or descriptor.fd == 4


def reported(report):
    """The master puts dozens of sockets on their numbers in one loop."""
    crossing.check_all_were_seen_created(report)
    for service in "imap-login", "imap", "anvil", "log", "auth":
        crossing.check_passed(crossing.into(report, service), "dup2")


harness.main([
    harness.Case("dovecot", scenario, keeps=is_promised, reported=reported,
                 holds=["tcp CONNECTED", "unix CONNECTED"],
                 meant=lambda descriptor: descriptor.fd == 3),
], needs={DOVECOT: "dovecot-core", "/usr/lib/dovecot/imap": "dovecot-imapd"},
    root=True)
