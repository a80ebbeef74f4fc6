/*
 * accept.c - taking connections.
 */
#include "noinherit.h"

#include <poll.h>

#include "lib/address.h"
#include "lib/descriptor.h"
#include "lib/latch.h"
#include "lib/socket.h"
#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/timeout.h"

/* Where the peer's address goes (size 0 if it is not wanted), and the flags of
 * the new connection. */
struct peer {
	struct sockaddr_storage address;
	socklen_t size;
	int flags;
};

/* Linux < 2.6.28 has no accept4(). */
static int accept_in_two_steps(int fd, struct sockaddr *addr,
			       socklen_t *addrlen, int flags, ni_latch *latch)
{
	int conn = ni_sys_accept(fd, addr, addrlen);
	int r;

	if (conn < 0)
		return conn;
	r = noinherit_set_inheritable(conn, 0);
	if (r == 0 && flags & SOCK_NONBLOCK)
		r = ni_timeout_set_mode(conn, true);
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
		conn = ni_sys_accept4(fd, addr, addrlen, peer->flags);
		if (!ni_latch_should_retry(&accept4_latch, conn, -ENOSYS))
			return conn;
	}
	return accept_in_two_steps(fd, addr, addrlen, peer->flags,
				   &accept4_latch);
}

int noinherit_accept4(const struct noinherit_socket *listener,
		      struct noinherit_socket *conn, struct sockaddr *addr,
		      socklen_t *addrlen, int flags)
{
	struct peer peer = { .size = addr ? sizeof(peer.address) : 0,
			     .flags = flags | SOCK_CLOEXEC };
	ssize_t fd = -EINVAL;
	int r;

	if (!(flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)))
		fd = ni_operate(listener, POLLIN, attempt_accept, &peer);
	if (fd < 0) {
		*conn = ni_socket_closed();
		return (int)fd;
	}
	/* Python asks for the mode anew where the listener has a timeout, for
	 * systems on which the connection would have the listener's (S-28). */
	r = ni_socket_start(conn, (int)fd, listener->family,
			    listener->type | (flags & SOCK_NONBLOCK),
			    listener->proto);
	if (r < 0)
		ni_descriptor_discard((int)fd);
	else
		ni_address_copy(&peer.address, peer.size, addr, addrlen);
	return r;
}

int noinherit_accept(const struct noinherit_socket *listener,
		     struct noinherit_socket *conn, struct sockaddr *addr,
		     socklen_t *addrlen)
{
	return noinherit_accept4(listener, conn, addr, addrlen, 0);
}
