#!/usr/bin/python3
"""vsftpd serves files, and creates sockets inside its seccomp filter.

The filter allows socket() with exactly the type SOCK_STREAM: with another flag
the process is killed. So the shim changes no call once the filter is
installed. Debian 12's vsftpd is killed by its own filter at the first fstat(),
preloaded or not (glibc 2.36 calls newfstatat there), so the filtered case ends
before a file is opened; files are served in the case without the filter.
"""

import ftplib
import io
import socket

import harness
import kernel

VSFTPD = "/usr/sbin/vsftpd"

CONFIG = """
listen=YES
listen_address=127.0.0.1
listen_port=%(port)d
background=NO
anonymous_enable=YES
anon_root=%(files)s
no_anon_password=YES
secure_chroot_dir=%(empty)s
seccomp_sandbox=%(filter)s
xferlog_enable=NO
"""


def is_filtered(pid):
    try:
        with open("/proc/%d/status" % pid) as file:
            return "Seccomp:\t2" in file.read()
    except FileNotFoundError:
        return False


def count_filtered(server):
    return sum(is_filtered(pid) for pid in kernel.tree(server.pid))


def make_sockets(client):
    """PASV and PORT, three times: each creates a socket in the server."""
    answers = []
    for _ in range(3):
        host, port = client.makepasv()
        socket.create_connection((host, port), harness.PATIENCE).close()
        with socket.create_server(("127.0.0.1", 0)) as own:
            answers.append(client.sendport(*own.getsockname()))
    return answers, client.pwd()


def transfer(client):
    answers = []
    for is_passive in (True, False):
        client.set_pasv(is_passive)
        content = io.BytesIO()
        client.retrbinary("RETR one", content.write)
        answers.append((content.getvalue(), client.nlst()))
    return answers


def serving(is_sandboxed, talk):
    def scenario(run):
        port = run.port()
        files = run.directory("files")
        run.file("files/one", "content of one\n")
        config = run.file("vsftpd.conf", CONFIG % {
            "port": port, "files": files, "empty": run.directory("empty"),
            "filter": "YES" if is_sandboxed else "NO"})
        server = run.start([VSFTPD, config], listens=port)
        run.held(server)
        with ftplib.FTP(timeout=harness.PATIENCE) as client:
            client.connect("127.0.0.1", port)
            client.login()
            harness.until(lambda: count_filtered(server)
                          == (2 if is_sandboxed else 0), "the filters")
            return talk(client)
    return scenario


harness.main([
    harness.Case("with seccomp", serving(True, make_sockets),
                 holds=["tcp LISTEN"], looks=0),
    harness.Case("without seccomp", serving(False, transfer),
                 holds=["tcp LISTEN"], looks=0),
], needs={VSFTPD: "vsftpd"}, root=True)
