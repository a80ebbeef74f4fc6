/*
 * accept.c - taking connections.
 */
#include "noinherit.h"

#include <poll.h>

#include "address.h"
#include "descriptor.h"
#include "latch.h"
#include "socket.h"
#include "system.h"
#include "timeout.h"

/* Where the peer's address goes; size 0 if it is not wanted. */
struct peer {
	struct sockaddr_storage address;
	socklen_t size;
};

/* Linux < 2.6.28 has no accept4(). */
static int accept_in_two_steps(int fd, struct sockaddr *addr,
			       socklen_t *addrlen, ni_latch *latch)
{
	int conn = ni_sys_accept(fd, addr, addrlen);
	int r;

	if (conn < 0)
		return conn;
	r = noinherit_set_inheritable(conn, 0);
	if (r < 0) {
		ni_descriptor_discard(conn);
		return r;
	}
	ni_latch_missing(latch);
	return conn;
}

static ssize_t attempt_accept(int fd, void *data)
{
	static ni_latch accept4_latch;
	struct peer *peer = data;
	struct sockaddr *addr = NULL;
	socklen_t *addrlen = NULL;
	int conn;

	if (peer->size) {
		peer->size = sizeof(peer->address);
		addr = (struct sockaddr *)&peer->address;
		addrlen = &peer->size;
	}
	if (!ni_latch_is_missing(&accept4_latch)) {
		conn = ni_sys_accept4(fd, addr, addrlen, SOCK_CLOEXEC);
		if (!ni_latch_should_retry(&accept4_latch, conn, -ENOSYS))
			return conn;
	}
	return accept_in_two_steps(fd, addr, addrlen, &accept4_latch);
}

/* Python switches the mode back where the listener has a timeout, for systems
 * on which the connection would have the listener's mode (S-28). */
static int start(struct noinherit_socket *conn, int fd,
		 const struct noinherit_socket *listener)
{
	int64_t start_ns = noinherit_getdefaulttimeout_ns();
	int r = 0;

	if (start_ns != NOINHERIT_BLOCKING || listener->timeout_ns > 0)
		r = ni_timeout_set_mode(fd, start_ns);
	if (r < 0)
		return r;
	*conn = (struct noinherit_socket){ fd, listener->family, listener->type,
					   listener->proto, start_ns };
	return 0;
}

int noinherit_accept(struct noinherit_socket *listener,
		     struct noinherit_socket *conn, struct sockaddr *addr,
		     socklen_t *addrlen)
{
	struct peer peer = { .size = addr ? sizeof(peer.address) : 0 };
	ssize_t fd = ni_operate(listener->fd, POLLIN, listener->timeout_ns,
				attempt_accept, &peer);
	int r;

	if (fd < 0)
		return (int)fd;
	r = start(conn, (int)fd, listener);
	if (r < 0) {
		ni_descriptor_discard((int)fd);
		return r;
	}
	ni_address_copy(&peer.address, peer.size, addr, addrlen);
	return 0;
}
