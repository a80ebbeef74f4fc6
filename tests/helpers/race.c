/*
 * race: threads make sockets while another program is executed again and
 * again, and count what arrives there.
 *
 *	race fork|vfork|spawn EXECS RACER
 *
 * Prints "N sockets in M of EXECS". While it races, one more thread executes
 * this program itself, which is handed over what is held open for good.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "descriptors.h"
#include "die.h"

static atomic_bool is_over;
static char *no_variables[] = { NULL };

static void *make_sockets(void *unused)
{
	while (!is_over) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0), copy = dup(fd);

		close(fd);
		close(copy);
	}
	return unused;
}

static void *make_pairs(void *unused)
{
	while (!is_over) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
			die("socketpair");
		close(pair[0]);
		close(pair[1]);
	}
	return unused;
}

static void *accept_connections(void *unused)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (void *)&address, length) < 0 ||
	    listen(listener, 8) < 0)
		die("listen");
	getsockname(listener, (void *)&address, &length);
	while (!is_over) {
		int client = socket(AF_INET, SOCK_STREAM, 0), peer;
		struct linger none = { 1, 0 };

		/* With a reset instead of TIME_WAIT, or the ports would be used
		 * up. */
		setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
		if (connect(client, (void *)&address, length) < 0)
			die("connect");
		peer = accept(listener, NULL, NULL);
		close(client);
		close(peer);
	}
	close(listener);
	return unused;
}

static pid_t start_spawned(char *path, char *const *argv)
{
	pid_t child;

	return posix_spawn(&child, path, NULL, NULL, argv, no_variables) ?
		-1 : child;
}

static pid_t start_forked(char *path, char *const *argv)
{
	pid_t child = fork();

	if (child == 0) {
		execve(path, argv, no_variables);
		_exit(126);
	}
	return child;
}

static pid_t start_vforked(char *path, char *const *argv)
{
	pid_t child = vfork();

	if (child == 0) {
		execve(path, argv, no_variables);
		_exit(126);
	}
	return child;
}

static const struct {
	const char *name;
	pid_t (*start)(char *path, char *const *argv);
} ways[] = {
	{ "fork", start_forked },
	{ "vfork", start_vforked },
	{ "spawn", start_spawned },
};

static int status_of(pid_t child)
{
	int status = -1;

	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status) || WEXITSTATUS(status) > 100)
		die("a program did not run");
	return WEXITSTATUS(status);
}

static pid_t (*start)(char *path, char *const *argv);

static void *execute_itself(void *path)
{
	char *argv[] = { path, NULL };

	while (!is_over)
		status_of(start(path, argv));
	return path;
}

int main(int argc, char **argv)
{
	void *(*const threads[])(void *) = {
		make_sockets, make_pairs, accept_connections, execute_itself,
	};
	pthread_t ids[ARRAY_LEN(threads)];
	long sockets = 0, hits = 0, execs;

	if (argc < 4)
		return 0;	/* this program, executed by itself */
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (!strcmp(ways[i].name, argv[1]))
			start = ways[i].start;
	execs = atol(argv[2]);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_create(&ids[i], NULL, threads[i], argv[0]);
	for (long i = 0; i < execs; i++) {
		int given = status_of(start(argv[3], argv + 3));

		sockets += given;
		hits += given > 0;
	}
	is_over = true;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(ids[i], NULL);
	printf("%ld sockets in %ld of %ld\n", sockets, hits, execs);
	return 0;
}
