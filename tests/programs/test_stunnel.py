#!/usr/bin/python3
"""stunnel's programs get only the sockets that are their own, also after a
reload."""

import signal
import socket
import ssl

import harness

STUNNEL = "/usr/bin/stunnel4"

CONFIG = """
foreground = yes
pid = %(dir)s/pid
output = %(dir)s/stunnel.log
debug = notice
cert = %(dir)s/cert.pem
key = %(dir)s/key.pem
[program]
accept = 127.0.0.1:%(program)d
exec = %(look)s
execArgs = look
[service]
accept = 127.0.0.1:%(service)d
connect = 127.0.0.1:%(peer)d
"""


def start(run):
    ports = {name: run.port() for name in ("program", "service")}
    run.command(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                 "-keyout", run.path("key.pem"), "-out", run.path("cert.pem"),
                 "-days", "2", "-subj", "/CN=localhost"])
    config = run.file("stunnel.conf", CONFIG % {
        "dir": run.dir, "look": run.hook("look", before="read -r line",
                                         after='echo "$line"'),
        "peer": run.peer(), **ports})
    server = run.start([STUNNEL, config], listens=ports["service"])
    run.wait_listening(ports["program"])
    return server, ports


def talk(run, port, lines):
    context = ssl.create_default_context(cafile=run.path("cert.pem"))
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", port)) as plain, \
            context.wrap_socket(plain) as client:
        client.sendall(b"a line\n")
        said = client.makefile()
        return [said.readline() for _ in range(lines)]


def serving(run):
    server, ports = start(run)
    run.held(server)
    return talk(run, ports["program"], 2), talk(run, ports["service"], 1)


def reloading(run):
    server, ports = start(run)
    answers = [talk(run, ports["program"], 2)]
    run.send_signal(server, signal.SIGHUP)
    run.wait_line(run.path("stunnel.log"), "(?s)(Configuration successful.*){2}")
    run.held(server)
    return answers + [talk(run, ports["program"], 2),
                      talk(run, ports["service"], 1)]


harness.main([
    harness.Case("serving", serving),
    harness.Case("reload", reloading),
], needs={STUNNEL: "stunnel4", "/usr/bin/openssl": "openssl"})
