#!/usr/bin/python3
"""Rule 0 in cases that take a whole program: what starts, executes and fails
natively does so under the shim, and nothing more arrives. (Random programs:
tests/helpers/rule_zero; the marks alone: tests/unit/test_marks.c.)"""

import os
import resource
import shutil
import subprocess

import live
from live import SHIM

# Executes itself in the way that its first argument names; the new image
# prints what arrived.
PROGRAM = r"""
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
static char *again[] = { "prog", "look", NULL };
static char *self, **variables;

static int look(void)
{
	for (int fd = 3; fd < 64; fd++) {
		struct stat status;
		if (fstat(fd, &status) == 0)
			printf("%d %s\n", fd, S_ISSOCK(status.st_mode) ?
			       "socket" : "other");
	}
	return 0;
}

static void handler(int signal)
{
	(void)signal;
	execve(self, again, variables);
	_exit(9);
}

static void on_small_stack(int size)
{
	struct sigaction action = { .sa_handler = handler,
				    .sa_flags = SA_ONSTACK };
	char *memory = mmap(NULL, size + 4096, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = { .ss_sp = memory + 4096, .ss_size = size };

	mprotect(memory + 4096, size, PROT_READ | PROT_WRITE);
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
}

static void *executing_thread(void *data)
{
	(void)data;
	execve(self, again, variables);
	_exit(8);
}

static void *sleeping_thread(void *data)
{
	for (;;)
		pause();
	return data;
}

static void in_thread(size_t size)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	if (size)
		pthread_attr_setstacksize(&attributes, size);
	pthread_create(&thread, &attributes, executing_thread, NULL);
	pthread_join(thread, NULL);
}

static volatile int stop;
static void *failing_thread(void *data)
{
	while (!stop)
		execve(data, again, environ);
	return NULL;
}

/* A file of the program's own takes the numbers of sockets that come and go,
 * while another thread fails to execute the program. */
static void fail_beside(char *unexecutable)
{
	pthread_t thread;
	int bare = 0;

	chmod(unexecutable, 0644);
	for (int i = 0; i < 200; i++)
		socket(AF_UNIX, SOCK_STREAM, 0);
	pthread_create(&thread, NULL, failing_thread, unexecutable);
	for (int i = 0; i < 3000; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		close(fd);
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		for (int j = 0; j < 50; j++)
			bare += fcntl(fd, F_GETFD) != FD_CLOEXEC;
		close(fd);
	}
	stop = 1;
	pthread_join(thread, NULL);
	printf("seen bare: %d\n", bare);
}

static void pass_bad_pointers(void)
{
	char *bad[] = { "x", (char *)8, NULL };

	printf("%d", execve(self, (char **)8, environ) == -1 ? errno : 0);
	printf(" %d", execve(self, bad, environ) == -1 ? errno : 0);
	printf(" %d\n", execve(self, again, (char **)8) == -1 ? errno : 0);
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 10;
	pthread_t thread;

	self = "/proc/self/exe";
	if (!strcmp(argv[1], "look"))
		return look();
	variables = calloc(count + 1, sizeof(*variables));
	for (int i = 0; i < count; i++)
		if (asprintf(&variables[i], "V%d=x", i) < 0)
			return 1;
	socket(AF_UNIX, SOCK_STREAM, 0);
	open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!strcmp(argv[1], "signal-threads"))
		pthread_create(&thread, NULL, sleeping_thread, NULL);
	if (!strncmp(argv[1], "signal", 6))
		on_small_stack(8192);
	if (!strcmp(argv[1], "small-thread"))
		in_thread(16384);
	if (!strcmp(argv[1], "thread"))
		in_thread(0);
	if (!strcmp(argv[1], "fail"))
		fail_beside(argv[2]);
	if (!strcmp(argv[1], "bad"))
		pass_bad_pointers();
	if (!strcmp(argv[1], "chdir")) {
		if (chdir(argv[2]) == 0)
			execl(argv[0], "prog", "look", NULL);
	}
	if (!strcmp(argv[1], "exec"))
		execv(argv[2], again);
	return 0;
}
"""


class NeverWeaker(live.LiveTest):

    def setUp(self):
        super().setUp()
        self.program = self.compile("prog", PROGRAM, "-pthread", "-w")

    def both(self, *arguments, **options):
        natively = self.says(*arguments, preload=None, **options)
        os.chmod(arguments[0], 0o755)
        self.assertEqual(self.says(*arguments, **options), natively)
        return natively

    def test_exec_of_itself_needs_little_stack(self):
        for arguments in (("signal",), ("signal", "1000"),
                          ("signal-threads", "1000"),
                          ("small-thread", "1000"), ("thread",)):
            with self.subTest(arguments):
                self.assertEqual(self.both(self.program, *arguments),
                                 "3 socket")

    def test_a_failing_exec_is_seen_by_no_other_thread(self):
        copy = shutil.copy(self.program, self.path("copy"))
        self.assertEqual(self.both(copy, "fail", copy), "seen bare: 0")

    def test_bad_pointers_are_the_kernels_to_answer(self):
        self.assertEqual(self.both(self.program, "bad"), "14 14 14")

    def test_a_relative_path_is_another_one_elsewhere(self):
        there = self.path("there")
        os.mkdir(there)
        shutil.copy("/bin/true", os.path.join(there, "prog"))
        shutil.copy(self.program, os.path.join(there, "other"))
        self.assertEqual(self.says("./prog", "chdir", there,
                                   cwd=self.folder), "")
        os.rename(os.path.join(there, "other"), os.path.join(there, "prog"))
        self.assertEqual(self.says("./prog", "chdir", there,
                                   cwd=self.folder), "")

    def test_the_loader_runs_the_same_program_or_another(self):
        loader = {"aarch64": "/lib/ld-linux-aarch64.so.1"}.get(
            os.uname().machine, "/lib64/ld-linux-x86-64.so.2")
        live.need(loader)
        other = shutil.copy(self.program, self.path("other"))
        for command in ((self.program,), (loader, self.program)):
            with self.subTest(command):
                self.assertEqual(
                    self.says(*command, "exec", self.program), "3 socket")
                self.assertEqual(self.says(*command, "exec", other), "")

    def test_a_relative_entry_is_not_carried(self):
        """Nor is it searched for in the directory to which the program
        changed."""
        os.makedirs(self.path("here/lib"))
        shutil.copy(SHIM, self.path("here/lib/shim.so"))
        source = self.file("clean.c", """
            #include <sys/socket.h>
            #include <unistd.h>
            int main(int argc, char **argv)
            {
                char *again[] = { argv[0], "x", "y", 0 }, *none[] = { 0 };
                if (argc > 2)
                    return execve("/usr/bin/env", (char *[]){ "env", 0 },
                                  __environ);
                socket(AF_UNIX, SOCK_STREAM, 0);
                return chdir("/") || execve("/proc/self/exe", again, none);
            }""")
        clean = self.path("clean")
        subprocess.run(["cc", "-D_GNU_SOURCE", "-w", "-o", clean, source],
                       check=True)
        for entry, carried in (("lib/shim.so", False),
                               (self.path("here/lib/shim.so"), True)):
            with self.subTest(entry):
                said = self.says(clean, preload=entry,
                                 cwd=self.path("here"))
                self.assertEqual("LD_PRELOAD" in said, carried, said)


class Limits(live.LiveTest):

    def starts(self, limit, size, preload):
        def small():
            resource.setrlimit(limit, (size, size))
        environment = dict(self.environment)
        if preload:
            environment["LD_PRELOAD"] = preload
        return subprocess.run(["/bin/true"], env=environment, check=False,
                              preexec_fn=small,
                              stderr=subprocess.DEVNULL).returncode == 0

    def least(self, limit, preload):
        low, high = 0, 64 << 20
        while high - low > 4096:
            middle = (low + high) // 2 & ~4095
            if self.starts(limit, middle, preload):
                high = middle
            else:
                low = middle
        return high

    def test_a_program_starts_with_little_more(self):
        for limit, most in ((resource.RLIMIT_DATA, 128 << 10),
                            (resource.RLIMIT_AS, 256 << 10)):
            with self.subTest(limit):
                self.assertLessEqual(self.least(limit, SHIM) -
                                     self.least(limit, None), most)

    def test_a_program_starts_with_a_small_stack(self):
        self.assertTrue(self.starts(resource.RLIMIT_STACK, 128 << 10, SHIM))


if __name__ == "__main__":
    live.main()
