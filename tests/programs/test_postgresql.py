#!/usr/bin/python3
"""PostgreSQL leaks the client's connection into the programs of COPY."""

import glob

import harness

INITDB = max(glob.glob("/usr/lib/postgresql/*/bin/initdb"),
             default="/usr/lib/postgresql/15/bin/initdb")
BIN = INITDB.removesuffix("initdb")


def start(run):
    port = run.port()
    data = run.directory("data", owner="postgres", mode=0o700)
    sockets = run.directory("sockets", owner="postgres")
    run.command([INITDB, "-D", data, "-A", "trust", "-U", "postgres", "-N",
                 "--no-instructions"], user="postgres", preload=True)
    server = run.start([BIN + "postgres", "-D", data, "-k", sockets, "-p",
                        str(port), "-c", "listen_addresses=127.0.0.1",
                        "-c", "fsync=off"], user="postgres", listens=port,
                       says="ready to accept connections")
    return server, port


def query(run, port, text):
    return run.command([BIN + "psql", "-X", "-t", "-h", "127.0.0.1", "-p",
                        str(port), "-U", "postgres", "-c", text])


def scenario(run):
    server, port = start(run)
    run.held(server)
    return [
        query(run, port, "COPY (SELECT 1) TO PROGRAM 'cat >&2; %s >&2'"
              % run.look),
        query(run, port, "CREATE TABLE seen (word text);"
              "COPY seen FROM PROGRAM '%s'; SELECT word FROM seen"
              % run.look)]


harness.main([
    harness.Case("COPY TO and FROM PROGRAM", scenario,
                 leaks=["tcp CONNECTED", "tcp CONNECTED"],
                 holds=["tcp LISTEN", "unix LISTEN"]),
], needs={BIN + "postgres": "postgresql-15"})
