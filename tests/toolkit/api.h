/*
 * api.h - what the tests of the library have in common.
 *
 * Every test runs between api_setup and api_teardown, which fails the test if
 * it left a descriptor open or closed one too many.
 */
#ifndef TESTS_API_H
#define TESTS_API_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"
#include "descriptors.h"
#include "noinherit.h"

static int api_descriptors;

static inline int api_setup(void **state)
{
	(void)state;
	api_descriptors = count_descriptors();
	return 0;
}

static inline int api_teardown(void **state)
{
	int now = count_descriptors();

	(void)state;
	noinherit_setdefaulttimeout_ns(NOINHERIT_BLOCKING);
	noinherit_set_interrupt(NULL, NULL);
	if (now != api_descriptors)
		print_error("%d descriptors before, %d after\n",
			    api_descriptors, now);
	return now != api_descriptors;
}

#define api_test(function) \
	cmocka_unit_test_setup_teardown(function, api_setup, api_teardown)

static inline int port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return -1;
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static inline const char *port_text(int fd)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", port_of(fd));
	return text;
}

/* A listener on a free port of 127.0.0.1. */
static inline struct noinherit_socket listening(void)
{
	struct noinherit_socket s = NOINHERIT_SOCKET_CLOSED;

	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0", NULL),
			 0);
	return s;
}

/* A client that is connected to that listener. */
static inline struct noinherit_socket connected_to(struct noinherit_socket *to)
{
	struct noinherit_socket s = NOINHERIT_SOCKET_CLOSED;

	assert_int_equal(noinherit_create_connection(&s, "127.0.0.1",
						     port_text(to->fd), NULL),
			 0);
	return s;
}

static inline void pair_of(struct noinherit_socket pair[2], int type)
{
	assert_int_equal(noinherit_socketpair(pair, -1, type, 0), 0);
}

static inline void close_pair(struct noinherit_socket pair[2])
{
	assert_int_equal(noinherit_close(&pair[0]), 0);
	assert_int_equal(noinherit_close(&pair[1]), 0);
}

static inline bool is_nonblocking(int fd)
{
	return !!(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

#define MS INT64_C(1000000)

#endif
