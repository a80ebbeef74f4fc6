#!/usr/bin/python3
"""busybox's servers are applets of one file: nc -e gives its program the
connection on 0..2, httpd's CGI programs get no socket."""

import harness

BUSYBOX = harness.program("/usr/bin/busybox")


def netcat(run):
    port = run.port()
    # -ll: serves one client after the other.
    server = run.start([BUSYBOX, "nc", "-ll", "-p", str(port), "-e",
                        run.hook("look", after="read -r line; echo $line")],
                       listens=port)
    run.held(server)
    return [run.exchange(port, b"one\n"), run.exchange(port, b"two\n")]


def netcat_client(run):
    port = run.peer(b"greeting\n")
    script = run.hook("look", after="read -r line; echo $line >heard")
    run.command([BUSYBOX, "nc", "127.0.0.1", str(port), "-e", script],
                preload=True)
    return run.wait_file("heard")


def httpd(run):
    port = run.port()
    run.hook("cgi-bin/look",
             before="printf 'Content-Type: text/plain\\r\\n\\r\\n'")
    run.file("page", "a page\n")
    server = run.start([BUSYBOX, "httpd", "-f", "-p", "127.0.0.1:%d" % port,
                        "-h", run.dir], listens=port)
    run.held(server)
    return run.http(port, "/page"), run.http(port, "/cgi-bin/look")


# An applet that runs another applet: the same file, another program.
def shell(run):
    port = run.peer(b"greeting\n")
    script = run.script("script", """#!%(busybox)s sh
%(look)s
%(busybox)s nc 127.0.0.1 %(port)d </dev/null |
    { %(busybox)s head -n 1; %(look)s; }
%(busybox)s sh -c '%(look)s'
""" % {"busybox": BUSYBOX, "look": run.look, "port": port})
    return run.command([BUSYBOX, "sh", script], preload=True)


harness.main([
    harness.Case("nc -e", netcat),
    harness.Case("nc -e, connecting", netcat_client),
    harness.Case("httpd CGI", httpd, holds=["tcp LISTEN"]),
    harness.Case("sh", shell),
], needs={BUSYBOX: "busybox"})
