/*
 * refilter FILTER [spawn|system|popen]: makes a listener on 3, installs a
 * seccomp filter, and executes itself by exec or by the function named. The new
 * image prints whether 3 arrived, and makes descriptors as programs do.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "filter.h"

enum { ROWS = 4 };

static const struct {
	const char *name;
	struct filter_row rows[ROWS];	/* ends with a row whose action is 0 */
} filters[] = {
	{ "harmless", { { SYS_acct, -1, 0, 0, SECCOMP_RET_ERRNO } } },
	/* Kills for the flags that the shim adds. */
	{ "exact", { { SYS_socket, 1, SOCK_CLOEXEC, SOCK_CLOEXEC,
		       SECCOMP_RET_KILL_PROCESS },
		     { SYS_accept4, 3, SOCK_CLOEXEC, SOCK_CLOEXEC,
		       SECCOMP_RET_KILL_PROCESS },
		     { SYS_fcntl, 1, ~0U, F_DUPFD_CLOEXEC,
		       SECCOMP_RET_KILL_PROCESS } } },
	/* Kills for the calls that a hand-over makes. */
	{ "no-flag", { { SYS_fcntl, 1, ~0U, F_SETFD,
			 SECCOMP_RET_KILL_PROCESS } } },
	{ "no-question", { { SYS_newfstatat, 3, ~0U, 0,
			     SECCOMP_RET_KILL_PROCESS } } },
};

static int look(void)
{
	int first = fcntl(3, F_GETFD);

	printf("3 %s", first < 0 ? "did not arrive" : "arrived");
	if (first < 0)
		open("/dev/null", O_RDONLY | O_CLOEXEC);
	printf(", then %d", socket(AF_UNIX, SOCK_STREAM, 0));
	printf(" %d", accept(3, NULL, NULL));
	printf(" %d\n", dup(3));
	return 0;
}

static int install(const char *name)
{
	struct filter filter;

	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		size_t count = 0;

		if (strcmp(filters[i].name, name))
			continue;
		while (count < ROWS && filters[i].rows[count].action)
			count++;
		renounce_privileges();
		return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
			     build_filter(&filter, filters[i].rows, count));
	}
	return -1;
}

static int by_spawn(const char *path)
{
	char *again[] = { (char *)path, NULL };
	int status = -1;
	pid_t child;

	if (!posix_spawn(&child, "/proc/self/exe", NULL, NULL, again, environ))
		waitpid(child, &status, 0);
	return status;
}

static int by_popen(const char *path)
{
	FILE *stream = popen(path, "w");

	return stream ? pclose(stream) : -1;
}

static const struct {
	const char *name;
	int (*run)(const char *path);
} ways[] = {
	{ "spawn", by_spawn }, { "system", system }, { "popen", by_popen },
};

static int run_by(const char *way, const char *path)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, way))
			return ways[i].run(path) != 0;
	return 125;
}

int main(int argc, char **argv)
{
	char *again[] = { argv[0], NULL };

	if (argc == 1)
		return look();
	close(3);
	if (socket(AF_UNIX, SOCK_STREAM, 0) != 3 || install(argv[1])) {
		fprintf(stderr, "refilter: no filter %s here\n", argv[1]);
		return 125;
	}
	if (argc > 2)
		return run_by(argv[2], argv[0]);
	execv("/proc/self/exe", again);
	return 125;
}
