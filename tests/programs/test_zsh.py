#!/usr/bin/python3
"""zsh scripts keep the descriptors whose numbers they chose themselves.

ztcp and zsocket put a socket on the number that the script asks for, or tell
it the number: zsh makes no dup2 if socket() returned that very number. So the
shim leaves zsh's sockets as they are, like bash's.
"""

import harness

ZSH = "/usr/bin/zsh"

CONNECTION = """
zmodload zsh/net/tcp
ztcp 127.0.0.1 %(port)d
connection=$REPLY
%(look)s
print -u $connection a line
read -r line <&$connection
print -- $line
(print -u $connection from a subshell; head -n 1 <&$connection)
ztcp -c $connection
"""

CONNECTION_ON_A_NUMBER = """
zmodload zsh/net/tcp
ztcp -d 7 127.0.0.1 %(port)d
%(look)s
print -u7 a line
head -n 1 <&7
"""

LISTENER = """
zmodload zsh/net/tcp
ztcp -l %(free)d
listener=$REPLY
ztcp 127.0.0.1 %(free)d
client=$REPLY
ztcp -a $listener
server=$REPLY
%(look)s
print -u $client hello
read -r line <&$server
print -- $line
"""

UNIX = """
zmodload zsh/net/socket
zsocket -l "$0.socket"
listener=$REPLY
zsocket "$0.socket"
client=$REPLY
zsocket -a $listener
server=$REPLY
%(look)s
print -u $client hello
read -r line <&$server
print -- $line
"""

FILES_ON_NUMBERS = """
exec {in}<$0 {out}>$0.out 7</dev/null
print -u $out a line
exec {copy}>&$out
sh -c "echo another >&$copy"
cat $0.out =(print in a file) <(print in a pipe)
%(look)s
%(look)s =(print a file)
"""

COPROCESS = """
coproc while read -r line && [[ $line != end ]]; do print -- "heard $line"; done
%(look)s
print -p a line
read -r line <&p
print -- $line
print -p end
wait
print third > >(cat >$0.out)
until [[ -s $0.out ]]; do :; done
cat $0.out
"""

SUBSTITUTIONS = """
zmodload zsh/net/tcp
ztcp -d 7 127.0.0.1 %(port)d
cat <(%(look)s) =(print in a file)
%(look)s | cat
print $(%(look)s)
"""


def running(text):
    def scenario(run):
        words = {"look": run.look, "port": run.peer(), "free": run.port()}
        script = run.script("script", text % words)
        return run.command([ZSH, "-f", script], preload=True)
    return scenario


def is_numbered(descriptor):
    return descriptor.kind == "socket" or descriptor.fd == 7 or \
        descriptor.fd >= 10


harness.main([
    harness.Case(name, running(text), meant=is_numbered)
    for name, text in (
        ("ztcp", CONNECTION),
        ("ztcp -d 7", CONNECTION_ON_A_NUMBER),
        ("ztcp -l, -a", LISTENER),
        ("zsocket -l, -a", UNIX),
        ("files on numbers, =(), <()", FILES_ON_NUMBERS),
        ("coproc, >()", COPROCESS),
        ("substitutions with a connection", SUBSTITUTIONS),
    )
], needs={ZSH: "zsh"})
