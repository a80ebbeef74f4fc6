#!/usr/bin/python3
"""socat leaks its socket pairs into what it execs."""

import harness

SOCAT = harness.program("/usr/bin/socat")


def serving(address):
    def scenario(run):
        port = run.port()
        server = run.start([SOCAT, "TCP-LISTEN:%d,bind=127.0.0.1,fork,"
                            "reuseaddr" % port, address + ":" + run.look],
                           listens=port)
        run.held(server)
        return run.exchange(port)
    return scenario


def meaning_it(run):
    """The child uses 3 and 4, onto which socat duplicates its socket pair."""
    port = run.port()
    talk = run.script("talk", "#!/bin/sh\n%s >&2\ncat <&3 >&4\n" % run.look)
    run.start([SOCAT, "TCP-LISTEN:%d,bind=127.0.0.1" % port,
               "EXEC:%s,fdin=3,fdout=4" % talk], listens=port)
    return run.exchange(port, b"there and back\n")


def without_fork(run):
    """nofork: socat itself execs the program, with its connection as 0 and 1.
    """
    port = run.port()
    run.start([SOCAT, "TCP-LISTEN:%d,bind=127.0.0.1" % port,
               "EXEC:%s,nofork" % run.look], listens=port)
    return run.exchange(port)


harness.main([
    harness.Case("socat EXEC", serving("EXEC"),
                 leaks=["unix CONNECTED"] * 3),
    harness.Case("socat SYSTEM", serving("SYSTEM"),
                 leaks=["unix CONNECTED"] * 3),
    harness.Case("socat EXEC, fdin and fdout", meaning_it,
                 leaks=["unix CONNECTED"] * 3,
                 meant=lambda descriptor: descriptor.fd in (3, 4)),
    harness.Case("socat EXEC, nofork", without_fork,
                 leaks=["unix CONNECTED"] * 2),
], needs={SOCAT: "socat"})
