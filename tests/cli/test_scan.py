#!/usr/bin/python3
"""noinherit scan: real processes with real sockets, leaked and not.

Every process here is this test's own; those of others that run meanwhile are
left out of what is compared by naming PIDs.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

import command
from command import NOINHERIT

NOBODY = 65534
PATIENCE = 60

# Opens what it is told to, says that it is ready, and waits for the end of its
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
# As a shell: another program than the interpreter, and it has no sockets.
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
    """As the scan names a process: its program's file."""
    program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    return f"{program}({pid})"


class ScanTest(command.CommandTest):

    def lines(self, *arguments, status=0):
        """What is found, without the summary."""
        result = self.noinherit("scan", *map(str, arguments))
        self.assertEqual((result.returncode, result.stderr), (status, ""))
        *lines, summary = result.stdout.splitlines()
        self.assertTrue(summary.startswith("SUMMARY: "), summary)
        return lines

    def json(self, *arguments):
        result = self.noinherit("scan", "--json", *map(str, arguments))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)


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
    """What another program got on purpose is no leak, but can be asked for."""

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

    def test_wrong_use_is_told_in_one_line(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        for arguments, *parts in (
                (["--kinds=leak,leek"], "'leek'", "'leak'"),
                (["--error-exitcode=300"], "'300'"),
                (["--error-exitcode=x"], "'x'"),
                (["--jsn"], "'--jsn'", "'--json'"),
                (["0"], "'0'"), (["-1"], "'-1'"), (["nginx"], "'nginx'"),
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
        self.assertEqual(set(found["processes"]), {"seen", "vanished", "denied"})
        leak, inheritable = found["findings"]
        what = {"type": "tcp", "family": "AF_INET", "raddr": None, "path": None,
                "laddr": f"0.0.0.0:{holder.port}", "state": "LISTEN",
                "socktype": "SOCK_STREAM", "proto": socket.IPPROTO_TCP}
        exe = os.readlink(f"/proc/{holder.pid}/exe")
        self.assertEqual(leak, {
            "kind": "leak", "count": 1, "pid": holder.pid, "exe": exe,
            "fd": holder.fd, "what": what, "note": None,
            "to": {"exe": os.readlink(f"/proc/{holder.child}/exe"),
                   "argv": RECEIVER, "pid": holder.child, "fd": holder.fd}})
        self.assertEqual(inheritable, {
            "kind": "inheritable", "count": 1, "pid": holder.pid, "exe": exe,
            "fd": holder.fd, "what": what, "note": None, "to": None})

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
        found = json.loads(result.stdout)
        self.assertEqual(result.returncode, 0)
        self.assertGreater(found["processes"]["denied"], 0)
        self.assertNotIn(holder.pid, [f["pid"] for f in found["findings"]])
        result = self.noinherit("scan", **other)
        self.assertRegex(result.stdout.splitlines()[-1],
                         r"[0-9]+ may not be read \(root may\)$")
        result = self.noinherit("scan", str(holder.pid), **other)
        self.assert_refused(result, 125, "may not be read", "root")

    def test_processes_that_come_and_go_disturb_nothing(self):
        """A storm of short-lived processes with sockets, scanned meanwhile."""
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
        """SCAN_PROCESSES=5000 for the long run; prints what it took."""
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
