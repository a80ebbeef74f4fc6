#!/usr/bin/python3
"""dnsmasq's lease script gets no socket, and names are answered."""

import harness
import kernel

DNSMASQ = "/usr/sbin/dnsmasq"


def ask(run, port, name):
    """The address of a name, queried over TCP."""
    question = b"".join(bytes([len(word)]) + word.encode()
                        for word in name.split("."))
    request = b"\0\7\1\0\0\1\0\0\0\0\0\0" + question + b"\0\0\1\0\1"
    with run.connect(port) as client:
        client.sendall(len(request).to_bytes(2, "big") + request)
        answer = client.makefile("rb")
        return list(answer.read(int.from_bytes(answer.read(2), "big"))[-4:])


# If the script keeps the leases, dnsmasq runs it at start to read them.
def scenario(run):
    port = run.port()
    server = run.start([
        DNSMASQ, "--keep-in-foreground", "--conf-file=/dev/null",
        "--listen-address=127.0.0.1", "--bind-interfaces",
        "--port=%d" % port, "--no-resolv", "--no-hosts", "--pid-file",
        "--address=/name.example/10.1.2.3", "--dhcp-range=127.0.0.100,static",
        "--leasefile-ro", "--dhcp-script=" + run.hook("script", after="exit 0"),
        "--log-facility=-", "--dhcp-alternate-port=%d,%d"
        % (run.port(), run.port())], listens=port, says="started, version")
    run.wait_look()
    run.held(server)
    return ask(run, port, "name.example"), \
        kernel.program(server.pid) == DNSMASQ


harness.main([
    harness.Case("dnsmasq", scenario),
], needs={DNSMASQ: "dnsmasq-base"}, root=True)
