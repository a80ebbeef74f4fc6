#!/usr/bin/python3
"""stunnel's program gets its end of the connection, and not the listener."""

import subprocess

import harness

CONFIG = """
foreground = yes
pid =
[look]
accept = 127.0.0.1:%d
cert = %s
exec = %s
execArgs = %s %s
"""


def scenario(run):
    port = run.port()
    pem = run.path("pem")
    run.command(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                 "-keyout", pem, "-out", run.path("certificate"),
                 "-subj", "/CN=localhost"])
    with open(run.path("certificate")) as part, open(pem, "a") as whole:
        whole.write(part.read())
    config = run.file("stunnel.conf", CONFIG % (
        port, pem, run.fdlook, run.fdlook, run.report))
    server = run.start(["stunnel4", config], listens=port)
    run.held(server)
    return run.command(["openssl", "s_client", "-quiet", "-connect",
                        "127.0.0.1:%d" % port], status=None,
                       stderr=subprocess.DEVNULL)


harness.main([
    harness.Case("exec", scenario),
], needs={"/usr/bin/stunnel4": "stunnel4", "/usr/bin/openssl": "openssl"})
