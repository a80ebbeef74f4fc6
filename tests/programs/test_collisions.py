#!/usr/bin/python3
"""A program is told "put it on this number", and socket() happens to return
that very number: it makes no dup2 and relies on inheritance. The child has the
socket natively, and must have it under the shim.

guile's move->fdes is left out: nothing there shows which number is meant.
"""

import harness

YASH = """exec 3<>/dev/tcp/127.0.0.1/%(port)d
%(look)s
echo a line >&3
sh -c 'read -r line <&3; echo "$line"'
"""

ZSH = """zmodload zsh/net/tcp
ztcp -d 3 127.0.0.1 %(port)d
%(look)s
print -u3 a line
sh -c 'read -r line <&3; echo "$line"'
"""

ACCEPTING = """zmodload zsh/net/tcp
ztcp -l %(free)d
listener=$REPLY
ztcp 127.0.0.1 %(free)d
client=$REPLY
ztcp -a -d 5 $listener
%(look)s
print -u $client a line
sh -c 'read -r line <&5; echo "$line"'
"""

# 3, 4 and 5 are in use, so the connection gets 6.
CLIENT = """#!/bin/sh
%s
echo a line >&7
read -r line <&6
echo "$line from $PROTO"
"""


def script(shell, text):
    def scenario(run):
        words = {"look": run.look, "port": run.peer(), "free": run.port()}
        return run.command([shell, run.script("script", text % words)],
                           preload=True)
    return scenario


def tcpclient(run):
    return run.command(
        ["/bin/sh", "-c", '"$@" 3<&0 4<&0 5<&0', "sh", "tcpclient", "-RHl0",
         "127.0.0.1", str(run.peer()), run.script("client", CLIENT % run.look)],
        preload=True)


def socat(run):
    return run.command(
        ["socat", "-t", "5", "-",
         "system:%s; cat <&6 >&6,fdin=6,fdout=6" % run.look],
        input="a line\n", preload=True)


harness.main([
    harness.Case("yash, /dev/tcp", script("/usr/bin/yash", YASH),
                 meant=lambda d: d.fd == 3, shows="a line"),
    harness.Case("zsh, ztcp -d", script("/usr/bin/zsh", ZSH),
                 meant=lambda d: d.fd == 3, shows="a line"),
    harness.Case("zsh, ztcp -a -d", script("/usr/bin/zsh", ACCEPTING),
                 meant=lambda d: d.kind == "socket", shows="a line"),
    harness.Case("tcpclient", tcpclient, meant=lambda d: d.fd in (6, 7),
                 shows="a line from TCP"),
    harness.Case("socat, fdin and fdout", socat, shows="a line",
                 leaks=["unix CONNECTED"] * 2, meant=lambda d: d.fd == 6),
], needs={"/usr/bin/yash": "yash", "/usr/bin/zsh": "zsh",
          "/usr/bin/tcpclient": "ucspi-tcp", "/usr/bin/socat": "socat"})
