#!/usr/bin/python3
"""What starts natively starts under the shim: with little memory to lock, with
little memory for the kernel to commit, with a table of a million descriptors,
thousands of sockets, hostile lists, other libraries in front. (RLIMIT_DATA,
RLIMIT_AS, RLIMIT_STACK: test_never_weaker.py.)

No time is measured: where it must not grow, RLIMIT_CPU bounds it.
"""

import glob
import os
import resource
import shutil
import subprocess
import unittest

import live
from live import SHIM

KIB = 1024
NOBODY = 65534
MOST_LOCKED = 6 << 20

PROGRAM = r"""
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How many sockets arrived, and how many other descriptors above 2. */
static int count(void)
{
	int sockets = 0, others = 0;

	for (int fd = 3; fd < 20100; fd++) {
		struct stat status;

		if (fstat(fd, &status) < 0)
			continue;
		sockets += S_ISSOCK(status.st_mode);
		others += !S_ISSOCK(status.st_mode);
	}
	printf("%d sockets, %d others\n", sockets, others);
	return 0;
}

static void make_many(int number)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	for (int i = 1; i < number; i++)
		if (dup(fd) < 0)
			perror("dup");
}

/* What the kernel must have memory for, whether it is used or not. */
static int print_promised(void)
{
	char line[256], flags[256];
	long size = 0, sum = 0;
	FILE *file = fopen("/proc/self/smaps", "r");

	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "Size: %ld kB", &size);
		if (sscanf(line, "VmFlags: %255[^\n]", flags) == 1 &&
		    strstr(flags, "ac"))
			sum += size;
	}
	printf("%ld\n", sum);
	return 0;
}

/* ---- threads that make and close ---- */

enum { THREADS = 4, ROUNDS = 3000, ROOM = 48, HIGHEST = 400 };
static char own[HIGHEST];	/* S: must arrive, o: must not */

static int make(unsigned how, char *kind)
{
	int fd = -1;

	*kind = how < 2 ? 'S' : 'o';
	switch (how) {
	case 0: fd = socket(AF_UNIX, SOCK_STREAM, 0); break;
	case 1: fd = socket(AF_UNIX, SOCK_DGRAM, 0); break;
	case 2: fd = open("/dev/null", O_RDONLY | O_CLOEXEC); break;
	case 3: fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); break;
	case 4: fd = fcntl(2, F_DUPFD_CLOEXEC, 0); break;
	}
	return fd;
}

static void end(unsigned how, int fd)
{
	switch (how) {
	case 0: close(fd); break;
	case 1: syscall(SYS_close, fd); break;
	case 2: close_range(fd, fd, 0); break;
	}
}

static void *make_and_close(void *data)
{
	unsigned random = (unsigned)(long)data * 7919;
	int fds[ROOM], used = 0;
	char kinds[ROOM];

	for (int i = 0; i < ROUNDS; i++) {
		random = random * 1103515245 + 12345;
		if (used < ROOM && (random >> 16) % 8 < 5) {
			fds[used] = make((random >> 16) % 8, &kinds[used]);
			used++;
		} else if (used) {
			int at = (random >> 8) % used;

			end((random >> 20) % 3, fds[at]);
			fds[at] = fds[--used];
			kinds[at] = kinds[used];
		}
	}
	for (int i = 0; i < used; i++)
		own[fds[i]] = kinds[i];
	return NULL;
}

static int check(const char *wanted)
{
	int leaked = 0, lost = 0;

	for (int fd = 3; fd < HIGHEST; fd++) {
		int is_open = fcntl(fd, F_GETFD) >= 0;

		leaked += is_open && wanted[fd] == 'o';
		lost += !is_open && wanted[fd] == 'S';
	}
	printf("leaked %d, lost %s\n", leaked, lost ? "some" : "none");
	return 0;
}

static void stress(void)
{
	pthread_t threads[THREADS];

	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, make_and_close, (void *)(i + 1));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < HIGHEST - 1; i++)
		own[i] = own[i] ? own[i] : '-';
	execl("/proc/self/exe", "prog", "check", own, NULL);
}

int main(int argc, char **argv)
{
	if (!strcmp(argv[1], "count"))
		return count();
	if (!strcmp(argv[1], "check"))
		return check(argv[2]);
	if (!strcmp(argv[1], "lock"))
		return mlockall(MCL_CURRENT | MCL_FUTURE) != 0;
	if (!strcmp(argv[1], "promised"))
		return print_promised();
	if (!strcmp(argv[1], "stress"))
		stress();
	make_many(atoi(argv[2]));
	if (!strcmp(argv[1], "itself"))
		execl("/proc/self/exe", "prog", "count", NULL);
	if (!strcmp(argv[1], "other"))
		execl(argv[3], "prog", "count", NULL);
	return 1;
}
"""


def limited(limit, size):
    return lambda: resource.setrlimit(limit, (size, size))


def may_have(limit, size):
    """In some containers a higher hard limit is refused to root, too."""
    try:
        return subprocess.run(["true"], check=False,
                              preexec_fn=limited(limit, size)).returncode == 0
    except subprocess.SubprocessError:
        return False


class Limits(live.LiveTest):

    def setUp(self):
        super().setUp()
        self.program = self.compile("prog", PROGRAM, "-pthread", "-w")

    def locks(self, size, preload):
        """Whether an unprivileged user can lock all of the program's memory."""
        def prepare():
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (size, size))
            os.setgroups([])
            os.setresuid(NOBODY, NOBODY, NOBODY)
        return self.run_program(self.program, "lock", preload=preload,
                                status=None,
                                preexec_fn=prepare).returncode == 0

    def least(self, preload):
        low, high = 0, MOST_LOCKED
        while high - low > 4 * KIB:
            middle = (low + high) // 2 & ~4095
            if self.locks(middle, preload):
                high = middle
            else:
                low = middle
        return high

    @unittest.skipUnless(os.geteuid() == 0, "only root becomes another user")
    def test_all_memory_is_locked_with_little_more(self):
        if not may_have(resource.RLIMIT_MEMLOCK, MOST_LOCKED):
            self.skipTest("RLIMIT_MEMLOCK cannot be 6 MiB here")
        os.chmod(self.folder, 0o755)
        shim = shutil.copy(SHIM, self.path("shim.so"))
        os.chmod(shim, 0o755)
        self.assertFalse(self.locks(64 * KIB, None))
        self.assertTrue(self.locks(MOST_LOCKED, None))
        self.assertLessEqual(self.least(shim) - self.least(None), 256 * KIB)

    def test_the_kernel_promises_little_more(self):
        """With overcommit_memory 2 the kernel may refuse to commit much more.
        """
        natively = int(self.says(self.program, "promised", preload=None))
        self.assertGreater(natively, 0)
        self.assertLessEqual(int(self.says(self.program, "promised")),
                             natively + 128)

    def test_a_million_numbers(self):
        if not may_have(resource.RLIMIT_NOFILE, 1000000):
            self.skipTest("RLIMIT_NOFILE cannot be a million here")
        most = limited(resource.RLIMIT_NOFILE, 1000000)
        small = limited(resource.RLIMIT_STACK, 128 * KIB)
        for prepare in (most, lambda: (most(), small())):
            self.assertEqual(self.says(self.program, "itself", "5",
                                       preexec_fn=prepare),
                             "5 sockets, 0 others")

    def test_thousands_of_sockets(self):
        if not may_have(resource.RLIMIT_NOFILE, 19100):
            self.skipTest("RLIMIT_NOFILE cannot be 19100 here")
        many = limited(resource.RLIMIT_NOFILE, 19100)
        brief = limited(resource.RLIMIT_CPU, 30)
        other = shutil.copy(self.program, self.path("other"))
        for arguments, natively, here in (
                (("itself", "19000"), 19000, 19000),
                (("other", "19000", other), 19000, 0)):
            with self.subTest(arguments):
                options = {"preexec_fn": lambda: (many(), brief())}
                self.assertEqual(
                    self.says(self.program, *arguments, preload=None,
                              **options), f"{natively} sockets, 0 others")
                self.assertEqual(
                    self.says(self.program, *arguments, **options),
                    f"{here} sockets, 0 others")

    def test_a_hostile_list_keeps_nobody_busy(self):
        ranges = ",".join(["3-1048575"] * 9000)
        self.assertEqual(self.says(
            "/bin/sh", "-c", 'NOINHERIT_ADOPT="$$:$1" exec "$2" count', "sh",
            ranges, self.program,
            preexec_fn=limited(resource.RLIMIT_CPU, 5)), "0 sockets, 0 others")

    def stress(self, preload, **environment):
        said = self.says(self.program, "stress", preload=preload,
                         env=environment)
        self.assertTrue(said.startswith("leaked 0,"), said)
        return said.endswith("none")

    def test_threads_that_make_and_close(self):
        """Natively, and with the shim first, all sockets arrive. If another
        library is first, whose calls the shim does not see, it may hand over
        fewer."""
        self.assertTrue(self.stress(None))
        for _ in range(5):
            self.assertTrue(self.stress(SHIM))

    def test_threads_behind_another_library(self):
        found = False
        for name, settings in (("torsocks/libtorsocks.so", {}),
                               ("libuid_wrapper.so*", {"UID_WRAPPER": "1"}),
                               ("libsocket_wrapper.so*", {})):
            for library in sorted(glob.glob(
                    "/usr/lib/x86_64-linux-gnu/" + name))[:1]:
                found = True
                for preload in (f"{library}:{SHIM}", f"{SHIM}:{library}"):
                    with self.subTest(preload):
                        self.stress(preload, **settings)
        if not found:
            self.skipTest("no torsocks, uid_wrapper or socket_wrapper here")


if __name__ == "__main__":
    live.main()
