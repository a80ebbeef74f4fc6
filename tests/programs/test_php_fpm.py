#!/usr/bin/python3
"""php-fpm leaks its sockets into what a page executes, and keeps its listeners
across USR2.

On USR2 the master execs itself and names its listeners by number in
FPM_SOCKETS=; the new image does not mark them close-on-exec, so they leak
again.
"""

import signal

import harness

FPM = "/usr/sbin/php-fpm8.2"

CONFIG = """
[global]
error_log = /dev/stderr
daemonize = no
[tcp]
listen = 127.0.0.1:%(port)d
pm = static
pm.max_children = 1
%(user)s
[unix]
listen = %(dir)s/fpm.socket
pm = static
pm.max_children = 1
%(user)s
"""

READY = "ready to handle connections"


def start(run):
    port = run.port()
    user = "user = www-data\ngroup = www-data" if harness.am_root() else ""
    config = run.file("fpm.conf", CONFIG % {
        "dir": run.dir, "port": port, "user": user})
    run.file("page.php", "<?php echo shell_exec('%s');" % run.look)
    server = run.start([FPM, "-n", "-y", config], listens=port, says=READY)
    return server, port


def page(run, address):
    return run.command(["cgi-fcgi", "-bind", "-connect", address], env={
        "SCRIPT_FILENAME": run.path("page.php"), "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "/page.php", "QUERY_STRING": ""})


def pages(run, port):
    return [page(run, "127.0.0.1:%d" % port), page(run, run.path("fpm.socket"))]


def serving(run):
    server, port = start(run)
    run.held(server)
    return pages(run, port)


def reloading(run):
    server, port = start(run)
    return run.reload_twice(server, signal.SIGUSR2, READY,
                            lambda: pages(run, port))


harness.main([
    harness.Case("serving", serving, holds=["tcp LISTEN", "unix LISTEN"],
                 leaks=["tcp CONNECTED", "tcp LISTEN", "unix CONNECTED",
                        "unix LISTEN"]),
    harness.Case("reload", reloading, leaks=["tcp LISTEN"] * 3,
                 holds=["tcp LISTEN"]),
], needs={FPM: "php8.2-fpm", "/usr/bin/cgi-fcgi": "libfcgi-bin"})
