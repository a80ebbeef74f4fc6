#!/usr/bin/python3
"""sshd runs a command, which gets no socket of the server, also after SIGHUP.

For every connection sshd execs itself, with the connection and two other
descriptors on fixed numbers; before the login a seccomp filter is installed.
"""

import signal

import harness
import openssh


def logging_in(run):
    server, port = openssh.start(run)
    run.held(server)
    return run.command(openssh.client(run, port) + [run.look])


def restarting(run):
    server, port = openssh.start(run)
    run.send_signal(server, signal.SIGHUP)
    run.wait_line(server, "(?s)(Server listening on.*){2}")
    run.check_preloaded(server.pid)
    run.held(server)
    return run.command(openssh.client(run, port) + [run.look])


harness.main([
    harness.Case("a command", logging_in),
    harness.Case("a command after SIGHUP", restarting),
], needs=openssh.PACKAGES, root=True)
