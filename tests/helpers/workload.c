/*
 * workload.c - one kind of call, many times: what the bench measures.
 *
 *   workload NAME COUNT
 *
 * The loops do nothing else, so that the slope between two counts is the cost
 * of the call. Descriptors are not closed unless the name says so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "die.h"

static struct sockaddr_in address;
static int listener = -1;

static void listen_on_loopback(void)
{
	socklen_t length = sizeof(address);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
	checked(bind(listener, (void *)&address, sizeof(address)), "bind");
	checked(listen(listener, 4096), "listen");
	checked(getsockname(listener, (void *)&address, &length),
		"getsockname");
}

static int connect_to_listener(void)
{
	int fd = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
			 "socket");

	checked(connect(fd, (void *)&address, sizeof(address)), "connect");
	return fd;
}

static void make_socket(long count)
{
	while (count--)
		checked(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
}

static void make_socketpair(long count)
{
	int pair[2];

	while (count--)
		checked(socketpair(AF_UNIX, SOCK_STREAM, 0, pair),
			"socketpair");
}

static void make_dup(long count)
{
	while (count--)
		checked(dup(STDERR_FILENO), "dup");
}

static void do_accept(long count)
{
	while (count--) {
		connect_to_listener();
		checked(accept(listener, NULL, NULL), "accept");
	}
}

static void do_accept4(long count)
{
	while (count--) {
		connect_to_listener();
		checked(accept4(listener, NULL, NULL, SOCK_NONBLOCK),
			"accept4");
	}
}

/* The other calls in the loops of accept and recvmsg. */
static void do_connect(long count)
{
	while (count--)
		connect_to_listener();
}

static void do_send(long count)
{
	char byte = 0;
	int pair[2];

	checked(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	while (count--) {
		checked((int)send(pair[0], &byte, 1, 0), "send");
		checked((int)recv(pair[1], &byte, 1, 0), "recv");
	}
}

static void do_recvmsg(long count)
{
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int pair[2];

	checked(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	while (count--) {
		checked((int)send(pair[0], &byte, 1, 0), "send");
		checked((int)recvmsg(pair[1], &message, 0), "recvmsg");
	}
}

static void do_socket_close(long count)
{
	while (count--)
		close(checked(socket(AF_UNIX, SOCK_DGRAM, 0), "socket"));
}

static void do_dup_close(long count)
{
	while (count--)
		close(checked(dup(STDERR_FILENO), "dup"));
}

static void do_open_close(long count)
{
	while (count--)
		close(checked(open("/dev/null", O_RDONLY | O_CLOEXEC),
			      "open"));
}

static void do_accept_close(long count)
{
	while (count--) {
		int client = connect_to_listener();

		close(checked(accept(listener, NULL, NULL), "accept"));
		close(client);
	}
}

/* One request and one answer on each connection. */
static void do_server(long count)
{
	char text[64] = "ping";

	while (count--) {
		int client = connect_to_listener();
		int peer = checked(accept(listener, NULL, NULL), "accept");

		checked((int)send(client, text, sizeof(text), 0), "send");
		checked((int)recv(peer, text, sizeof(text), 0), "recv");
		checked((int)send(peer, text, sizeof(text), 0), "send");
		checked((int)recv(client, text, sizeof(text), 0), "recv");
		close(peer);
		close(client);
	}
}

static const struct {
	const char *name;
	void (*run)(long count);
} workloads[] = {
	{ "socket", make_socket },
	{ "socketpair", make_socketpair },
	{ "dup", make_dup },
	{ "accept", do_accept },
	{ "accept4", do_accept4 },
	{ "connect", do_connect },
	{ "recvmsg", do_recvmsg },
	{ "send", do_send },
	{ "socket+close", do_socket_close },
	{ "dup+close", do_dup_close },
	{ "open+close", do_open_close },
	{ "accept+close", do_accept_close },
	{ "server", do_server },
};

int main(int argc, char **argv)
{
	struct rlimit limit;

	if (argc != 3) {
		fprintf(stderr, "usage: workload NAME COUNT\n");
		return 1;
	}
	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	listen_on_loopback();
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++)
		if (!strcmp(argv[1], workloads[i].name)) {
			workloads[i].run(atol(argv[2]));
			return 0;
		}
	fprintf(stderr, "workload: no workload '%s'\n", argv[1]);
	return 1;
}
