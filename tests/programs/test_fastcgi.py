#!/usr/bin/python3
"""libfcgi leaks the client's connection into whatever a request runs."""

import harness

FCGIWRAP, PHP_CGI = "/usr/sbin/fcgiwrap", "/usr/bin/php-cgi8.2"

PAGE = """<?php
echo shell_exec('%(look)s');
system('%(look)s');
"""


def ask(run, address, script):
    return run.command(["cgi-fcgi", "-bind", "-connect", address], env={
        "SCRIPT_FILENAME": script, "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "/script", "QUERY_STRING": ""})


def wrapping(run):
    path = run.path("fcgiwrap.socket")
    server = run.start([FCGIWRAP, "-s", "unix:" + path], listens=path)
    run.held(server)
    script = run.hook("script", before="printf 'Content-Type: text/plain\\n\\n'")
    return [ask(run, path, script) for _ in range(2)]


def wrapping_forked(run):
    path = run.path("fcgiwrap.socket")
    server = run.start([FCGIWRAP, "-c", "2", "-s", "unix:" + path],
                       listens=path)
    run.held(server)
    script = run.hook("script", before="printf 'Content-Type: text/plain\\n\\n'")
    return ask(run, path, script)


def running_php(run):
    path = run.path("php.socket")
    server = run.start([PHP_CGI, "-n", "-b", path], listens=path)
    run.held(server)
    page = run.file("page.php", PAGE % {"look": run.look})
    return [ask(run, path, page) for _ in range(2)]


def running_php_forked(run):
    port = run.port()
    server = run.start([PHP_CGI, "-n", "-b", "127.0.0.1:%d" % port],
                       listens=port, env={"PHP_FCGI_CHILDREN": "2"})
    run.held(server)
    page = run.file("page.php", PAGE % {"look": run.look})
    return ask(run, "127.0.0.1:%d" % port, page)


harness.main([
    harness.Case("fcgiwrap", wrapping, leaks=["unix CONNECTED"] * 2),
    harness.Case("fcgiwrap -c 2", wrapping_forked, leaks=["unix CONNECTED"]),
    harness.Case("php-cgi", running_php, leaks=["unix CONNECTED"] * 4),
    harness.Case("php-cgi with children", running_php_forked,
                 leaks=["tcp CONNECTED"] * 2),
], needs={FCGIWRAP: "fcgiwrap", PHP_CGI: "php8.2-cgi",
          "/usr/bin/cgi-fcgi": "libfcgi-bin"})
