#!/usr/bin/python3
"""An interpreter that runs another script is another program.

The file is the same, so a shim that compared only files would take the second
script for a re-exec of the first and hand everything over. The child here is
not fdlook but the interpreter, which counts its own sockets.
"""

import harness
import peer

PHP, PYTHON = "/usr/bin/php8.2", "/usr/bin/python3"

PHP_PARENT = """
$listener = stream_socket_server("tcp://127.0.0.1:0");
$child = proc_open([PHP_BINARY, %s], [1 => ["pipe", "w"]], $pipes);
echo stream_get_contents($pipes[1]);
"""

PHP_CHILD = """
foreach (glob("/proc/self/fd/*") as $name)
    if (str_starts_with(@readlink($name) ?: "", "socket:"))
        echo "a socket\\n";
"""

# Sockets of libcurl, because Python's own are non-inheritable anyway.
PYTHON_PARENT = """
import os, pycurl, subprocess, sys
request = pycurl.Curl()
request.setopt(pycurl.URL, "http://127.0.0.1:%(port)d/")
request.perform_rs()
subprocess.run([sys.executable, %(arguments)s], close_fds=False, check=True)
"""

PYTHON_CHILD = """
import os
for name in os.listdir("/proc/self/fd"):
    try:
        link = os.readlink("/proc/self/fd/" + name)
    except FileNotFoundError:
        continue
    if link.startswith("socket:"):
        print("a socket")
"""


def quoted(*words):
    return ", ".join("'%s'" % word.replace("\n", " ") for word in words)


def php_option(run):
    child = PHP_CHILD
    return [PHP, "-r", PHP_PARENT % quoted("-r", child)]


def php_option_and_file(run):
    child = run.file("child.php", "<?php" + PHP_CHILD)
    parent = run.file("parent.php", "<?php" + PHP_PARENT
                      % quoted("-d", "html_errors=0", child))
    return [PHP, "-d", "html_errors=0", parent]


def php_file(run):
    child = run.file("child.php", "<?php" + PHP_CHILD)
    return [PHP, run.file("parent.php", "<?php" + PHP_PARENT % quoted(child))]


def python_option(run):
    child = run.file("child.py", PYTHON_CHILD)
    return [PYTHON, "-c", PYTHON_PARENT % {
        "port": run.peer(answer=peer.page),
        "arguments": quoted("-c", "exec(open(\"%s\").read())" % child)}]


def python_file(run):
    child = run.file("child.py", PYTHON_CHILD)
    return [PYTHON, run.file("parent.py", PYTHON_PARENT % {
        "port": run.peer(answer=peer.page), "arguments": quoted(child)})]


def python_module(run):
    run.file("child.py", PYTHON_CHILD)
    run.file("parent.py", PYTHON_PARENT % {
        "port": run.peer(answer=peer.page),
        "arguments": quoted("-m", "child")})
    return [PYTHON, "-m", "parent"]


def running(argv):
    def scenario(run):
        count = run.command(argv(run), preload=True).count("a socket")
        harness.check(count > 0 or run.variant.enforces,
                      "natively, the child has no socket")
        harness.check(count == 0 or not run.variant.enforces,
                      "the child has %d sockets" % count)
        return "counted"
    return scenario


harness.main([
    harness.Case(name, running(argv), looks=0, shows="counted")
    for name, argv in (
        ("php -r", php_option), ("php -d", php_option_and_file),
        ("php script", php_file), ("python3 -c", python_option),
        ("python3 -m", python_module), ("python3 script", python_file))
], needs={PHP: "php8.2-cli",
          "/usr/share/doc/python3-pycurl": "python3-pycurl"})
