#!/usr/bin/python3
"""gpgsm gets from libgpgme the socket that _assuan_connection_fd names."""

import harness

# The engine is a script that looks, and then executes gpgsm.
CLIENT = """
import gpg, sys
context = gpg.Context(protocol=gpg.constants.protocol.CMS)
context.set_engine_info(gpg.constants.protocol.CMS, sys.argv[1], sys.argv[2])
print(list(context.keylist()))
"""

HOOK = """#!/bin/sh
case " $* " in
*" --server "*) echo "$_assuan_connection_fd" > named; %s >&2 ;;
esac
exec /usr/bin/gpgsm "$@"
"""


def scenario(run):
    home = run.directory("gnupg", mode=0o700)
    hook = run.script("hook", HOOK % run.look)
    output = run.command(["/usr/bin/python3", "-c", CLIENT, hook, home],
                         preload=True)
    named = [int(run.wait_file("named"))]
    arrived = [d.fd for d in run.wait_look().descriptors
               if d.kind == "socket" and d.fd > 2]
    harness.check(named == arrived, "%s was named, but the child has %s"
                  % (named, arrived))
    return output


harness.main([
    harness.Case("keylist", scenario,
                 meant=lambda descriptor: descriptor.what == "unix CONNECTED"),
], needs={"/usr/bin/gpgsm": "gpgsm", "/usr/bin/gpg-agent": "gpg-agent",
          "/usr/lib/python3/dist-packages/gpg": "python3-gpg"})
