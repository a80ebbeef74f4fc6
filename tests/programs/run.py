"""One run of a scenario: its directory, processes, clients and looks."""

import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import urllib.error
import urllib.request

import kernel
import peer
from claim import PATIENCE, Failed, am_root, check, until
from variant import AUDIT, COMMAND, FDLOOK

import schema  # noqa: E402 (the toolkit's; variant has found it)


class Process:
    """A program that was started; log is the file with its output."""

    def __init__(self, popen, log, argv):
        self.popen, self.log, self.argv = popen, log, argv
        self.pid = popen.pid

    def output(self):
        with open(self.log, errors="replace") as file:
            return file.read()


class Run:
    """One scenario in one variant: its directory, its processes, what was
    seen."""

    def __init__(self, variant):
        self.variant = variant
        # Every user to which a server drops needs access to the tools; the
        # checkout may be in a folder that only its owner can enter.
        self.dir = tempfile.mkdtemp(prefix="noinherit-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.tools = self.directory("tools")
        self.fdlook = self._tool(FDLOOK)
        self.objects = [self._tool(path) for path in variant.objects]
        if variant.prefix:
            self.prefix = [self._tool(COMMAND), *variant.prefix]
        self.report = self.file("report", "", mode=0o666)
        self.traces = self.directory("traces", mode=0o1777)
        # A command for shells, hooks and CGI scripts: looks and prints
        # "looked".
        self.look = "%s %s" % (self.fdlook, self.report)
        self.processes, self.snapshots, self.peers = [], [], []

    def _tool(self, path):
        copy = os.path.join(self.tools, os.path.basename(path))
        shutil.copyfile(path, copy)
        os.chmod(copy, 0o755)
        return copy

    # Files. Owner and mode matter: many servers check them or drop root.

    def path(self, name):
        return os.path.join(self.dir, name)

    def directory(self, name, mode=0o755, owner=None):
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        return self._own(path, mode, owner)

    def file(self, name, text, mode=0o644, owner=None):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return self._own(path, mode, owner)

    def script(self, name, text, owner=None):
        return self.file(name, text, mode=0o755, owner=owner)

    def hook(self, name="hook", before="", after=""):
        """A shell script that looks. before and after are shell commands;
        "looked" is printed to the script's standard output."""
        return self.script(name, "#!/bin/sh\n%s\n%s\n%s\n"
                           % (before, self.look, after))

    def _own(self, path, mode, owner):
        os.chmod(path, mode)
        if owner and am_root():
            user = pwd.getpwnam(owner)
            os.chown(path, user.pw_uid, user.pw_gid)
        return path

    # Starting.

    def environment(self, preload=True, **more):
        """A small environment, with the variant's settings."""
        env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                       "/sbin:/bin",
               "HOME": self.dir, "TMPDIR": self.dir, "LANG": "C.UTF-8"}
        if preload and self.variant.objects and not self.variant.prefix:
            env["LD_PRELOAD"] = ":".join(self.objects)
        if preload and AUDIT in self.variant.objects:
            env["NOINHERIT_AUDIT_DIR"] = self.traces
        env.update(more)
        return env

    def _arguments(self, argv, env, preload, user, options):
        if preload and self.variant.prefix:
            options.pop("executable", None)     # the prefix is executed
            argv = self.prefix + list(argv)
        settings = dict(cwd=self.dir, stdin=subprocess.DEVNULL,
                        start_new_session=True,
                        env=self.environment(preload, **(env or {})))
        if user and am_root():
            entry = pwd.getpwnam(user)
            settings.update(user=entry.pw_uid, group=entry.pw_gid,
                            extra_groups=os.getgrouplist(user, entry.pw_gid))
        settings.update(options)
        return list(argv), settings

    def start(self, argv, listens=None, says=None, env=None, user=None,
              preload=True, **options):
        """Starts a program in a new session and waits until it is ready: until
        the kernel lists a listener on `listens` (a TCP port or the path of a
        unix socket), and its log matches `says`. It runs as `user` if the test
        runs as root. options are passed to subprocess.Popen."""
        argv, settings = self._arguments(argv, env, preload, user, options)
        log = self.path("log-%d" % len(self.processes))
        with open(log, "ab") as output:
            settings.setdefault("stdout", output)
            settings.setdefault("stderr", output)
            popen = subprocess.Popen(argv, **settings)
        process = Process(popen, log, argv)
        self.processes.append(process)
        if listens:
            self.wait_listening(listens, process)
        if says:
            self.wait_line(process, says)
        if preload and (listens or says):
            # The first process of a daemon may be ending: its memory is gone
            # then.
            until(lambda: popen.poll() is not None or
                  self.has_preloaded(process.pid),
                  "the preloaded objects in %s" % argv[0])
        return process

    def command(self, argv, input="", env=None, user=None, preload=False,
                status=0, **options):
        """Runs a client to its end and returns what it printed. It is
        preloaded only if asked for, as the server is usually under test. With
        status None any exit status is accepted."""
        options.setdefault("stderr", subprocess.STDOUT)
        options.pop("stdin", None)
        argv, settings = self._arguments(argv, env, preload, user, options)
        settings.pop("stdin")
        done = subprocess.run(argv, input=input.encode(), timeout=PATIENCE,
                              stdout=subprocess.PIPE, **settings)
        output = done.stdout.decode(errors="replace")
        check(status is None or done.returncode == status,
              "%s: exit status %d: %s" % (argv, done.returncode, output))
        return output

    # Events.

    def wait_listening(self, port, process=None):
        def is_ready():
            if process and process.popen.poll() not in (None, 0):
                raise Failed("%s ended with %s before it listened"
                             % (process.argv[0], process.popen.returncode))
            return kernel.is_listening(port)
        until(is_ready, "a listener on %s" % port)

    def wait_line(self, source, pattern):
        """Waits for a line in the log of a process or in a file."""
        path = source.log if isinstance(source, Process) else source

        def matches():
            if not os.path.exists(path):
                return None
            with open(path, errors="replace") as file:
                return re.search(pattern, file.read(), re.MULTILINE)
        return until(matches, "%r in %s" % (pattern, path))

    def wait_file(self, name):
        """Waits until a file has content, and returns that, stripped."""
        path = os.path.join(self.dir, name)

        def content():
            if not os.path.exists(path):
                return ""
            with open(path, errors="replace") as file:
                return file.read().strip()
        return until(content, "content of %s" % path)

    def wait_gone(self, pid):
        def is_gone():
            for process in self.processes:
                if process.pid == pid:
                    process.popen.poll()
            return not kernel.is_running(pid)
        until(is_gone, "the end of pid %d" % pid)

    def looks(self):
        return kernel.looks(self.report)

    def wait_look(self, count=1):
        """Waits until that many children have looked; returns the latest look.
        """
        until(lambda: len(self.looks()) >= count,
              "look %d of an exec'd child" % count)
        return self.looks()[count - 1]

    def reported(self, kinds):
        """The report of the recorder."""
        done = subprocess.run([COMMAND, "report", "--format=json",
                               "--kinds=" + kinds, self.traces],
                              stdout=subprocess.PIPE, timeout=PATIENCE)
        check(done.returncode == 0, "noinherit report: exit status %d"
              % done.returncode)
        return schema.read(done.stdout)

    def reported_leaks(self, case):
        """The kinds of sockets that the recorder reports as leaked: {"tcp
        LISTEN", ...}. The report is kept for scripts/leaks if LEAKS is set."""
        report = self.reported("leak")
        if os.environ.get("LEAKS") and case.leaks:
            with open(os.environ["LEAKS"], "a") as file:
                json.dump({"case": case.name, "report": report}, file)
                file.write("\n")
        whats = [finding["what"] or {} for finding in report["findings"]]
        return {"%s %s" % (what["type"], kernel.LISTEN
                           if what["state"] == "LISTEN" else kernel.CONNECTED)
                for what in whats if what.get("state")}

    # The server's own descriptors.

    def held(self, process, below=True):
        """What a process (or a pid) and its descendants hold now. main()
        requires that the sockets above 2 of every such snapshot are
        non-inheritable under the shim."""
        pid = process if isinstance(process, int) else process.pid
        members = kernel.tree(pid) if below else [pid]
        found = [descriptor for member in members
                 for descriptor in kernel.descriptors(member)]
        self.snapshots.append(found)
        return found

    def reload_twice(self, server, number, says, ask):
        """Sends, twice, a signal that makes the server exec itself, which its
        log reports, and asks it before and after: [what ask() returned, ...].
        The new image must have the old one's listeners."""
        answers = [ask()]
        before = kernel.listeners(server.pid)
        for times in (2, 3):
            self.send_signal(server, number)
            self.wait_line(server, "(?s)(%s.*){%d}" % (says, times))
            self.check_preloaded(server.pid)
            check(kernel.listeners(server.pid) == before,
                  "the new image has made listeners of its own")
            self.held(server)
            answers.append(ask())
        return answers

    def has_preloaded(self, pid):
        return all(kernel.has_loaded(pid, path) for path in self.objects)

    def check_preloaded(self, pid):
        """Checks that the variant's objects are loaded in the process."""
        check(self.has_preloaded(pid), "%s (%s) runs without %s"
              % (pid, kernel.command(pid), self.objects))

    # Clients.

    def port(self, low=False):
        """A TCP port of 127.0.0.1 that is free now. Some programs need one
        below those that the kernel chooses by itself."""
        for number in random.sample(range(20000, 32768), 99) if low else [0]:
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", number))
                except OSError:
                    continue
                return probe.getsockname()[1]
        raise Failed("99 ports between 20000 and 32768 are in use")

    def peer(self, greeting=b"", answer=peer.echo):
        """The port of a server in this test, for programs that are clients."""
        server = peer.Peer(greeting, answer)
        self.peers.append(server)
        return server.port

    def connect(self, port):
        """A socket that is connected to a port of 127.0.0.1 or to a unix path.
        """
        if isinstance(port, int):
            return socket.create_connection(("127.0.0.1", port), PATIENCE)
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(PATIENCE)
        client.connect(port)
        return client

    def exchange(self, port, request=b"", half_close=True):
        """Sends the request, shuts the sending side down (unless the server
        takes that for the end), and returns all that comes back."""
        with self.connect(port) as client:
            client.sendall(request)
            if half_close:
                client.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: client.recv(65536), b"")).decode()

    def http(self, port, path="/"):
        """(status, body) of a GET."""
        url = "http://127.0.0.1:%d%s" % (port, path)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    # The end.

    def send_signal(self, process, number):
        os.kill(process if isinstance(process, int) else process.pid, number)

    def stop(self, process, number=signal.SIGTERM):
        """Ends a process and its descendants; it gets time to finish by
        itself."""
        below = kernel.descendants(process.pid)
        if process.popen.poll() is None:
            process.popen.send_signal(number)
            try:
                process.popen.wait(5)
            except subprocess.TimeoutExpired:
                process.popen.kill()
                process.popen.wait()
        for pid in below:
            self._kill(pid)

    def _kill(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def _end_rest(self):
        """Ends daemons and orphans, which have become our children."""
        mine = {process.pid for process in self.processes}
        for pid in kernel.descendants(os.getpid()):
            if pid in mine:
                continue
            if not kernel.is_zombie(pid):
                self._kill(pid)
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass            # not our child yet: its parent is ending

    def end(self):
        for process in reversed(self.processes):
            self.stop(process)
        while kernel.descendants(os.getpid()):
            self._end_rest()
        for server in self.peers:
            server.shutdown()
            server.server_close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def logs(self):
        """The end of every log, to be printed with a failure."""
        names = sorted(name for name in os.listdir(self.dir)
                       if name.startswith("log") or name.endswith(".log"))
        text = []
        for name in names:
            if not stat.S_ISREG(os.stat(self.path(name)).st_mode):
                continue
            with open(self.path(name), errors="replace") as file:
                text.append("--- %s\n%s" % (name, file.read()[-3000:]))
        return "\n".join(text)
