#!/usr/bin/python3
"""noinherit scan: real processes with real sockets, leaked and not leaked.

Every process here is started by the test; naming their PIDs keeps other
processes out of the comparison.
"""

import datetime
import json
import os
import pty
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
import urllib.request

import command
import schema
from command import NOINHERIT

NOBODY = 65534
PATIENCE = 60

# Opens a socket of the given kind, prints its number, and waits for the end of
# standard input. With a command, it is the parent of that command.
HOLDER = """
import ctypes, os, socket, subprocess, sys
kind, inheritable, *child = sys.argv[1:]
if kind == "namespace":
    kind = "tcp"
    if ctypes.CDLL(None).unshare(0x40000000):
        sys.exit(77)
if kind == "tcp":
    s = socket.socket(); s.bind(("0.0.0.0", 0)); s.listen(1)
elif kind == "tcp6":
    s = socket.socket(socket.AF_INET6); s.bind(("::1", 0)); s.listen(1)
elif kind == "udp":
    s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0))
elif kind == "plain":
    s = socket.socket()
elif kind == "pair":
    s, other = socket.socketpair()
else:
    s = socket.socket(socket.AF_UNIX); s.bind(kind); s.listen(1)
s.set_inheritable(inheritable == "yes")
name = s.getsockname()
process = subprocess.Popen(child, close_fds=False, stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE) if child else None
if process:
    process.stdout.readline()
print(s.fileno(), name[1] if type(name) is tuple else 0,
      process.pid if process else 0, flush=True)
sys.stdin.read()
"""
# A shell, because it is another program than the interpreter and has no
# sockets.
RECEIVER = ["sh", "-c", "echo ready; read line"]


class Holder:
    """A process that holds a socket; it ends with the test."""

    def __init__(self, test, kind, inheritable, *child, **options):
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, kind,
             "yes" if inheritable else "no", *child],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        test.addCleanup(self.end)
        line = self.process.stdout.readline()
        if not line:
            raise unittest.SkipTest(f"holder of {kind}: {self.process.wait()}")
        self.fd, self.port, self.child = map(int, line.split())
        self.pid = self.process.pid

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=PATIENCE)


def name(pid):
    """The name that scan gives to a process: the file of its program."""
    program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    return f"{program}({pid})"


def started(pid):
    """The start time in seconds since 1970, computed as ps(1) does."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        ticks = int(file.read().rsplit(")", 1)[1].split()[19])
    with open("/proc/stat", encoding="ascii") as file:
        boot, = (int(line.split()[1]) for line in file
                 if line.startswith("btime "))
    return boot + ticks // os.sysconf("SC_CLK_TCK")


def facts(pid):
    """What a JSON scan says about a process of this machine, which may be in a
    unit or a container; its start time may be wrong by a second."""
    found = schema.read(subprocess.run(
        [NOINHERIT, "scan", "--json", "--kinds=all", str(pid)],
        capture_output=True, check=True).stdout)["findings"][0]
    party = found if found["pid"] == pid else found["to"]
    name = pwd.getpwuid(os.stat(f"/proc/{pid}").st_uid).pw_name
    start = datetime.datetime.fromisoformat(party["start"].replace("Z", "+00:00"))
    assert abs(start.timestamp() - started(pid)) <= 1, (start, started(pid))
    with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
        group = file.read()
    assert (party["unit"] or "") in group and (party["container"] or "") in group
    return {"user": name, "start": party["start"], "unit": party["unit"],
            "container": party["container"]}


class ScanTest(command.CommandTest):

    def lines(self, *arguments, status=0):
        """The lines of the findings, without the summary."""
        result = self.noinherit("scan", *map(str, arguments))
        self.assertEqual((result.returncode, result.stderr), (status, ""))
        *lines, summary = result.stdout.splitlines()
        self.assertTrue(summary.startswith("SUMMARY: "), summary)
        # Facts about the processes stand below each finding.
        return [line for line in lines if not line.startswith("    ")]

    def json(self, *arguments):
        result = self.noinherit("scan", "--json", *map(str, arguments))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return schema.read(result.stdout)


class Findings(ScanTest):

    def test_an_inheritable_listener_is_named_with_its_address(self):
        holder = Holder(self, "tcp", True)
        self.assertEqual(self.lines(holder.pid), [
            f"tcp LISTEN 0.0.0.0:{holder.port} of {name(holder.pid)} "
            f"is inheritable as fd {holder.fd}"])

    def test_a_socket_that_is_marked_is_not_found(self):
        holder = Holder(self, "tcp", False)
        self.assertEqual(self.lines(holder.pid), [])

    def test_a_leaked_listener_is_named_with_owner_and_holder(self):
        holder = Holder(self, "tcp", True, *RECEIVER)
        leak = (f"tcp LISTEN 0.0.0.0:{holder.port} of {name(holder.pid)} is "
                f"also held by {name(holder.child)} as fd {holder.fd}")
        inheritable = (f"tcp LISTEN 0.0.0.0:{holder.port} of "
                       f"{name(holder.pid)} is inheritable as fd {holder.fd}")
        self.assertEqual(self.lines(holder.pid), [leak, inheritable])
        self.assertEqual(self.lines(holder.child), [leak])
        self.assertIn(leak, self.lines())

    def test_each_kind_of_socket_is_named(self):
        path = self.path("a socket")
        for kind, text in (("tcp6", "tcp LISTEN [::1]:{port}"),
                           ("udp", "udp 127.0.0.1:{port}"),
                           ("plain", "tcp"),
                           ("pair", "unix ESTABLISHED"),
                           (path, f"unix LISTEN {path}"),
                           (f"\0{path}", f"unix LISTEN @{path}")):
            with self.subTest(kind):
                if kind[0] == "\0":
                    continue
                try:
                    holder = Holder(self, kind, True)
                except unittest.SkipTest as reason:
                    print(reason, file=sys.stderr)
                    continue
                text = text.format(port=holder.port)
                line, = self.lines(holder.pid)
                self.assertEqual(line, f"{text} of {name(holder.pid)} "
                                       f"is inheritable as fd {holder.fd}")

    def test_a_path_cannot_make_up_a_line(self):
        """Neither on the terminal nor in the kernel's list of sockets."""
        victim = Holder(self, self.path("true"), True)
        inode = os.stat(f"/proc/{victim.pid}/fd/{victim.fd}").st_ino
        fake = f"0: 2 0 10000 1 1 {inode} fake"
        os.chdir(self.folder)
        self.addCleanup(os.chdir, "/")
        forger = Holder(self, f"x\x1b[31m\n{fake}", True)
        line, = self.lines(forger.pid)
        self.assertIn("unix LISTEN x\\x1b[31m of", line)
        line, = self.lines(victim.pid)
        self.assertNotIn("fake", line)

    def test_forks_of_one_program_are_told_once(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        listener.set_inheritable(True)
        pids = []
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                signal.pause()
                os._exit(0)
            pids.append(pid)
            self.addCleanup(os.waitpid, pid, 0)
            self.addCleanup(os.kill, pid, signal.SIGKILL)
        lines = [line for line in self.lines(os.getpid())
                 if f":{listener.getsockname()[1]} " in line]
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].endswith(", and so in 3 more of its processes"),
                        lines[0])

    def test_another_network_namespace_is_looked_into(self):
        holder = Holder(self, "namespace", True)
        line, = self.lines(holder.pid)
        self.assertTrue(line.startswith(f"tcp LISTEN 0.0.0.0:{holder.port} of "),
                        line)

    def test_a_program_that_was_replaced_keeps_its_name(self):
        tool = self.path("tool")
        shutil.copy("/bin/sh", tool)
        holder = Holder(self, "tcp", True, tool, "-c", "echo ready; read line")
        os.unlink(tool)
        leak = self.lines(holder.child)[0]
        self.assertIn(f"held by tool({holder.child}) as", leak)


class Meant(ScanTest):
    """What another program got on purpose is no leak, but can be shown."""

    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)
        self.text = f"tcp LISTEN 127.0.0.1:{self.listener.getsockname()[1]} of "

    def receiver(self, command_line, **options):
        options.setdefault("stdin", subprocess.PIPE)
        child = subprocess.Popen(command_line, stdout=subprocess.PIPE, **options)
        self.addCleanup(child.wait, timeout=PATIENCE)
        self.addCleanup(child.kill)
        if child.stdin:
            self.addCleanup(child.stdin.close)
        self.addCleanup(child.stdout.close)
        self.assertEqual(child.stdout.readline(), b"ready\n")
        return child.pid

    def assert_passed(self, pid, why):
        self.assertEqual(self.lines("--error-exitcode=9", pid), [])
        line, = self.lines("--kinds=passed", pid)
        self.assertTrue(line.startswith(self.text), line)
        self.assertIn(f"held by {name(pid)}", line)
        self.assertIn(f"passed: {why}", line)

    def test_a_standard_stream_was_passed(self):
        pid = self.receiver(["sh", "-c", "echo ready; exec sleep 1000"],
                            stdin=self.listener.fileno())
        self.assert_passed(pid, "as a standard stream")

    def test_a_descriptor_of_socket_activation_was_passed(self):
        number = self.listener.fileno()
        pid = self.receiver(
            ["sh", "-c", f"exec 3<&{number} {number}<&-; "
                         "exec env LISTEN_FDS=1 LISTEN_PID=$$ "
                         "sh -c 'echo ready; read line'"],
            pass_fds=[number])
        if number != 3:
            self.assert_passed(pid, "by LISTEN_FDS")

    def test_who_marks_it_close_on_exec_knows_of_it(self):
        number = self.listener.fileno()
        tool = self.path("tool")
        source = self.file("tool.c", """
            #include <fcntl.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            int main(int argc, char **argv)
            {
                (void)argc;
                fcntl(atoi(argv[1]), F_SETFD, FD_CLOEXEC);
                puts("ready");
                fflush(stdout);
                return pause();
            }""")
        subprocess.run(["gcc", "-o", tool, source], check=True)
        pid = self.receiver([tool, str(number)], pass_fds=[number])
        self.assert_passed(pid, "it is marked close-on-exec there")


# A server that starts another program and ends: that program keeps its port.
SERVER = """
import os, socket, subprocess, sys
s = socket.create_server(("127.0.0.1", 0))
s.set_inheritable(True)
child = subprocess.Popen(sys.argv[1:], close_fds=False,
                         stdout=subprocess.DEVNULL)
print(s.getsockname()[1], child.pid, s.fileno(), flush=True)
"""


class Orphans(ScanTest):

    def orphan(self, *child, **options):
        """The port of a server that has ended, the child that keeps it, and
        the child's descriptor."""
        server = subprocess.run([sys.executable, "-c", SERVER, *child],
                                stdout=subprocess.PIPE, check=True, text=True,
                                **options)
        port, pid, fd = map(int, server.stdout.split())
        self.addCleanup(os.kill, pid, signal.SIGKILL)
        return port, pid, fd

    def sentence(self, port, pid, fd):
        # Somebody else's processes, which only root reads, may have it, too.
        maker = "is gone" if not os.geteuid() else "is gone or may not be read"
        return (f"tcp LISTEN 127.0.0.1:{port} is held by {name(pid)} as fd {fd}"
                f", which cannot have made it: its maker {maker}")

    def test_a_port_that_a_child_kept_is_a_finding(self):
        port, pid, fd = self.orphan("sleep", "1000")
        self.assertEqual(self.lines(pid), [self.sentence(port, pid, fd)])
        self.assertIn(self.sentence(port, pid, fd), self.lines())
        result = self.noinherit("scan", "--error-exitcode=7", str(pid))
        self.assertEqual(result.returncode, 7)
        self.assertIn("SUMMARY: 1 leak (1 of a program that is gone);",
                      result.stdout)
        found = self.json(pid)
        finding, = found["findings"]
        self.assertEqual((finding["kind"], finding["orphan"], finding["pid"],
                          finding["exe"], finding["fd"], finding["user"]),
                         ("leak", True, None, None, None, None))
        self.assertEqual((finding["to"]["pid"], finding["to"]["fd"]), (pid, fd))

    def test_the_server_of_php_that_left_its_port_to_sleep(self):
        """php does not mark its listener close-on-exec; the page starts a
        command."""
        if not shutil.which("php"):
            self.skipTest("php is not installed")
        script = self.file("start.php", """<?php
$server = stream_socket_server("tcp://127.0.0.1:0");
$child = proc_open(["sleep", "1000"], [], $pipes);
echo parse_url("//" . stream_socket_get_name($server, false), PHP_URL_PORT),
     " ", proc_get_status($child)["pid"], "\\n";
fflush(STDOUT);
posix_kill(getmypid(), 9);
""")
        php = subprocess.Popen(["php", script], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        self.addCleanup(php.wait)
        self.addCleanup(php.stdout.close)
        self.addCleanup(php.stderr.close)
        line = php.stdout.readline()
        if not line:
            self.skipTest(php.stderr.read())
        port, pid = map(int, line.split())
        self.addCleanup(os.kill, pid, signal.SIGKILL)
        php.wait()
        line, = self.lines(f":{port}")[1:]
        self.assertTrue(line.startswith(
            f"tcp LISTEN 127.0.0.1:{port} is held by {name(pid)} as fd "), line)
        # Only root may read each process.
        self.assertRegex(line, "its maker is gone$" if os.geteuid() == 0 else
                         "its maker is gone( or may not be read)?$")

    def test_a_program_that_can_have_made_it_is_no_orphan(self):
        """Python imports listen(), so the socket may be its own."""
        port, pid, fd = self.orphan(sys.executable, "-c",
                                    "import signal; signal.pause()")
        self.assertEqual(self.lines(pid), [
            f"tcp LISTEN 127.0.0.1:{port} of {name(pid)} is inheritable as "
            f"fd {fd}"])

    def test_a_program_that_was_given_it_is_no_orphan(self):
        _, pid, _ = self.orphan("env", "LISTEN_FDS=100", "sleep", "1000")
        self.assertNotIn("cannot have made it", "".join(self.lines(pid)))

    def test_a_static_program_is_shown_like_others(self):
        """The imports of a static program are unknown, so it may have made the
        socket."""
        tool = self.path("static")
        source = self.file("static.c",
                           "#include <unistd.h>\nint main(void) { return pause(); }\n")
        subprocess.run(["gcc", "-static", "-o", tool, source], check=True)
        port, pid, fd = self.orphan(tool)
        self.assertEqual(self.lines(pid), [
            f"tcp LISTEN 127.0.0.1:{port} of static({pid}) is inheritable as "
            f"fd {fd}"])


class Ports(ScanTest):

    def test_who_has_the_port_and_that_it_leaked(self):
        holder = Holder(self, "tcp", True, *RECEIVER)
        port = f":{holder.port}"
        result = self.noinherit("scan", port)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        heading, first, second, leak, inheritable, summary = \
            result.stdout.splitlines()
        self.assertEqual(heading, f"tcp LISTEN 0.0.0.0:{holder.port} is held by")
        since = r": [^,]+, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
        for pid, end in ((holder.pid, ""), (holder.child, "; it leaked there")):
            line, = (line for line in (first, second) if name(pid) in line)
            self.assertRegex(line, rf"^    {re.escape(name(pid))} as fd "
                                   rf"{holder.fd}{since}")
            self.assertEqual(line.endswith("; it leaked there"), bool(end))
        self.assertIn("is also held by", leak)
        self.assertIn("is inheritable as", inheritable)
        self.assertIn("SUMMARY: 1 leak, 1 inheritable", summary)
        found = self.json(port)
        asked, = found["sockets"]
        self.assertEqual(asked["what"]["laddr"], f"0.0.0.0:{holder.port}")
        self.assertEqual({(h["pid"], h["fd"], h["count"], h["leaked"])
                          for h in asked["holders"]},
                         {(holder.pid, holder.fd, 1, False),
                          (holder.child, holder.fd, 1, True)})
        self.assertEqual(found["summary"]["leak"], 1)

    def test_a_port_that_did_not_leak(self):
        holder = Holder(self, "tcp", False)
        heading, = self.lines(f":{holder.port}")
        self.assertEqual(heading, f"tcp LISTEN 0.0.0.0:{holder.port} is held by")
        self.assertEqual(self.json(f":{holder.port}")["findings"], [])

    def test_a_port_of_udp_and_ipv6(self):
        for kind in ("udp", "tcp6"):
            with self.subTest(kind):
                holder = Holder(self, kind, False)
                heading, = self.lines(f":{holder.port}")
                self.assertIn(f":{holder.port} is held by", heading)

    def test_connections_of_a_server_do_not_hide_it(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        address = server.getsockname()
        for _ in range(3):
            client = socket.create_connection(address)
            self.addCleanup(client.close)
            self.addCleanup(server.accept()[0].close)
        self.assertEqual(self.lines(f":{address[1]}"),
                         [f"tcp LISTEN 127.0.0.1:{address[1]} is held by"])
        # If only a connection has that port, the connection is shown.
        own = client.getsockname()[1]
        line, = self.lines(f":{own}")
        self.assertTrue(line.endswith(" is held by"), line)
        self.assertIn("ESTABLISHED", line)

    def test_several_ports_and_one_that_is_free(self):
        first, second = Holder(self, "tcp", False), Holder(self, "tcp", False)
        free = socket.socket()
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
        free.close()
        self.assertEqual(len(self.lines(f":{first.port}", f":{second.port}")), 2)
        self.assertEqual(self.lines(f":{number}"), ["nobody has that port"])
        self.assertEqual(self.json(f":{number}")["sockets"], [])

    def test_a_port_of_somebody_else(self):
        if os.geteuid():
            self.skipTest("running as another user needs root")
        holder = Holder(self, "tcp", True)
        result = self.noinherit("scan", f":{holder.port}",
                                user=NOBODY, group=NOBODY, extra_groups=[],
                                command=self.public_noinherit())
        self.assertEqual(result.stdout.splitlines()[0],
                         f"tcp LISTEN 0.0.0.0:{holder.port} is held by no "
                         "process that may be read; root made it")


class Output(ScanTest):

    def scan_on_terminal(self, pid, **environment):
        terminal, other = pty.openpty()
        self.addCleanup(os.close, terminal)
        subprocess.run([NOINHERIT, "scan", str(pid)], check=True, stdout=other,
                       env={**self.environment, "TERM": "xterm", **environment})
        os.close(other)
        text = b""
        try:
            while more := os.read(terminal, 4096):
                text += more
        except OSError:
            pass    # the other end is closed
        return text.decode()

    def test_colour_is_for_terminals_only(self):
        holder = Holder(self, "tcp", True, *RECEIVER)
        os.environ.pop("NO_COLOR", None)
        self.environment.pop("NO_COLOR", None)
        text = self.scan_on_terminal(holder.pid)
        self.assertTrue(text.startswith("\033[31mtcp LISTEN "), text)
        self.assertIn("\033[33mtcp LISTEN ", text)
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            with self.subTest(environment):
                self.assertNotIn("\033", self.scan_on_terminal(
                    holder.pid, **environment))
        self.assertIn("\033", self.scan_on_terminal(holder.pid, NO_COLOR=""))
        self.assertNotIn("\033", "".join(self.lines(holder.pid)))

    def test_a_file_is_replaced_as_a_whole(self):
        holder = Holder(self, "tcp", True)
        file = self.path("scan.json")
        for _ in range(2):
            result = self.noinherit("scan", "-o", file, "--json",
                                    str(holder.pid))
            self.assertEqual((result.returncode, result.stdout, result.stderr),
                             (0, "", ""))
            with open(file, encoding="utf-8") as text:
                self.assertEqual(len(schema.read(text.read())["findings"]), 1)
            self.assertEqual(os.listdir(self.folder), ["scan.json"])
        before = os.stat(file).st_ino
        self.noinherit("scan", "--output=" + file, str(holder.pid))
        self.assertNotEqual(os.stat(file).st_ino, before)

    def test_standard_output_has_a_name(self):
        holder = Holder(self, "tcp", True)
        for path in ("-", "/dev/stdout"):
            result = self.noinherit("scan", "-o", path, str(holder.pid))
            self.assertIn("SUMMARY: ", result.stdout)

    def test_a_file_that_cannot_be_written_is_trouble(self):
        for path, why in (("/dev/full", "No space left"),
                          (self.path("none/x"), "No such file")):
            result = self.noinherit("scan", "-o", path)
            self.assert_refused(result, 125, f"cannot write '{path}'", why)

    def test_prometheus_takes_it(self):
        """A program's name may contain any bytes; no series is repeated; no
        label has a pid."""
        if not shutil.which("promtool"):
            self.skipTest("promtool (package prometheus) is not installed")
        odd = os.path.join(os.fsencode(self.folder), b"t\xff\n\x1b\"{\\x")
        shutil.copy("/bin/sh", odd)
        holders = [Holder(self, kind, True, odd, "-c", "echo ready; read line")
                   for kind in ("tcp", "pair", "pair", self.path("so\"ck"))]
        result = self.noinherit("scan", "--format=prometheus",
                                *(str(holder.pid) for holder in holders))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.check_metrics(result.stdout)
        self.assertIn('noinherit_scan_findings{kind="leak"} 4', result.stdout)
        self.assertRegex(result.stdout,
                         r'noinherit_scan_held_sockets\{kind="leak",'
                         r'orphan="false",socket="unix ESTABLISHED",.*\} 2\n')
        everything = self.noinherit("scan", "--format=prometheus",
                                    "--kinds=all").stdout
        self.check_metrics(everything)

    def check_metrics(self, text):
        result = subprocess.run(["promtool", "check", "metrics"], input=text,
                                capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stdout + result.stderr),
                         (0, ""))

    def test_node_exporter_collects_it(self):
        """The collector reads the folder to which scan writes."""
        exporter = shutil.which("prometheus-node-exporter")
        if not exporter:
            self.skipTest("prometheus-node-exporter is not installed")
        holder = Holder(self, "tcp", True, *RECEIVER)
        result = self.noinherit("scan", "--format=prometheus", "-o",
                                self.path("noinherit.prom"), str(holder.pid))
        self.assertEqual(result.returncode, 0, result.stderr)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [exporter, f"--web.listen-address=127.0.0.1:{port}",
             "--collector.disable-defaults", "--collector.textfile",
             f"--collector.textfile.directory={self.folder}"],
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        for line in server.stderr:
            if "Listening on" in line or "TLS is disabled" in line:
                break
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
            text = page.read().decode()
        self.assertIn("node_textfile_scrape_error 0\n", text)
        self.assertIn('noinherit_scan_findings{kind="leak"} 1\n', text)
        self.assertIn(f'socket="tcp LISTEN 0.0.0.0:{holder.port}"', text)


class Without(ScanTest):
    """/proc is missing, or hides processes."""

    def inside(self, script, *arguments):
        """Runs a shell command in a separate mount namespace."""
        result = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh",
             *map(str, arguments)], capture_output=True, text=True,
            env=self.environment, check=False)
        if "unshare" in result.stderr:
            self.skipTest(result.stderr.strip())
        return result

    def test_without_proc_it_says_so(self):
        result = self.inside('umount -l /proc && exec "$0" scan'.replace(
            '"$0"', NOINHERIT))
        self.assert_refused(result, 125, "/proc is not mounted", "mount -t proc")

    def test_an_empty_folder_is_no_proc(self):
        result = self.inside(f"mount -t tmpfs none /proc && exec {NOINHERIT} scan")
        self.assert_refused(result, 125, "/proc is not mounted")

    def test_hidden_processes_are_said(self):
        if os.geteuid():
            self.skipTest("running as another user needs root")
        tool = self.public_noinherit()
        result = self.inside(
            "mount -t proc -o hidepid=2 proc /proc && "
            f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups "
            f"{tool} scan; exit")
        self.assertEqual(result.stderr, "")
        self.assertIn("those of other users are hidden", result.stdout)


class Outcome(ScanTest):

    def test_the_status_counts_leaks_and_what_was_chosen(self):
        holder = Holder(self, "tcp", True, *RECEIVER)
        alone = Holder(self, "tcp", True)
        for arguments, status in (
                ([holder.pid], 0),
                (["--error-exitcode=7", holder.pid], 7),
                (["--error-exitcode=7", alone.pid], 0),
                (["--error-exitcode=7", "--kinds=inheritable", alone.pid], 7),
                (["--error-exitcode=7", "--kinds=-leak", holder.pid], 0),
                (["--error-exitcode=7", "--json", holder.pid], 7)):
            with self.subTest(arguments):
                result = self.noinherit("scan", *map(str, arguments))
                self.assertEqual(result.returncode, status, result.stderr)

    def test_wrong_use_is_reported_in_one_line(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        for arguments, *parts in (
                (["--kinds=leak,leek"], "'leek'", "'leak'"),
                (["--error-exitcode=300"], "'300'"),
                (["--error-exitcode=x"], "'x'"),
                (["--jsn"], "'--jsn'", "'--json'"),
                (["0"], "'0'"), (["-1"], "'-1'"), (["nginx"], "'nginx'"),
                ([":0"], "':0'"), ([":"], "':'"), ([":65536"], "':65536'"),
                ([":http"], "':http'", "':8080'"), ([":80:"], "':80:'"),
                (["--format=prometeus"], "'prometeus'", "'prometheus'"),
                (["--format=sarif"], "'sarif'"), (["-o"], "'--output'"),
                ([str(gone.pid)], f"there is no process {gone.pid}")):
            with self.subTest(arguments):
                self.assert_refused(self.noinherit("scan", *arguments), 125,
                                    *parts)

    def test_a_result_that_cannot_be_written_is_trouble(self):
        for option in ("--json", "--kinds=all"):
            with open("/dev/full", "w", encoding="ascii") as full:
                result = subprocess.run([NOINHERIT, "scan", option],
                                        stdout=full, stderr=subprocess.PIPE,
                                        check=False)
            self.assertEqual(result.returncode, 125)

    def test_json_says_the_same(self):
        holder = Holder(self, "tcp", True, *RECEIVER)
        found = self.json(holder.pid)
        self.assertEqual(found["schema"], "noinherit-scan/1")
        self.assertEqual(found["summary"],
                         {"leak": 1, "inheritable": 1, "passed": 0})
        self.assertGreater(found["processes"]["seen"], 2)
        self.assertEqual(set(found["processes"]),
                         {"seen", "vanished", "denied", "hidden"})
        leak, inheritable = found["findings"]
        what = {"type": "tcp", "family": "AF_INET", "raddr": None, "path": None,
                "laddr": f"0.0.0.0:{holder.port}", "state": "LISTEN",
                "socktype": "SOCK_STREAM", "proto": socket.IPPROTO_TCP}
        exe = os.readlink(f"/proc/{holder.pid}/exe")
        self.assertEqual(leak, {
            "kind": "leak", "count": 1, "pid": holder.pid, "exe": exe,
            "fd": holder.fd, "what": what, "note": None, "orphan": False,
            **facts(holder.pid),
            "to": {"exe": os.readlink(f"/proc/{holder.child}/exe"),
                   "argv": RECEIVER, "pid": holder.child, "fd": holder.fd,
                   **facts(holder.child)}})
        self.assertEqual(inheritable, {
            "kind": "inheritable", "count": 1, "pid": holder.pid, "exe": exe,
            "fd": holder.fd, "what": what, "note": None, "orphan": False,
            "to": None, **facts(holder.pid)})

    def test_json_takes_any_bytes_of_other_programs(self):
        odd = os.path.join(os.fsencode(self.folder), b"t\xff\n\x1b\"x")
        shutil.copy("/bin/sh", odd)
        holder = Holder(self, "tcp", True, odd, "-c", "echo ready; read line",
                        b"a\xfe\n")
        leak = self.json(holder.child)["findings"][0]
        self.assertTrue(leak["to"]["exe"].endswith("/t\\xff\n\x1b\"x"))
        self.assertEqual(leak["to"]["argv"][-1], "a\\xfe\n")
        line = self.lines(holder.child)[0]
        self.assertIn("t\\xff\\n\\x1b\"x(", line)

    def test_the_same_state_gives_the_same_bytes(self):
        holders = [Holder(self, kind, True, *RECEIVER)
                   for kind in ("tcp", "udp", "tcp", "pair")]
        pids = [str(holder.pid) for holder in holders]
        first = self.noinherit("scan", "--json", *pids).stdout
        again = self.noinherit("scan", "--json", *reversed(pids)).stdout
        self.assertEqual(json.loads(first)["findings"],
                         json.loads(again)["findings"])
        self.assertEqual(len(json.loads(first)["findings"]), 8)


class Processes(ScanTest):

    def test_processes_of_others_are_skipped_and_counted(self):
        if os.geteuid():
            self.skipTest("running as another user needs root")
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": [],
                 "command": self.public_noinherit()}
        holder = Holder(self, "tcp", True)
        result = self.noinherit("scan", "--json", **other)
        found = schema.read(result.stdout)
        self.assertEqual(result.returncode, 0)
        self.assertGreater(found["processes"]["denied"], 0)
        self.assertNotIn(holder.pid, [f["pid"] for f in found["findings"]])
        result = self.noinherit("scan", **other)
        self.assertRegex(result.stdout.splitlines()[-1],
                         r"[0-9]+ may not be read \(root may\)$")
        result = self.noinherit("scan", str(holder.pid), **other)
        self.assert_refused(result, 125, "may not be read", "root")

    def test_processes_that_come_and_go_disturb_nothing(self):
        """Scans while short-lived processes with sockets are started without
        pause."""
        holder = Holder(self, "tcp", True, *RECEIVER)
        storm = subprocess.Popen(
            [sys.executable, "-c", """
import os, socket, sys
s = socket.socket()
print("ready", flush=True)
while os.getppid() == int(sys.argv[1]):
    pid = os.fork()
    if pid == 0:
        t = socket.socket()
        os._exit(0)
    os.waitpid(pid, 0)
""", str(os.getpid())], stdout=subprocess.PIPE)
        self.addCleanup(storm.stdout.close)
        self.addCleanup(storm.wait)
        self.addCleanup(storm.kill)
        storm.stdout.readline()
        for _ in range(100):
            found = self.json(holder.pid)
            self.assertEqual([f["kind"] for f in found["findings"]],
                             ["leak", "inheritable"])

    def test_many_processes_are_seen_at_once(self):
        """SCAN_PROCESSES=5000 is the long run; prints the time taken."""
        number = int(os.environ.get("SCAN_PROCESSES", "300"))
        crowd = subprocess.Popen(
            [sys.executable, "-c", f"""
import os, signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
listener = socket.create_server(("127.0.0.1", 0))
listener.set_inheritable(True)
pids = []
for i in range({number}):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        own = socket.socket()
        signal.pause()
    pids.append(pid)
print(listener.getsockname()[1], flush=True)
try:
    signal.pause()
finally:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
"""], stdout=subprocess.PIPE, text=True)
        self.addCleanup(crowd.stdout.close)
        self.addCleanup(crowd.wait)
        self.addCleanup(crowd.terminate)
        port = int(crowd.stdout.readline())
        start = time.monotonic()
        found = self.json(crowd.pid)
        seconds = time.monotonic() - start
        print(f"{found['processes']['seen']} processes in {seconds:.2f} s",
              file=sys.stderr)
        self.assertGreaterEqual(found["processes"]["seen"], number + 1)
        finding, = found["findings"]
        self.assertEqual(finding["what"]["laddr"], f"127.0.0.1:{port}")
        self.assertEqual(finding["count"], number + 1)


if __name__ == "__main__":
    command.main()
