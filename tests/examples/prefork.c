/*
 * prefork WORKERS: one listener, served by workers that execute this program
 * again.
 *
 * No socket crosses an exec unless it is made inheritable: the listener is made so
 * in the forked child only, and its number is an argument of the worker.
 */
#include <noinherit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int work(int fd)
{
	struct noinherit_socket listener, conn;
	char text[32];
	int r = noinherit_adopt(&listener, fd, -1, -1, -1);

	if (r == 0)
		r = noinherit_set_inheritable(fd, 0);
	if (r == 0)
		r = noinherit_accept(&listener, &conn, NULL, NULL);
	if (r < 0) {
		fprintf(stderr, "worker: %s\n", noinherit_strerror(r));
		return 1;
	}
	snprintf(text, sizeof(text), "worker %d\n", (int)getpid());
	r = noinherit_sendall(&conn, text, strlen(text), 0, NULL);
	noinherit_close(&conn);
	noinherit_close(&listener);
	return r < 0;
}

static void start(const char *program, const struct noinherit_socket *listener)
{
	char number[16];

	if (fork())
		return;
	noinherit_set_inheritable(listener->fd, 1);
	snprintf(number, sizeof(number), "%d", listener->fd);
	execl(program, program, "worker", number, (char *)NULL);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct noinherit_socket listener;
	int workers = argc > 1 ? atoi(argv[1]) : 2, bad = 0, status;
	char text[256];

	if (argc > 2 && !strcmp(argv[1], "worker"))
		return work(atoi(argv[2]));
	if (noinherit_create_server(&listener, "127.0.0.1", "0", NULL) < 0)
		return 1;
	noinherit_repr(&listener, text, sizeof(text));
	puts(text);
	fflush(stdout);
	for (int i = 0; i < workers; i++)
		start("/proc/self/exe", &listener);
	noinherit_close(&listener);
	while (wait(&status) > 0)
		bad += status != 0;
	return bad != 0;
}
