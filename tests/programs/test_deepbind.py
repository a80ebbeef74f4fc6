#!/usr/bin/python3
"""Libraries loaded with RTLD_DEEPBIND find libc's functions before all others,
and so do the libraries that they load: PHP's extensions, PHP itself as a
module of apache, and what a Python program loads in this way."""

import apache
import harness
import peer

EXTENSIONS = "/usr/lib/php/20220829"

PAGE = """<?php
$curl = curl_init('http://127.0.0.1:%(peer)d/');
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
echo curl_exec($curl);
$socket = socket_create(AF_INET, SOCK_STREAM, SOL_TCP);
socket_bind($socket, '127.0.0.1');
socket_listen($socket);
$pair = [];
socket_create_pair(AF_UNIX, SOCK_STREAM, 0, $pair);
$base = pg_connect('host=127.0.0.1 port=%(peer)d', PGSQL_CONNECT_ASYNC);
echo $base ? "asked\\n" : "not asked\\n";
echo shell_exec('%(look)s');
"""

# The connection that curl keeps, and its socket pair; what the page makes with
# the sockets extension. libpq marks its own close-on-exec.
PAGES_LEAKS = ["tcp CONNECTED", "unix", "unix", "tcp LISTEN", "unix", "unix"]
SERVERS_LEAKS = ["tcp LISTEN", "tcp CONNECTED"]

CONFIG = """
DocumentRoot %(dir)s
LoadModule mime_module %(modules)s/mod_mime.so
LoadModule php_module %(modules)s/libphp8.2.so
TypesConfig /dev/null
AddHandler application/x-httpd-php .php
"""

SCRIPT = """
import io, os, subprocess, sys
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_DEEPBIND)
import pycurl
curl = pycurl.Curl()
curl.setopt(curl.URL, "http://127.0.0.1:%(peer)d/")
curl.setopt(curl.WRITEFUNCTION, io.BytesIO().write)
curl.perform()
print(subprocess.run("%(look)s".split(), close_fds=False, capture_output=True,
                     text=True).stdout)
"""


def fill(run, text):
    return text % {"peer": run.peer(answer=peer.page), "look": run.look}


def server(run):
    port = run.port()
    run.file("page.php", fill(run, PAGE))
    process = run.start(["php8.2", "-S", "127.0.0.1:%d" % port, "-t", run.dir],
                        listens=port)
    run.held(process)
    return run.http(port, "/page.php")


def script(run):
    run.file("page.php", fill(run, PAGE))
    return run.command(["php8.2", run.path("page.php")], preload=True)


def module(run):
    port = run.port()
    run.file("page.php", fill(run, PAGE))
    run.start([apache.PROGRAM, "-X", "-f", apache.configuration(
        run, port, "prefork", CONFIG)], listens=port)
    return run.http(port, "/page.php")


def python(run):
    return run.command(["/usr/bin/python3", "-c", fill(run, SCRIPT)],
                       preload=True)


harness.main([
    harness.Case("php -S, extensions", server, holds=["tcp LISTEN"],
                 leaks=SERVERS_LEAKS + PAGES_LEAKS, shows="a page.*asked"),
    harness.Case("php, extensions", script, leaks=PAGES_LEAKS,
                 shows="a page.*asked"),
    # apache marks its own sockets close-on-exec.
    harness.Case("mod_php, extensions", module, leaks=PAGES_LEAKS,
                 shows="a page.*asked"),
    harness.Case("python, RTLD_DEEPBIND", python,
                 leaks=["tcp CONNECTED", "unix", "unix"], shows="looked"),
], needs={"/usr/bin/php8.2": "php8.2-cli",
          EXTENSIONS + "/curl.so": "php8.2-curl",
          EXTENSIONS + "/pgsql.so": "php8.2-pgsql",
          apache.MODULES + "/libphp8.2.so": "libapache2-mod-php8.2",
          "/usr/share/doc/python3-pycurl": "python3-pycurl"})
