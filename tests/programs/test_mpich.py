#!/usr/bin/python3
"""mpiexec's proxy and the processes of the proxy get the sockets that
HYDI_CONTROL_FD and PMI_FD name, and not the listener of mpiexec."""

import harness

MPIEXEC = "/usr/bin/mpiexec.hydra"
MPIVARS = "/usr/bin/mpivars"


def scenario(run):
    process = run.hook("process", before='echo "$PMI_FD" >> named',
                       after="exec " + MPIVARS)
    run.command([MPIEXEC, "-outfile-pattern", run.path("out.%r"), "-n", "2",
                 process], preload=True)
    named = sorted(map(int, run.wait_file("named").split()))
    run.wait_look(2)
    arrived = sorted(d.fd for look in run.looks() for d in look.descriptors
                     if d.kind == "socket" and d.fd in named)
    harness.check(named == arrived, "%s were named, but the children have %s"
                  % (named, arrived))
    lines = [run.wait_file("out.%d" % rank).splitlines() for rank in (0, 1)]
    return [(text[0], len(text)) for text in lines]


# mpiexec listens on every address.
harness.isolate_network()
harness.main([
    harness.Case("two processes", scenario,
                 leaks=["tcp LISTEN 0.0.0.0"] * 2,
                 meant=lambda descriptor: descriptor.what == "unix CONNECTED"),
], needs={MPIEXEC: "mpich", MPIVARS: "mpich"})
