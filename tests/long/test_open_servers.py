#!/usr/bin/python3
"""report --open on nginx and redis while a client holds connections: the
number of their descriptors is that of /proc/PID/fd at the same moment.

The server is stopped meanwhile, or it could open or close a descriptor between
the two looks (redis reads /proc/self/stat now and then).
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "cli"))
import command  # noqa: E402
import nginx  # noqa: E402
from command import NOINHERIT  # noqa: E402

CLIENTS = 40
PATIENCE = 120

REDIS = """
bind 127.0.0.1
port %(port)d
dir %(dir)s
save ""
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("not in time: " + what)
        time.sleep(0.01)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def count(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    def is_stopped():
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"
    until(is_stopped, "the server stops")


class Servers(command.CommandTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.recording = self.path("recording")
        self.clients = []
        self.addCleanup(lambda: [client.close() for client in self.clients])

    def serve(self, *words):
        """Starts the server under the recorder; returns its process."""
        with open(self.path("log"), "wb") as log:
            audit = subprocess.Popen(
                [NOINHERIT, "audit", "--record-only", "-o", self.recording,
                 "--", *words], env=self.environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, cwd=self.folder)
        self.addCleanup(audit.wait, PATIENCE)
        self.addCleanup(audit.terminate)
        until(lambda: self.is_serving(audit), "somebody listens")
        return children_of(audit.pid)[0]

    def is_serving(self, audit):
        if audit.poll() is not None:
            with open(self.path("log"), encoding="utf-8") as log:
                self.fail(log.read())
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True

    def connect(self, request, answer):
        """A client that has had an answer and stays connected."""
        client = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.clients.append(client)
        client.sendall(request)
        text = b""
        while answer not in text:
            more = client.recv(4096)
            self.assertTrue(more, text)
            text += more

    def ask(self, pid):
        """The report, once it equals the kernel's list. A server that was
        stopped between a call and its record is continued, and stopped again.
        """
        for _ in range(20):
            stop(pid)
            result = self.noinherit("report", "--open", "--format=json",
                                    str(pid))
            kernel = count(pid)
            os.kill(pid, signal.SIGCONT)
            self.assertEqual(result.returncode, 0, result.stderr)
            process, = json.loads(result.stdout)["processes"]
            self.assertEqual(process["kernel_open"], kernel)
            if process["open"] + process["standard_open"] == kernel:
                return process
        self.fail(f"{process['open']} + {process['standard_open']} said, "
                  f"{kernel} open")

    def check_clients(self, pid, request, answer):
        for _ in range(CLIENTS):
            self.connect(request, answer)
        self.check_holds(pid, CLIENTS)
        before = count(pid)
        for client in self.clients[CLIENTS // 4:]:
            client.close()
        del self.clients[CLIENTS // 4:]
        until(lambda: count(pid) <= before - CLIENTS * 3 // 4,
              "the connections are closed")
        self.check_holds(pid, CLIENTS // 4)

    def check_holds(self, pid, clients):
        process = self.ask(pid)
        accepted = sum(site["open"] for site in process["sites"]
                       if site["call"] in ("accept", "accept4"))
        self.assertEqual(accepted, clients, process["sites"])

    def test_redis(self):
        command.need("redis-server")
        config = self.file("redis.conf", REDIS % {"port": self.port,
                                                  "dir": self.folder})
        pid = self.serve("redis-server", config)
        self.check_clients(pid, b"PING\r\n", b"+PONG\r\n")

    def test_nginx(self):
        command.need("/usr/sbin/nginx")
        config = self.file("nginx.conf", nginx.configuration(
            self.folder, self.port, "daemon off; worker_processes 1;",
            'location / { return 200 "page"; }',
            http="keepalive_timeout 600s;",
            user="root" if os.getuid() == 0 else None))
        master = self.serve("/usr/sbin/nginx",
                            *nginx.arguments(self.folder, config))
        until(lambda: len(children_of(master)) == 1, "a worker")
        self.check_clients(children_of(master)[0],
                           b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"page")


if __name__ == "__main__":
    command.main()
