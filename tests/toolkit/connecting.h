/*
 * connecting.h - for the tests of the library: ports that refuse, listeners
 * that are full, and a connect to a port.
 */
#ifndef TESTS_CONNECTING_H
#define TESTS_CONNECTING_H

#include "api.h"

/* A port of 127.0.0.1 that refuses connections until its socket is closed. */
static inline int refusing(struct noinherit_socket *keep)
{
	struct sockaddr_storage address;
	int length = noinherit_address(&address, AF_INET, "127.0.0.1",
				       NOINHERIT_STRING, "0");

	assert_int_equal(noinherit_create_socket(keep, -1, -1, -1), 0);
	assert_int_equal(noinherit_bind(keep, (struct sockaddr *)&address,
					(socklen_t)length), 0);
	return port_of(keep->fd);
}

static inline int connect_to(struct noinherit_socket *s, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((in_port_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return noinherit_connect(s, (struct sockaddr *)&address,
				 sizeof(address));
}

/* A listener whose queue is full does not answer a SYN. */
static inline void fill(struct noinherit_socket *listener,
		 struct noinherit_socket *clients, size_t count)
{
	int backlog = 0;
	const struct noinherit_server_options options = {
		.size = sizeof(options), .backlog = &backlog
	};

	assert_int_equal(noinherit_create_server(listener, "127.0.0.1", "0",
						 &options), 0);
	for (size_t i = 0; i < count; i++) {
		int r;

		noinherit_create_socket(&clients[i], -1, -1, -1);
		noinherit_setblocking(&clients[i], 0);
		r = connect_to(&clients[i], port_of(listener->fd));
		assert_true(r == 0 || r == -EINPROGRESS);
	}
}

#endif
