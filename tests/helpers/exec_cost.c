/*
 * exec_cost WAY DESCRIPTORS ROUNDS: the median time, in microseconds, from the
 * call to the end of a child that executes and ends at once, with so many
 * sockets open. WAY is execve (after vfork), posix_spawn, or again (execve of
 * this program itself, which is given the sockets).
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000 };

static double now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void open_sockets(int count)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	while (count-- > 0)
		if (socket(AF_UNIX, SOCK_STREAM, 0) < 0) {
			perror("exec_cost: socket");
			exit(125);
		}
}

static double once(const char *way, char **argv)
{
	double start = now_us();
	int status = -1;
	pid_t child = -1;

	if (strcmp(way, "posix_spawn") == 0)
		posix_spawn(&child, argv[0], NULL, NULL, argv, environ);
	else if ((child = vfork()) == 0) {
		execve(argv[0], argv, environ);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child || status) {
		fprintf(stderr, "exec_cost: %s did not run\n", argv[0]);
		exit(125);
	}
	return now_us() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	char *again[] = { "/proc/self/exe", "end", NULL };
	char *other[] = { "/bin/true", NULL };
	double times[ROUNDS_MAX];
	int rounds = argc == 4 ? atoi(argv[3]) : 0;

	if (argc == 2)
		return 0;
	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: exec_cost WAY DESCRIPTORS ROUNDS\n");
		return 125;
	}
	open_sockets(atoi(argv[2]));
	for (int i = 0; i < rounds; i++)
		times[i] = once(argv[1], strcmp(argv[1], "again") ? other :
							     again);
	qsort(times, (size_t)rounds, sizeof(times[0]), compare);
	printf("%.1f\n", times[rounds / 2]);
	return 0;
}
