#!/usr/bin/python3
"""What a kernel lets one process see of another: Yama, /proc with hidepid, no
/proc at all, no new user namespaces. The command looks, or says in one line
why it cannot; the shim needs none of this."""

import os
import subprocess
import sys

import guest
import toolkit
from guest import COMPAT, NOBODY, NOINHERIT, SHIM, helper

SHARE = r"""
#include <noinherit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One process shares a socket, the other fetches it and says how it went. */
struct side {
	int in, out;
};

static int share(struct side side, pid_t with, int permit)
{
	struct noinherit_socket socket;
	struct noinherit_shared data;
	char byte;

	if (noinherit_create_socket(&socket, AF_INET, SOCK_STREAM, 0) < 0 ||
	    noinherit_share(&socket, with, &data) < 0 ||
	    (permit && noinherit_share_permit(with) < 0))
		return 1;
	return write(side.out, &data, sizeof(data)) < 0 ||
	       read(side.in, &byte, 1) != 1;
}

static int fetch(struct side side)
{
	struct noinherit_socket copy;
	struct noinherit_shared data;
	int r;

	if (read(side.in, &data, sizeof(data)) != sizeof(data))
		return 1;
	r = noinherit_fromshare(&copy, &data);
	puts(r < 0 ? noinherit_strerror(r) : "fetched");
	fflush(stdout);
	return write(side.out, "", 1) != 1;
}

int main(int argc, char **argv)
{
	int permit = !strcmp(argv[1], "permitted");
	int parent_fetches = !strcmp(argv[1], "parent");
	int up[2], down[2];
	pid_t parent = getpid(), child;

	if (pipe(up) < 0 || pipe(down) < 0)
		return 1;
	child = fork();
	if (child) {
		struct side side = { up[0], down[1] };

		return parent_fetches ? fetch(side) :
					share(side, child, permit);
	} else {
		struct side side = { down[0], up[1] };

		_exit(parent_fetches ? share(side, parent, 0) : fetch(side));
	}
}
"""

FETCHED, REFUSED = "fetched", "Operation not permitted"
ROOT = 0
# By which user, in which way, and with what outcome with ptrace_scope 0, 1, 2
# and 3.
SHARED = (
    (NOBODY, "child", (FETCHED, REFUSED, REFUSED, REFUSED)),
    (NOBODY, "permitted", (FETCHED, FETCHED, REFUSED, REFUSED)),
    (NOBODY, "parent", (FETCHED, FETCHED, REFUSED, REFUSED)),
    (ROOT, "child", (FETCHED, FETCHED, FETCHED, REFUSED)),
)


class Yama(guest.GuestTest):

    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o777)
        self.program = self.compile(
            "share", SHARE, "-I" + os.path.join(toolkit.ROOT, "include"),
            os.path.join(guest.BUILD, "libnoinherit.a"), "-pthread")
        self.other = self.another_program()
        self.recorded = self.record()

    def record(self):
        """A program that nobody runs, recorded, and its process ID."""
        process = subprocess.Popen(
            [NOINHERIT, "audit", "--record-only", "-o", self.path("recorded"),
             "--", sys.executable, "-c", "import os, sys\n"
             "print(os.getpid(), flush=True)\nsys.stdin.read()"],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            user=NOBODY, group=NOBODY, extra_groups=[])
        self.addCleanup(process.wait)
        for stream in (process.stdout, process.stdin):
            self.addCleanup(stream.close)
        return process.stdout.readline().strip()

    def run_as(self, user, *command):
        return self.run_program(*command, preload=None, status=None,
                                user=user, group=user, extra_groups=[])

    def test_each_scope(self):
        """In this order, because 3 cannot be changed back."""
        for scope in range(4):
            guest.set_once("kernel/yama/ptrace_scope", scope)
            for user, way, outcomes in SHARED:
                with self.subTest(scope=scope, user=user, way=way):
                    result = self.run_as(user, self.program, way)
                    self.assertEqual(result.stderr, "")
                    self.assertEqual(result.stdout.strip(), outcomes[scope])
            for user in NOBODY, ROOT:
                with self.subTest(scope=scope, user=user):
                    self.look(user)
            with self.subTest(scope=scope):
                self.assertEqual(self.says(helper("probe")), COMPAT)

    def look(self, user):
        """Yama does not restrict reading /proc."""
        result = self.run_as(user, NOINHERIT, "scan", str(self.other.pid))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("tcp LISTEN 127.0.0.1", result.stdout)
        result = self.run_as(user, NOINHERIT, "report", "--open",
                             self.recorded)
        self.assertEqual(result.returncode, 0, result.stderr)


class Hidden(guest.GuestTest):

    def test_a_proc_that_hides_others(self):
        other = self.another_program()
        status, said = self.mounted(
            "mount -t proc -o hidepid=2 proc /proc",
            program="setpriv --reuid 1234 --clear-groups --regid 1234 "
                    f"{NOINHERIT} scan {other.pid}")
        self.assertEqual(status, 125, said)
        self.assertRegex(said, r"\Anoinherit: .*\Z")
        status, said = self.mounted(
            "mount -t proc -o hidepid=2 proc /proc",
            program="setpriv --reuid 1234 --clear-groups --regid 1234 "
                    f"env LD_PRELOAD={SHIM} {helper('probe')}")
        self.assertEqual((status, said), (0, COMPAT))

    def test_no_proc_at_all(self):
        away = "while [ -e /proc/self ]; do umount -l /proc; done"
        probe = helper("probe")
        self.assertEqual(self.mounted(away, program=probe), (0, ""))
        self.assertEqual(self.mounted(
            away, program=f"LD_PRELOAD={SHIM} {probe}"), (0, COMPAT))
        self.assertEqual(self.mounted(
            away, program=f"{NOINHERIT} run -- {probe}"), (0, COMPAT))
        status, said = self.mounted(away, program=f"{NOINHERIT} scan")
        self.assertEqual(status, 125, said)
        self.assertRegex(said, r"\Anoinherit: .*/proc.*\Z")
        status, said = self.mounted(away,
                                    program=f"{NOINHERIT} audit -- {probe}")
        self.assertIn("SUMMARY", said)
        self.assertEqual(status, 0)


class Places(guest.GuestTest):

    PROBE = helper("probe")

    def test_no_shared_memory(self):
        self.addCleanup(os.makedirs, "/dev/shm", exist_ok=True)
        gone = ("umount -l /dev/shm 2>/dev/null || :", "rm -rf /dev/shm")
        self.assertEqual(self.mounted(
            *gone, program=f"LD_PRELOAD={SHIM} {self.PROBE}"), (0, COMPAT))
        status, said = self.mounted(
            *gone, program=f"{NOINHERIT} audit -- {self.PROBE}")
        self.assertEqual(status, 0, said)
        self.assertIn("SUMMARY", said)

    def test_a_read_only_tmp(self):
        read_only = "mount -t tmpfs -o ro tmpfs /tmp"
        self.assertEqual(self.mounted(
            read_only, program=f"LD_PRELOAD={SHIM} {self.PROBE}"),
            (0, COMPAT))
        status, said = self.mounted(
            read_only, program=f"{NOINHERIT} audit -- {self.PROBE}")
        self.assertEqual(status, 125, said)
        self.assertRegex(said, r"\Anoinherit: .*TMPDIR.*Read-only.*\Z")

    def test_no_new_user_namespaces(self):
        self.set("kernel.unprivileged_userns_clone", 0)
        self.assertEqual(self.as_nobody("unshare", "-U", "true").returncode, 1)
        result = self.as_nobody(self.PROBE, env={"LD_PRELOAD": SHIM})
        self.assertEqual(result.stdout.strip(), COMPAT)

    def test_no_more_processes(self):
        """In a cgroup of one process: what cannot fork natively cannot fork
        here either."""
        group = "/sys/fs/cgroup/few"
        script = (f"echo 0 > {group}/cgroup.procs; exec python3 -c '"
                  "import os, socket\n"
                  "s = socket.socket(); s.set_inheritable(True)\n"
                  "for make in (os.fork, lambda: os.posix_spawn(\"/bin/true\","
                  " [\"true\"], {})):\n"
                  "  try: make(); print(\"made\")\n"
                  "  except OSError as error: print(error.errno)'")
        status, _ = self.mounted("mountpoint -q /sys || mount -t sysfs s /sys",
                                 program="mount -t cgroup2 c /sys/fs/cgroup")
        if status:
            self.skipTest("no cgroup2 here")
        said = [self.mounted(
            "mountpoint -q /sys || mount -t sysfs s /sys",
            "mount -t cgroup2 c /sys/fs/cgroup",
            "echo +pids > /sys/fs/cgroup/cgroup.subtree_control",
            f"mkdir -p {group}; echo 1 > {group}/pids.max",
            program=f"export LD_PRELOAD={preload}\n{script}")
            for preload in ("", SHIM)]
        self.assertEqual(said[0], (0, "11\n11"))
        self.assertEqual(said[0], said[1])


if __name__ == "__main__":
    guest.main()
