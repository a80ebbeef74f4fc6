#!/usr/bin/python3
"""Real programs under noinherit audit: one report over the whole tree says
what leaked, who created it, who received it and what to change; with
--enforce, it says what the shim prevented.

Each program is a Debian package with a throw-away configuration on 127.0.0.1
and a real client. Those that are not installed are skipped, with a message.
"""

import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
import schema  # noqa: E402
from toolkit import (NOINHERIT, RECORDER, SHIM, FolderTest,  # noqa: E402
                     helper, main)

CURL_CLIENT = helper("curl_client")
POSTGRES = max(glob.glob("/usr/lib/postgresql/*/bin/postgres"), default="")


def needs(path, package):
    return unittest.skipUnless(path and shutil.which(path),
                               f"package {package} is not installed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1].endswith(f":{port:04X}") and
                   line.split()[3] == "0A" for line in list(table)[1:])


class RealProgram(FolderTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        self.port = free_port()
        # Programs that drop root need access to it, wherever the build is.
        self.noinherit = shutil.copy(NOINHERIT, self.folder)
        for path in (RECORDER, SHIM):
            shutil.copy(path, self.folder)

    def audit(self, options, command, client, stop=None):
        """Records a server while client runs; stop is the signal that ends it.
        Returns the directory of the recording."""
        directory = os.path.join(self.folder, "recording" + "".join(options))
        log = open(os.path.join(self.folder, "log"), "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [self.noinherit, "audit", "--record-only", "-o", directory,
             *options, "--", *command], env=self.environment, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.wait_for_port(process)
            client()
            if stop:
                process.send_signal(stop)
            process.wait(60)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(60)
        return directory

    def wait_for_port(self, process):
        for _ in range(2000):
            if is_listening(self.port):
                return
            self.assertIsNone(process.poll(), self.log())
            time.sleep(0.01)
        self.fail("nobody listens\n" + self.log())

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8",
                  errors="replace") as log:
            return log.read()

    def report(self, directory, *options):
        return subprocess.run([NOINHERIT, "report", *options, directory],
                              env=self.environment, capture_output=True,
                              text=True, check=True, timeout=120).stdout

    def leaks(self, directory):
        report = schema.read(self.report(directory, "--format=json"))
        return [finding for finding in report["findings"]
                if finding["kind"] == "leak"]

    def find(self, leaks, kind, state, receiver):
        """The leak of such a socket directly into that program."""
        found = [leak for leak in leaks
                 if leak["what"]["type"] == kind and
                 leak["what"]["state"] == state and
                 os.path.basename(leak["to"]["exe"]) == receiver]
        self.assertTrue(found, (kind, state, receiver, leaks))
        return found[0]

    def assert_tells_all(self, directory, leak, creator, call):
        """The report tells a reader who does not know the program what to
        change and where."""
        self.assertEqual(os.path.basename(leak["exe"]), creator)
        self.assertEqual(leak["call"], call)
        self.assertTrue(leak["created"] and leak["at"], leak)
        for frame in leak["created"] + leak["at"]:
            self.assertTrue(frame["module"], frame)
        self.assertTrue(leak["to"]["argv"], leak)
        text = self.report(directory)
        self.assertIn("  fix: " + leak["fix"] + "\n", text)
        self.assertRegex(text, r"\nSUMMARY: \d+ leaks?\b.*\n\Z")

    def assert_stopped(self, directory, kind, state):
        """This leak is reported as prevented, and no other socket leaked."""
        leaks = self.leaks(directory)
        self.assertTrue([leak for leak in leaks
                         if leak["what"]["type"] == kind and
                         leak["what"]["state"] == state and
                         leak["suppressed"]], leaks)
        self.assertEqual([leak for leak in leaks if leak["what"]["family"] and
                          not leak["suppressed"]], [])
        self.assertIn("STOPPED LEAK  ", self.report(directory))


SHELL = os.path.basename(os.path.realpath("/bin/sh"))


@needs("php", "php-cli")
class Php(RealProgram):
    def run_php(self, *options):
        self.file("index.php", '<?php echo shell_exec("echo from the shell");')

        def client():
            for _ in range(2):
                with urllib.request.urlopen(
                        f"http://127.0.0.1:{self.port}/", timeout=30) as page:
                    self.assertEqual(page.read(), b"from the shell\n")

        return self.audit(options, ["php", "-S", f"127.0.0.1:{self.port}"],
                          client, stop=signal.SIGINT)

    def test_listener_and_connections_go_into_the_shell(self):
        directory = self.run_php()
        leaks = self.leaks(directory)
        listener = self.find(leaks, "tcp", "LISTEN", SHELL)
        self.assertEqual(listener["what"]["laddr"], f"127.0.0.1:{self.port}")
        self.assertEqual(listener["count"], 2)
        # In later versions of libc popen() passes "--", too.
        argv = [word for word in listener["to"]["argv"] if word != "--"]
        self.assertEqual(argv, ["sh", "-c", "echo from the shell"])
        self.assert_tells_all(directory, listener, listener["exe"]
                              .split("/")[-1], "socket")
        connection = self.find(leaks, "tcp", "ESTABLISHED", SHELL)
        self.assertEqual(connection["call"], "accept")
        self.assertEqual(connection["count"], 2)
        script = [leak for leak in leaks if leak["what"]["type"] == "file"]
        self.assertTrue(any(leak["what"]["path"].endswith("/index.php")
                            for leak in script), leaks)

    def test_enforced_they_do_not_leak(self):
        self.assert_stopped(self.run_php("--enforce"), "tcp", "LISTEN")


@needs("ncat", "ncat")
class Ncat(RealProgram):
    def run_ncat(self, *options):
        def client():
            with socket.create_connection(("127.0.0.1", self.port),
                                          timeout=30) as connection:
                self.assertEqual(connection.makefile().read(), "hello\n")

        return self.audit(options, ["ncat", "-l", "127.0.0.1", str(self.port),
                                    "--keep-open", "--sh-exec", "echo hello"],
                          client, stop=signal.SIGTERM)

    def test_listener_and_connection_go_into_the_shell(self):
        directory = self.run_ncat()
        leaks = self.leaks(directory)
        listener = self.find(leaks, "tcp", "LISTEN", SHELL)
        self.assert_tells_all(directory, listener, "ncat", "socket")
        self.find(leaks, "tcp", "ESTABLISHED", SHELL)

    def test_enforced_they_do_not_leak(self):
        self.assert_stopped(self.run_ncat("--enforce"), "tcp", "LISTEN")


@needs("rsync", "rsync")
class Rsync(RealProgram):
    def run_rsync(self, *options):
        os.mkdir(os.path.join(self.folder, "files"))
        self.file("files/a", "content\n", 0o644)
        owner = pwd.getpwuid(os.getuid()).pw_name
        config = self.file("rsyncd.conf", f"""
use chroot = no
uid = {owner}
[files]
path = {self.folder}/files
pre-xfer exec = /bin/echo hook
""", 0o644)

        def client():
            subprocess.run(["rsync", f"rsync://127.0.0.1:{self.port}/files/a",
                            self.folder + "/copy"], check=True, timeout=60,
                           env=self.environment)

        return self.audit(options, ["rsync", "--daemon", "--no-detach",
                                    f"--config={config}",
                                    "--address=127.0.0.1",
                                    f"--port={self.port}"], client,
                          stop=signal.SIGTERM)

    def test_the_connection_goes_into_the_hook(self):
        directory = self.run_rsync()
        leak = self.find(self.leaks(directory), "tcp", "ESTABLISHED", SHELL)
        self.assert_tells_all(directory, leak, "rsync", "accept")

    def test_enforced_it_does_not_leak(self):
        self.assert_stopped(self.run_rsync("--enforce"), "tcp", "ESTABLISHED")


@needs(POSTGRES, "postgresql")
@unittest.skipUnless(os.geteuid() == 0, "needs root, to become postgres")
class Postgresql(RealProgram):
    def as_postgres(self, *command):
        return ["setpriv", "--reuid=postgres", "--regid=postgres",
                "--clear-groups", *command]

    def query(self, text):
        subprocess.run(["psql", "-X", "-h", "127.0.0.1", "-p", str(self.port),
                        "-U", "postgres", "-c", text], check=True, timeout=60,
                       env=self.environment, capture_output=True)

    def run_postgres(self, *options):
        user = pwd.getpwnam("postgres")
        data = os.path.join(self.folder, "data")
        os.mkdir(data, 0o700)
        os.chown(data, user.pw_uid, user.pw_gid)
        subprocess.run(self.as_postgres(
            os.path.join(os.path.dirname(POSTGRES), "initdb"), "-D", data,
            "-A", "trust", "-U", "postgres", "-N", "--no-instructions"),
            check=True, capture_output=True, timeout=300,
            env=self.environment, cwd="/")

        def client():
            for _ in range(300):
                done = subprocess.run(
                    ["psql", "-X", "-h", "127.0.0.1", "-p", str(self.port),
                     "-U", "postgres", "-c", "SELECT 1"], timeout=60,
                    env=self.environment, capture_output=True, check=False)
                if done.returncode == 0:
                    break
                time.sleep(0.1)
            self.query("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'")

        return self.audit(options, self.as_postgres(
            POSTGRES, "-D", data, "-k", data, "-p", str(self.port), "-c",
            "listen_addresses=127.0.0.1", "-c", "fsync=off"), client,
            stop=signal.SIGINT)

    def test_the_client_s_connection_goes_into_the_program(self):
        directory = self.run_postgres()
        leak = self.find(self.leaks(directory), "tcp", "ESTABLISHED", SHELL)
        self.assert_tells_all(directory, leak, "postgres", "accept")
        self.assertIn("cat >/dev/null", leak["to"]["argv"])
        self.assertEqual(leak["created"][-1]["function"], "_start")

    def test_enforced_it_does_not_leak(self):
        self.assert_stopped(self.run_postgres("--enforce"), "tcp",
                            "ESTABLISHED")


@needs(CURL_CLIENT, "build")
class Libcurl(RealProgram):
    def run_curl(self, *options):
        directory = os.path.join(self.folder, "recording" + "".join(options))
        with socket.create_server(("127.0.0.1", self.port)) as server:
            thread = threading.Thread(target=self.answer, args=[server],
                                      daemon=True)
            thread.start()
            done = subprocess.run(
                [NOINHERIT, "audit", "--record-only", "-o", directory,
                 *options, "--", CURL_CLIENT,
                 f"http://127.0.0.1:{self.port}/", "true"], timeout=60,
                env=self.environment, capture_output=True, text=True,
                check=False)
        if done.returncode == 77:
            self.skipTest(done.stderr.split("\n")[0])
        self.assertEqual(done.returncode, 0, done.stderr)
        return directory

    def answer(self, server):
        connection, _ = server.accept()
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            connection.recv(4096)

    def test_the_kept_connection_goes_into_the_child(self):
        directory = self.run_curl()
        leak = self.find(self.leaks(directory), "tcp", "ESTABLISHED", SHELL)
        self.assert_tells_all(directory, leak, "curl_client", "socket")
        self.assertRegex(leak["created"][0]["module"], "libcurl")
        self.assertRegex(leak["fix"], "^SOCK_CLOEXEC at .*libcurl")
        self.assertTrue(any(re.search(r"curl_client\.c$", frame["file"] or "")
                            for frame in leak["created"]), leak["created"])

    def test_enforced_it_does_not_leak(self):
        self.assert_stopped(self.run_curl("--enforce"), "tcp", "ESTABLISHED")


if __name__ == "__main__":
    main()
