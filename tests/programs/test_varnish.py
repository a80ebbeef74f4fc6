#!/usr/bin/python3
"""varnishd leaks its listeners into the shells that clean up its folders."""

import harness

VARNISHD, RM = "/usr/sbin/varnishd", "/bin/rm"


def scenario(run):
    port, backend = run.port(), run.peer(answer=b"HTTP/1.0 200 OK\r\n\r\n")
    run.script("path/rm", '#!/bin/sh\n%s\nexec %s "$@"\n' % (run.look, RM))
    server = run.start(
        [VARNISHD, "-F", "-n", run.path("varnish"), "-a", "127.0.0.1:%d" % port,
         "-b", "127.0.0.1:%d" % backend, "-j", "none"],
        env={"PATH": run.path("path") + ":/usr/bin:/bin"}, listens=port)
    run.wait_look(3)
    run.held(server)
    return True


harness.main([
    harness.Case("varnishd, rm", scenario, leaks=["tcp LISTEN 127.0.0.1"],
                 holds=["tcp LISTEN"]),
], needs={VARNISHD: "varnish"}, root=True)
