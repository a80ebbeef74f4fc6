#!/usr/bin/python3
"""ksh93 scripts keep the descriptors whose numbers they chose themselves.

ksh93 keeps what exec opens on 3 and up from its children, except where a
command names it: it does that with F_DUPFD, which must work as natively.
"""

import harness

KSH = "/bin/ksh93"

ON_A_NUMBER = """
exec 3<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
read -r line <&3
echo "$line"
echo a line >&3
head -n 1 <&3
"""

ON_A_HIGHER_NUMBER = """
exec 3</dev/null 5<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
%(look)s 4<&5
read -r line <&5
echo "$line"
"""

NUMBER_FOUND = """
exec {n}<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
read -r line <&$n
echo "$line"
"""

ONE_COMMAND = """
%(look)s 3<>/dev/tcp/127.0.0.1/%(port)d
sh -c 'read -r line <&6; echo "$line"' 6<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
"""

# ksh93 makes its pipes with socketpair.
PIPES = """
echo one | cat | while read -r line; do echo "heard $line"; %(look)s; done
echo two | %(look)s
cat <(echo three) <(%(look)s)
echo $(%(look)s)
"""

COPROCESS = """
while read -r line; do echo "heard $line"; done |&
%(look)s
print -p a line
read -rp line
echo "$line"
exec 5>&p
print -u5 another
read -rp line
echo "$line"
"""


def running(text):
    def scenario(run):
        words = {"look": run.look, "port": run.peer(b"greeting\n")}
        script = run.script("script", text % words)
        return run.command([KSH, script], preload=True)
    return scenario


def is_connection(descriptor):
    return descriptor.what.startswith("tcp CONNECTED 127.0.0.1")


harness.main([
    harness.Case(name, running(text), leaks=leaks, meant=is_connection)
    for name, text, leaks in (
        ("exec 3<>/dev/tcp", ON_A_NUMBER, []),
        ("exec 5<>/dev/tcp, number taken", ON_A_HIGHER_NUMBER, []),
        ("exec {n}<>/dev/tcp", NUMBER_FOUND, []),
        ("redirection of one command", ONE_COMMAND, []),
        ("pipes", PIPES, []),
        ("coprocess", COPROCESS, ["unix CONNECTED"]),
    )
], needs={KSH: "ksh93u+m"})
