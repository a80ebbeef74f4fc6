#!/usr/bin/python3
"""mariadb's client leaks its connection into the commands of `system`."""

import harness

SERVER, CLIENT = "/usr/sbin/mariadbd", "/usr/bin/mariadb"


def start(run):
    port = run.port()
    data = run.directory("data", owner="mysql", mode=0o700)
    common = ["--no-defaults", "--datadir=" + data, "--tmpdir=" + data]
    if harness.am_root():
        common.append("--user=mysql")
    run.command(["mariadb-install-db", *common, "--skip-test-db",
                 "--auth-root-authentication-method=normal",
                 "--innodb-log-file-size=4M"])
    server = run.start([SERVER, *common, "--port=%d" % port,
                        "--bind-address=127.0.0.1",
                        "--innodb-log-file-size=4M",
                        "--innodb-flush-method=nosync",
                        "--socket=" + run.path("data/socket"),
                        "--pid-file=" + run.path("data/pid")], listens=port,
                       says="ready for connections")
    return server, port


def scenario(run):
    server, port = start(run)
    run.held(server)
    run.file("commands", "select 1 + 1;\nsystem %s\nselect 2 + 2;\n"
             % run.look)
    with open(run.path("commands")) as commands:
        return run.command([CLIENT, "--no-defaults", "-N", "-u", "root", "-h",
                            "127.0.0.1", "-P", str(port)],
                           input=commands.read(), preload=True)


harness.main([
    harness.Case("mariadb's system command", scenario,
                 leaks=["tcp CONNECTED"]),
], needs={SERVER: "mariadb-server", CLIENT: "mariadb-client"})
