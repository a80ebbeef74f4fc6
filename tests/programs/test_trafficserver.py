#!/usr/bin/python3
"""traffic_server gets from traffic_manager the listener that --httpport names.

traffic_manager listens, and passes "--httpport", "ip-in=[127.0.0.1]:8080:fd=7".
"""

import shutil

import harness
import kernel

MANAGER = "/usr/bin/traffic_manager"

# Debian's configuration has absolute paths; here they are in the run's
# directory.
LAYOUT = """
prefix: .
exec_prefix: .
bindir: /usr/bin
sbindir: /usr/bin
sysconfdir: ./etc
datadir: ./cache
includedir: ./include
libdir: /usr/lib/trafficserver
libexecdir: /usr/lib/trafficserver/modules
localstatedir: ./var
runtimedir: ./run
logdir: ./log
cachedir: ./cache
"""

RECORDS = """
CONFIG proxy.config.http.server_ports STRING %d:ip-in=127.0.0.1
CONFIG proxy.config.admin.user_id STRING #-1
CONFIG proxy.config.cache.threads_per_disk INT 1
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT 1
"""


def configure(run, port):
    root = run.directory("root")
    shutil.copytree("/etc/trafficserver", root + "/etc")
    run.directory("root", owner="trafficserver")
    for name in ("cache", "run", "log", "var"):
        run.directory("root/" + name, owner="trafficserver")
    run.file("root/etc/records.config", RECORDS % port)
    run.file("root/etc/storage.config", "cache 32M\n")
    return run.file("root/runroot.yaml", LAYOUT)


def scenario(run):
    port = run.port()
    layout = configure(run, port)
    # As root it would change its effective user, and in what it then execs the
    # loader would ignore LD_PRELOAD.
    server = run.start([MANAGER, "--run-root=" + layout], listens=port,
                       user="trafficserver")
    child = harness.until(lambda: [
        pid for pid in kernel.descendants(server.pid)
        if kernel.program(pid).endswith("/traffic_server")], "the server")[0]
    run.wait_line(run.path("root/log/diags.log"), "traffic server running")
    run.check_preloaded(child)
    run.held(server, below=False)
    return run.http(port)[0]


harness.main([
    harness.Case("a request", scenario, holds=["tcp LISTEN"], looks=0),
], needs={MANAGER: "trafficserver"})
