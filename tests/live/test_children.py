#!/usr/bin/python3
"""Children that share their parent's memory, and threads with a descriptor
table of their own: what each new image gets, natively and under the shim."""

import live
from live import SHIM, helper

# 3 stands for a listener; 4 is a file and 5 a socket that the program itself
# made close-on-exec. The second argument says which process executes.
PROGRAM = r"""
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static char *path;

static int look(const char *who)
{
	printf("%s:", who);
	for (int fd = 3; fd < 20; fd++) {
		struct stat status;
		if (fstat(fd, &status) == 0)
			printf(" %d %s", fd, S_ISSOCK(status.st_mode) ?
			       "socket" : "file");
	}
	puts("");
	return 0;
}

static void execute(char *who)
{
	execl(path, "program", "look", who, NULL);
	_exit(9);
}

static int make_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }
/* Nobody's but the program's: no image must get it. */
static int make_own(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* ---- what a child does in its parent's memory ---- */

static void nothing(void) { execute("child"); }

static void makes(void)
{
	make_socket();
	_exit(0);
}

static void replaces(void)
{
	close(3);
	make_own();
	execute("child");
}

static void closes_all(void)
{
	closefrom(3);
	make_own();
	_exit(0);
}

/* Meant to be FD_CLOEXEC: natively, this takes the flag off. */
static void mistakes(void)
{
	for (int fd = 3; fd <= 5; fd++)
		fcntl(fd, F_SETFD, O_CLOEXEC);
	execute("child");
}

static void forks(void)
{
	pid_t child = fork();
	if (child == 0) {
		make_socket();
		execute("grandchild");
	}
	waitpid(child, NULL, 0);
	_exit(0);
}

static void replaces_and_forks(void)
{
	pid_t child;
	close(3);
	make_own();
	child = fork();
	if (child == 0)
		execute("grandchild");
	waitpid(child, NULL, 0);
	_exit(0);
}

static const struct {
	const char *name;
	void (*act)(void);
} acts[] = {
	{ "nothing", nothing }, { "makes", makes }, { "replaces", replaces },
	{ "closes-all", closes_all }, { "mistakes", mistakes },
	{ "forks", forks }, { "replaces-and-forks", replaces_and_forks },
};

static void (*act)(void);

static int act_in_clone(void *data)
{
	(void)data;
	act();
	return 0;
}

static void by_clone(void)
{
	waitpid(clone(act_in_clone, stack + sizeof(stack),
		      CLONE_VM | CLONE_VFORK | SIGCHLD, NULL), NULL, 0);
}

static void by_vfork(void)
{
	pid_t child = vfork();
	if (child == 0) {
		act();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* ---- what a thread does to a table of its own ---- */

static void *closes(void *data)
{
	(void)data;
	close_range(3, ~0U, CLOSE_RANGE_UNSHARE);
	make_own();
	return NULL;
}

static void *flags(void *data)
{
	(void)data;
	close_range(3, ~0U, CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC);
	return NULL;
}

static void *executes(void *data)
{
	(void)data;
	close_range(3, 3, CLOSE_RANGE_UNSHARE);
	make_own();
	make_socket();
	execute("thread");
	return NULL;
}

static void by_thread(const char *what)
{
	pthread_t thread;

	pthread_create(&thread, NULL, !strcmp(what, "closes") ? closes :
		       !strcmp(what, "flags") ? flags : executes, NULL);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	if (!strcmp(argv[1], "look"))
		return look(argv[2]);
	path = argc > 3 ? argv[3] : "/proc/self/exe";
	closefrom(3);
	make_socket();
	open("/dev/null", O_RDONLY | O_CLOEXEC);
	make_own();
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(acts[i].name, argv[2]))
			act = acts[i].act;
	if (!strcmp(argv[1], "clone"))
		by_clone();
	else if (!strcmp(argv[1], "vfork"))
		by_vfork();
	else
		by_thread(argv[2]);
	/* This takes a number that the child may have had. */
	make_own();
	execute("parent");
}
"""


class Children(live.LiveTest):

    def setUp(self):
        super().setUp()
        self.program = self.compile("program", PROGRAM, "-pthread", "-w")

    def is_as_natively(self, *arguments, says):
        for preload in (None, SHIM):
            with self.subTest(arguments=arguments, preload=preload):
                self.assertEqual(self.says(self.program, *arguments,
                                           preload=preload).splitlines(), says)

    # The listener is still the parent's, and the child's own socket reaches no
    # image.
    ROWS = (
        ("nothing", ["child: 3 socket"]),
        ("makes", []),
        ("replaces", ["child:"]),
        ("closes-all", []),
        ("mistakes", ["child: 3 socket 4 file 5 socket"]),
    )

    def test_a_clone_in_the_parents_memory(self):
        for act, says in self.ROWS:
            self.is_as_natively("clone", act, says=says + ["parent: 3 socket"])

    def test_a_vfork_child(self):
        for act, says in self.ROWS:
            self.is_as_natively("vfork", act, says=says + ["parent: 3 socket"])

    def test_a_fork_in_a_vfork_child(self):
        """The fork has its own memory, and marks the sockets that it makes."""
        for act, says in (("forks", "grandchild: 3 socket 6 socket"),
                          ("replaces-and-forks", "grandchild:")):
            self.is_as_natively("vfork", act, says=[says, "parent: 3 socket"])

    def test_a_mistaken_flag_and_another_program(self):
        """Natively all three stay open; only the listener is ours."""
        looker = helper("looker")
        for preload, says in (
                (None, ["3 socket inheritable", "4 other inheritable",
                        "5 socket inheritable", "3 socket inheritable"]),
                (SHIM, ["4 other inheritable", "5 socket inheritable"])):
            with self.subTest(preload):
                self.assertEqual(self.says(self.program, "vfork", "mistakes",
                                           looker, preload=preload)
                                 .splitlines(), says)

    def test_a_thread_that_leaves_the_table(self):
        for what in ("closes", "flags"):
            self.is_as_natively("thread", what, says=["parent: 3 socket"])

    def test_such_a_thread_hands_nothing_over(self):
        """The shim cannot prove what the thread made: see
        noinherit-preload(7)."""
        for preload, says in ((None, "thread: 6 socket"), (SHIM, "thread:")):
            with self.subTest(preload):
                self.assertEqual(self.says(self.program, "thread", "executes",
                                           preload=preload), says)


if __name__ == "__main__":
    live.main()
