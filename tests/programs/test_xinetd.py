#!/usr/bin/python3
"""xinetd hands each connection to its service as 0, 1 and 2, and no more."""

import signal

import harness

CONFIG = """
service look
{
	type = UNLISTED
	socket_type = stream
	protocol = tcp
	wait = no
	user = nobody
	bind = 127.0.0.1
	port = %d
	server = %s
	server_args = %s
}
"""


def scenario(run):
    port = run.port()
    config = run.file("xinetd.conf", CONFIG % (port, run.fdlook, run.report))
    server = run.start(["/usr/sbin/xinetd", "-dontfork", "-f", config,
                        "-filelog", run.path("xinetd.log")], listens=port)
    answers = [run.exchange(port)]
    run.held(server)
    run.send_signal(server, signal.SIGHUP)
    run.wait_line(run.path("xinetd.log"), "Reconfigured")
    answers.append(run.exchange(port))
    run.held(server)
    return answers


harness.main([
    harness.Case("a connection", scenario),
], needs={"/usr/sbin/xinetd": "xinetd"}, root=True)
