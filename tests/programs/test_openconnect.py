#!/usr/bin/python3
"""openconnect's script gets the socket that VPNFD names."""

import base64
import hashlib

import harness

CONFIG = """
auth = "plain[passwd=%(dir)s/passwords]"
listen-host = 127.0.0.1
tcp-port = %(port)d
socket-file = %(dir)s/socket
server-cert = %(dir)s/certificate
server-key = %(dir)s/key
device = noinherit
ipv4-network = 192.0.2.0/24
run-as-user = nobody
run-as-group = nogroup
isolate-workers = false
use-occtl = false
"""


def fingerprint(run):
    """openconnect's pin of the server: a hash of the public key."""
    key = run.command(["openssl", "pkey", "-in", run.path("key"), "-pubout"])
    body = base64.b64decode("".join(key.splitlines()[1:-1]))
    digest = hashlib.sha256(body).digest()
    return "pin-sha256:" + base64.b64encode(digest).decode()


def start_server(run):
    port = run.port()
    run.command(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                 "-keyout", run.path("key"), "-out", run.path("certificate"),
                 "-subj", "/CN=localhost"])
    run.command(["ocpasswd", "-c", run.path("passwords"), "me"],
                input="secret\nsecret\n")
    config = run.file("ocserv.conf", CONFIG % {"dir": run.dir, "port": port})
    run.start(["/usr/sbin/ocserv", "-f", "-c", config], listens=port,
              preload=False)
    return port


def scenario(run):
    port = start_server(run)
    script = run.hook("script", before='echo "$VPNFD" > named',
                      after="exec sleep 60")
    password = run.file("password", "secret\n")
    with open(password) as secret:
        run.start(["/usr/sbin/openconnect", "-u", "me", "--passwd-on-stdin",
                   "--servercert", fingerprint(run), "--script-tun",
                   "--no-dtls", "-s", script, "https://127.0.0.1:%d" % port],
                  says="Configured as 192.0.2", stdin=secret)
    named = [int(run.wait_file("named"))]
    arrived = [d.fd for d in run.wait_look().descriptors
               if d.kind == "socket" and d.fd > 2]
    harness.check(named == arrived, "%s was named, but the script has %s"
                  % (named, arrived))


# ocserv creates a network device.
harness.isolate_network()
harness.main([
    harness.Case("--script-tun", scenario,
                 meant=lambda descriptor: descriptor.what == "unix CONNECTED"),
], needs={"/usr/sbin/openconnect": "openconnect",
          "/usr/sbin/ocserv": "ocserv", "/usr/bin/openssl": "openssl",
          "/dev/net/tun": "of the kernel with /dev/net/tun"}, root=True)
