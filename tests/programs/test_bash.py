#!/usr/bin/python3
"""bash scripts keep the descriptors whose numbers they chose themselves.

A redirection from /dev/tcp is a socket on a number that the script names and
that its children know: it is passed on purpose, and so is everything that {n}
allocates.
"""

import os

import harness

BASH = "/bin/bash"

# Reads a line from the descriptor whose number it is given, without a
# redirection.
READ = "/usr/bin/python3 -c 'import os, sys; " \
       "os.write(1, os.read(int(sys.argv[1]), 99))' "

ON_A_NUMBER = """
exec 3<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
%(read)s 3
echo a line >&3
read -r line <&3
echo "$line"
"""

# 3 is in use, so bash gets another number for the socket and moves it.
ON_A_HIGHER_NUMBER = """
exec 3</dev/null 5<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
%(read)s 5
"""

NUMBER_FOUND = """
exec {n}<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
%(read)s "$n"
exec {n}>&-
%(look)s
"""

FILES_ON_NUMBERS = """
exec {in}<"$0" {out}>"$0.out" 7</dev/null
echo a line >&"$out"
exec {copy}>&"$out"
bash -c "echo another >&$copy"
cat "$0.out"
%(look)s
"""

ONE_COMMAND = """
%(look)s 3<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
cat 4<>/dev/tcp/127.0.0.1/%(port)d <(echo in a substitution)
"""

COPROCESS = """
coproc server { while read -r line; do echo "heard $line"; done; }
%(look)s
echo a line >&"${server[1]}"
read -r line <&"${server[0]}"
echo "$line"
"""

SUBSTITUTION = """
exec 3<>/dev/tcp/127.0.0.1/%(port)d
cat <(%(look)s) <(cat /dev/null; echo second)
echo third | tee >(cat >"$0.tee") | cat
%(look)s <(echo)
"""

EXEC_OF_ITSELF = """
if [ "$1" ]; then
    %(read)s 3
    exec %(look)s
fi
exec 3<>/dev/tcp/127.0.0.1/%(port)d
exec "$0" again
"""

SUBSHELL_AND_PIPE = """
exec 3<>/dev/tcp/127.0.0.1/%(port)d
(%(look)s)
%(look)s | cat
(exec 3>&-; %(look)s)
%(look)s 3>&- &
wait
"""


def running(text, how):
    def scenario(run):
        words = {"look": run.look, "read": READ,
                 "port": run.peer(b"greeting\n")}
        script = run.script("script", how[0] + text % words)
        return run.command([word or script for word in how[1:]], preload=True)
    return scenario


def running_as_sh(run):
    """Systems whose /bin/sh is bash run it by that name."""
    os.symlink(BASH, run.path("sh"))
    script = run.script("script", ON_A_NUMBER % {
        "look": run.look, "read": READ, "port": run.peer(b"greeting\n")})
    return run.command([run.path("sh"), script], preload=True)


WAYS = (
    ("#!", ("#!/bin/bash\n", "")),
    ("#! env", ("#!/usr/bin/env bash\n", "")),
    ("bash script", ("", BASH, "")),
)

ROWS = (
    ("exec 3<>/dev/tcp", ON_A_NUMBER),
    ("exec 5<>/dev/tcp, number taken", ON_A_HIGHER_NUMBER),
    ("exec {n}<>/dev/tcp", NUMBER_FOUND),
    ("files on numbers", FILES_ON_NUMBERS),
    ("redirection of one command", ONE_COMMAND),
    ("coproc", COPROCESS),
    ("process substitution", SUBSTITUTION),
    ("subshells and pipes", SUBSHELL_AND_PIPE),
)


def is_connection(descriptor):
    return descriptor.what.startswith("tcp CONNECTED 127.0.0.1")


harness.main([
    harness.Case("%s, %s" % (name, way), running(text, how),
                 meant=is_connection)
    for name, text in ROWS for way, how in WAYS
] + [
    harness.Case("exec of the script itself, #!",
                 running(EXEC_OF_ITSELF, WAYS[0][1]), meant=is_connection),
    harness.Case("exec 3<>/dev/tcp, a link named sh", running_as_sh,
                 meant=is_connection),
], needs={BASH: "bash"})
