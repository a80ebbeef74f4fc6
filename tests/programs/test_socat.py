#!/usr/bin/python3
"""socat gives its socket pairs to what it execs."""

import harness


def serving(address):
    def scenario(run):
        port = run.port()
        server = run.start(["socat", "TCP-LISTEN:%d,bind=127.0.0.1,fork,"
                            "reuseaddr" % port, address + ":" + run.look],
                           listens=port)
        run.held(server)
        return run.exchange(port)
    return scenario


harness.main([
    harness.Case("socat EXEC", serving("EXEC"),
                 leaks=["unix CONNECTED"] * 3),
    harness.Case("socat SYSTEM", serving("SYSTEM"),
                 leaks=["unix CONNECTED"] * 3),
], needs={"/usr/bin/socat": "socat"})
