/*
 * supervisor WORKERS: one listener, served by processes that are replaced.
 *
 * A worker executes this program again, with standard streams only, and receives
 * the listener by recv_fds. It answers one client and is then replaced.
 */
#include <noinherit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed(const char *what, ssize_t r)
{
	fprintf(stderr, "supervisor: %s: %s\n", what, noinherit_strerror(r));
	return 1;
}

static int work(void)
{
	struct noinherit_socket boss, conn, listener = NOINHERIT_SOCKET_CLOSED;
	char text[64];
	int fd = -1, flags, r;
	size_t count;

	r = noinherit_adopt(&boss, 0, -1, -1, -1);
	if (r == 0)
		r = (int)noinherit_recv_fds(&boss, text, 1, &fd, 1, &count,
					    &flags, NULL);
	if (r > 0)
		r = noinherit_adopt(&listener, fd, -1, -1, -1);
	if (r == 0)
		r = noinherit_accept(&listener, &conn, NULL, NULL);
	if (r < 0)
		return failed("accept", r);
	r = snprintf(text, sizeof(text), "worker %d\n", (int)getpid());
	return noinherit_sendall(&conn, text, (size_t)r, 0, NULL) < 0;
}

static int run_worker(char *program, struct noinherit_socket *listener)
{
	const struct iovec byte = { (char[]){ "x" }, 1 };
	struct noinherit_socket pair[2];
	ssize_t r = noinherit_socketpair(pair, -1, SOCK_STREAM, 0);
	pid_t pid = r < 0 ? -1 : fork();

	if (pid == 0) {
		noinherit_dup2(pair[1].fd, 0, 1);
		execl("/proc/self/exe", program, "worker", (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		return failed("cannot start", r);
	noinherit_close(&pair[1]);
	r = noinherit_send_fds(&pair[0], &byte, 1, &listener->fd, 1, NULL);
	noinherit_close(&pair[0]);
	wait(NULL);
	return r < 0 ? failed("cannot pass it on", r) : 0;
}

int main(int argc, char **argv)
{
	struct noinherit_socket listener;
	char text[256];
	int r, workers = argc > 1 ? atoi(argv[1]) : 1;

	if (argc > 1 && !strcmp(argv[1], "worker"))
		return work();
	r = noinherit_create_server(&listener, "127.0.0.1", "0", NULL);
	if (r < 0)
		return failed("listen", r);
	noinherit_repr(&listener, text, sizeof(text));
	dprintf(1, "%s\n", text);
	while (workers-- > 0 && !run_worker(argv[0], &listener))
		;
	return 0;
}
