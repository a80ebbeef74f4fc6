#!/usr/bin/python3
"""ncat leaks its listener and the connection into the shell that it execs."""

import harness


def scenario(run):
    port = run.port()
    server = run.start(["ncat", "-l", "127.0.0.1", str(port), "--keep-open",
                        "--sh-exec", run.look], listens=port)
    run.held(server)
    return run.exchange(port, half_close=False)


harness.main([
    harness.Case("ncat --sh-exec", scenario,
                 leaks=["tcp LISTEN 127.0.0.1", "tcp CONNECTED 127.0.0.1"],
                 holds=["tcp LISTEN"]),
], needs={"/usr/bin/ncat": "ncat"})
