/*
 * epoll_server CLIENTS: echoes for that many clients at once, in one thread.
 *
 * epoll waits for the listener, and accept4 makes connections non-blocking.
 */
#include <errno.h>
#include <noinherit.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { ROOM = 64 };

static int loop;

static void watch(struct noinherit_socket *s)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = s };

	epoll_ctl(loop, EPOLL_CTL_ADD, s->fd, &event);
}

static void take_all(const struct noinherit_socket *listener)
{
	struct noinherit_socket conn;

	while (noinherit_accept4(listener, &conn, NULL, NULL,
				 SOCK_NONBLOCK) == 0) {
		struct noinherit_socket *kept = malloc(sizeof(*kept));

		*kept = conn;
		watch(kept);
	}
}

/* Returns 1 when the client is done. A client that does not read is dropped. */
static int echo(struct noinherit_socket *s)
{
	char buf[4096];
	ssize_t r;

	while ((r = noinherit_recv(s, buf, sizeof(buf), 0)) > 0)
		if (noinherit_sendall(s, buf, (size_t)r, 0, NULL) < 0)
			break;
	if (r == -EAGAIN)
		return 0;
	noinherit_close(s);
	free(s);
	return 1;
}

int main(int argc, char **argv)
{
	int clients = argc > 1 ? atoi(argv[1]) : 1;
	struct epoll_event events[ROOM];
	struct noinherit_socket listener;
	char text[256];

	if (noinherit_create_server(&listener, "127.0.0.1", "0", NULL) < 0)
		return 1;
	noinherit_setblocking(&listener, 0);
	loop = epoll_create1(EPOLL_CLOEXEC);
	watch(&listener);
	noinherit_repr(&listener, text, sizeof(text));
	puts(text);
	fflush(stdout);
	while (clients > 0) {
		int count = epoll_wait(loop, events, ROOM, -1);

		for (int i = 0; i < count; i++) {
			struct noinherit_socket *s = events[i].data.ptr;

			if (s == &listener)
				take_all(s);
			else
				clients -= echo(s);
		}
	}
	noinherit_close(&listener);
	return close(loop);
}
