/*
 * api_bench.c - rounds of one call, by the library or written by hand.
 *
 *	api_bench api|hand WHAT ROUNDS
 *
 * What is written by hand does what a careful program does without the library:
 * atomic flags, every result checked. A round closes what it makes.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "noinherit.h"

static struct noinherit_socket listener;
static struct sockaddr_in address;
static char port[8];

static void must(int is_good, const char *what)
{
	if (!is_good) {
		perror(what);
		exit(125);
	}
}

static void listen_somewhere(void)
{
	socklen_t size = sizeof(address);

	must(noinherit_create_server(&listener, "127.0.0.1", "0", NULL) == 0,
	     "create_server");
	getsockname(listener.fd, (struct sockaddr *)&address, &size);
	snprintf(port, sizeof(port), "%u", ntohs(address.sin_port));
}

static int connect_by_hand(void)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	int fd = -1;

	must(getaddrinfo("127.0.0.1", port, &hints, &list) == 0, "getaddrinfo");
	for (struct addrinfo *to = list; to; to = to->ai_next) {
		fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC,
			    to->ai_protocol);
		if (fd < 0)
			continue;
		if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
			break;
		close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	return fd;
}

static int client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && connect(fd, (struct sockaddr *)&address,
				sizeof(address)) == 0, "connect");
	return fd;
}

static void hand_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0, "socket");
	close(fd);
}

static void api_socket(void)
{
	struct noinherit_socket s;

	must(noinherit_create_socket(&s, -1, -1, -1) == 0, "socket");
	noinherit_close(&s);
}

static void hand_create_server(void)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(inet_pton(AF_INET, "127.0.0.1", &own.sin_addr) == 1, "inet_pton");
	must(bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0, "bind");
	must(listen(fd, 128) == 0, "listen");
	close(fd);
}

static void api_create_server(void)
{
	struct noinherit_socket s;

	must(noinherit_create_server(&s, "127.0.0.1", "0", NULL) == 0,
	     "create_server");
	noinherit_close(&s);
}

static void hand_create_connection(void)
{
	int fd = connect_by_hand();

	must(fd >= 0, "connect");
	close(fd);
}

static void api_create_connection(void)
{
	struct noinherit_socket s;

	must(noinherit_create_connection(&s, "127.0.0.1", port, NULL) == 0,
	     "create_connection");
	noinherit_close(&s);
}

static void only_client(void)
{
	close(client());
}

static void hand_accept(void)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	int from = client(), fd;

	fd = accept4(listener.fd, (struct sockaddr *)&peer, &size,
		     SOCK_CLOEXEC);
	must(fd >= 0, "accept4");
	close(fd);
	close(from);
}

static void api_accept(void)
{
	struct noinherit_socket conn;
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	int from = client();

	must(noinherit_accept(&listener, &conn, (struct sockaddr *)&peer,
			      &size) == 0, "accept");
	noinherit_close(&conn);
	close(from);
}

/* ---- data: one send and one receive of a byte ---------------------------- */

static struct noinherit_socket pair[2];
static char byte = 'x';

static void make_pair(void)
{
	if (!pair[0].flags)
		must(noinherit_socketpair(pair, -1, -1, -1) == 0, "pair");
}

static void hand_send_recv(void)
{
	make_pair();
	must(send(pair[0].fd, &byte, 1, MSG_NOSIGNAL) == 1, "send");
	must(recv(pair[1].fd, &byte, 1, 0) == 1, "recv");
}

static void api_send_recv(void)
{
	make_pair();
	must(noinherit_send(&pair[0], &byte, 1, 0) == 1, "send");
	must(noinherit_recv(&pair[1], &byte, 1, 0) == 1, "recv");
}

static void set_timeouts(int tries_first)
{
	make_pair();
	for (int i = 0; i < 2 && pair[i].timeout_ns < 0; i++) {
		noinherit_settimeout_ns(&pair[i], INT64_C(60000000000));
		noinherit_set_try_first(&pair[i], tries_first);
	}
}

/* By hand, with poll() before each call, as Python does. */
static void hand_send_recv_timeout(void)
{
	struct pollfd out, in;

	set_timeouts(0);
	out = (struct pollfd){ pair[0].fd, POLLOUT, 0 };
	in = (struct pollfd){ pair[1].fd, POLLIN, 0 };
	must(poll(&out, 1, 60000) == 1, "poll");
	must(send(pair[0].fd, &byte, 1, MSG_NOSIGNAL) == 1, "send");
	must(poll(&in, 1, 60000) == 1, "poll");
	must(recv(pair[1].fd, &byte, 1, 0) == 1, "recv");
}

static void api_send_recv_timeout(void)
{
	set_timeouts(0);
	api_send_recv();
}

static void api_send_recv_try_first(void)
{
	set_timeouts(1);
	api_send_recv();
}

static const struct {
	const char *name;
	void (*hand)(void), (*api)(void);
} rounds[] = {
	{ "socket", hand_socket, api_socket },
	{ "create_server", hand_create_server, api_create_server },
	{ "create_connection", hand_create_connection, api_create_connection },
	{ "client", only_client, only_client },
	{ "accept", hand_accept, api_accept },
	{ "send_recv", hand_send_recv, api_send_recv },
	{ "send_recv_timeout", hand_send_recv_timeout, api_send_recv_timeout },
	{ "send_recv_try_first", hand_send_recv_timeout,
	  api_send_recv_try_first },
};

int main(int argc, char **argv)
{
	must(argc == 4, "usage: api_bench api|hand WHAT ROUNDS");
	listen_somewhere();
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++)
		if (!strcmp(rounds[i].name, argv[2]))
			for (int left = atoi(argv[3]); left > 0; left--)
				(strcmp(argv[1], "api") ? rounds[i].hand :
							  rounds[i].api)();
	noinherit_close(&listener);
	return 0;
}
