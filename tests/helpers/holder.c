/*
 * holder: opens and closes what it is told, and says so, so that a test can
 * compare what the recorder counts with /proc/PID/fd.
 *
 *	holder      reads commands, one a line: WORD [COUNT]; answers "PID"
 *
 * sockets, files, dups, pipes N: makes so many and keeps them; close N: closes
 * the last ones. After fork, bare_clone and exec the new process or program
 * goes on reading; its parent waits for it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"

enum { MOST = 65536, THREADS = 4 };

static int held[MOST];
static int count;
static char **arguments;

static void keep(int fd)
{
	if (fd >= 0 && count < MOST)
		held[count++] = fd;
}

static __attribute__((noinline)) void sockets(int n)
{
	while (n--)
		keep(socket(AF_UNIX, SOCK_STREAM, 0));
}

static __attribute__((noinline)) void files(int n)
{
	while (n--)
		keep(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static __attribute__((noinline)) void dups(int n)
{
	while (n--)
		keep(dup(0));
}

static __attribute__((noinline)) void pipes(int n)
{
	int ends[2];

	while (n-- && pipe(ends) == 0) {
		keep(ends[0]);
		keep(ends[1]);
	}
}

static void inotifies(int n)
{
	while (n--)
		keep(inotify_init1(IN_CLOEXEC));
}

static void close_last(int n)
{
	while (n-- && count)
		close(held[--count]);
}

/* A number gets another file without a close. */
static void replace(int n)
{
	while (n--)
		if (count > n)
			dup2(0, held[count - 1 - n]);
}

/* As a daemon does with its log. */
static void standard(int n)
{
	(void)n;
	dup2(0, 2);
}

static void sweep(int n)
{
	(void)n;
	close_range(3, ~0u, 0);
	count = 0;
}

static void mark(int n)
{
	(void)n;
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
}

static void forked(int n)
{
	pid_t child = fork();

	(void)n;
	if (child > 0)
		waitpid(child, NULL, 0);
	if (child)
		_exit(0);
}

static void bare_clone(int n)
{
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	(void)n;
	if (child > 0)
		waitpid((pid_t)child, NULL, 0);
	if (child)
		_exit(0);
}

/* @n children, one after another, that each open one more descriptor and end at
 * once, in one of three ways. */
static void children(int n)
{
	while (n--) {
		pid_t child = fork();

		if (child == 0) {
			keep(dup(0));
			if (n % 3 == 0)
				_exit(0);
			if (n % 3 == 1)
				exit(0);
			execl("/bin/true", "true", (char *)0);
			_exit(127);
		}
		waitpid(child, NULL, 0);
	}
}

static void vfork_child(int n)
{
	pid_t child = vfork();

	(void)n;
	if (child == 0) {
		dup2(0, 3);
		close(4);
		execl("/bin/true", "true", (char *)0);
		_exit(127);
	}
	waitpid(child, NULL, 0);
}

static void failed_exec(int n)
{
	(void)n;
	execl("/nowhere/to/be/found", "nowhere", (char *)0);
}

static void exec_again(int n)
{
	(void)n;
	execv("/proc/self/exe", arguments);
}

static void *open_and_close(void *unused)
{
	int stays_open;

	for (int i = 0; i < 2000; i++)
		close(dup(0));
	stays_open = dup(0);
	(void)stays_open;
	return unused;
}

static void threads(int n)
{
	pthread_t all[THREADS];

	(void)n;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&all[i], NULL, open_and_close, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(all[i], NULL);
}

static void limit(int n)
{
	struct rlimit numbers = { (rlim_t)n, (rlim_t)n };

	setrlimit(RLIMIT_NOFILE, &numbers);
}

static const struct { const char *word; void (*run)(int); } commands[] = {
	{ "sockets", sockets }, { "files", files }, { "dups", dups },
	{ "pipes", pipes }, { "close", close_last }, { "replace", replace },
	{ "standard", standard },
	{ "sweep", sweep }, { "mark", mark }, { "fork", forked }, { "bare_clone", bare_clone },
	{ "children", children }, { "vfork", vfork_child },
	{ "failed_exec", failed_exec }, { "exec", exec_again },
	{ "threads", threads }, { "limit", limit },
	{ "inotifies", inotifies },
};

static void run(const char *word, int n)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i].word, word))
			commands[i].run(n);
}

/* Without stdio, whose read-ahead would be lost in an exec. */
static int read_line(char *line, size_t size)
{
	size_t length = 0;

	while (length + 1 < size && read(0, &line[length], 1) == 1)
		if (line[length++] == '\n')
			break;
	line[length] = '\0';
	return length > 0;
}

int main(int argc, char **argv)
{
	char line[64], word[32];
	int n;

	(void)argc;
	arguments = argv;
	dprintf(1, "%d\n", getpid());
	while (read_line(line, sizeof(line))) {
		n = 0;
		if (sscanf(line, "%31s %d", word, &n) < 1)
			continue;
		run(word, n);
		/* After an exec, the new program prints its own PID. */
		dprintf(1, "%d\n", getpid());
	}
	return 0;
}
