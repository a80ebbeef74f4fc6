#!/usr/bin/python3
"""A kernel that commits no more memory than there is, and a table of a million
open descriptors: what starts natively starts under the shim."""

import resource
import subprocess

import guest
from guest import SHIM

KIB = 1024
MILLION = 1000000
HIGHEST_HANDED_OVER = 65535

PROGRAM = r"""
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int wanted = atoi(argv[2]), every = atoi(argv[3]), count = 0;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (!strcmp(argv[1], "count")) {
		close(fd);
		for (fd = 3; fd < wanted + 10; fd++)
			count += fcntl(fd, F_GETFD) >= 0;
		printf("%d arrived\n", count);
		return 0;
	}
	for (int i = fd + 1; i < wanted; i++)
		if ((i % every ? dup(fd) :
		     fcntl(0, F_DUPFD_CLOEXEC, 3)) != i)
			return 1;
	argv[1] = "count";
	execv("/proc/self/exe", argv);
	return 2;
}
"""


class Promised(guest.GuestTest):

    def starts(self, room, preload):
        """Whether a program starts with @room bytes left to commit."""
        with open("/proc/meminfo") as file:
            promised = next(int(line.split()[1]) for line in file
                            if line.startswith("Committed_AS"))
        self.write("/proc/sys/vm/overcommit_kbytes",
                   str(promised + room // KIB))
        environment = {"LD_PRELOAD": preload} if preload else {}
        try:
            return subprocess.call(["/bin/true"], env=environment,
                                   stderr=subprocess.DEVNULL) == 0
        except (OSError, MemoryError):
            return False

    def least(self, preload):
        low, high = 0, 16 << 20
        self.assertTrue(self.starts(high, preload))
        while high - low > 16 * KIB:
            middle = (low + high) // 2
            if self.starts(middle, preload):
                high = middle
            else:
                low = middle
        return high

    def test_little_more_is_needed(self):
        self.set("vm.overcommit_kbytes", 1 << 20)
        self.set("vm.admin_reserve_kbytes", 0)
        self.set("vm.user_reserve_kbytes", 0)
        self.set("vm.overcommit_memory", 2)
        natively, here = self.least(None), self.least(SHIM)
        print(f"least to promise: {natively // KIB} KiB natively, "
              f"{here // KIB} KiB under the shim")
        self.assertLessEqual(here, natively + 256 * KIB)

    def test_a_tight_ratio(self):
        """5 % of the memory, and no swap."""
        self.set("vm.overcommit_ratio", 5)
        self.set("vm.overcommit_memory", 2)
        self.assertEqual(self.says(guest.helper("probe")), guest.COMPAT)


class Million(guest.GuestTest):

    def setUp(self):
        super().setUp()
        self.set("fs.nr_open", MILLION + 64)
        self.set("fs.file-max", 4 * MILLION)
        self.program = self.compile("prog", PROGRAM, "-w")

    def arrived(self, every, preload, **environment):
        most = (MILLION + 32, MILLION + 32)
        return self.says(
            self.program, "fill", str(MILLION), str(every), preload=preload,
            env=environment,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
                                                  most))

    def test_all_that_are_sockets(self):
        self.assertEqual(self.arrived(MILLION, None),
                         f"{MILLION - 3} arrived")
        self.assertEqual(self.arrived(MILLION, SHIM),
                         f"{HIGHEST_HANDED_OVER - 2} arrived")

    def test_no_two_in_a_row(self):
        """The list of them is longer than its place, and is cut."""
        count = int(self.arrived(2, SHIM).split()[0])
        print(f"{count} of every other arrived")
        self.assertGreater(count, 0)
        self.assertLessEqual(count, HIGHEST_HANDED_OVER // 2)

    def test_a_hostile_list(self):
        said = self.arrived(MILLION, SHIM,
                            NOINHERIT_ADOPT="p1:" + "3-999999," * 9000)
        self.assertEqual(said, f"{HIGHEST_HANDED_OVER - 2} arrived")


if __name__ == "__main__":
    guest.main()
