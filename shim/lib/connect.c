/*
 * connect.c - connecting to an address, and what a wait for it ended with.
 */
#include "noinherit.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>

#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/timeout.h"

/* The kernel goes on connecting: its result is SO_ERROR, and connect() is not
 * called again (S-63, S-64). */
static int wait_connected(const struct noinherit_socket *s)
{
	struct ni_limit limit = ni_limit_of(s);
	int error = 0, r = ni_wait(s->fd, POLLOUT | POLLERR, &limit);
	socklen_t size = sizeof(error);

	if (r < 0)
		return r;
	r = ni_sys_getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (r < 0)
		return r;
	return error == EISCONN ? 0 : ni_error_of_errno(error);
}

/* In these families a connect that a signal interrupts leaves nothing under
 * way: waiting would mistake an idle socket for a connected one, as CPython
 * does. */
static bool is_undone_by_signals(const struct sockaddr *addr)
{
	return addr->sa_family == AF_UNIX || addr->sa_family == AF_VSOCK;
}

int noinherit_connect(const struct noinherit_socket *s,
		      const struct sockaddr *addr, socklen_t addrlen)
{
	for (;;) {
		int r = ni_deadline_check(s->deadline);

		if (r < 0)
			return r;
		if (ni_interrupt_should_stop())
			return -EINTR;
		r = ni_sys_connect(ni_socket_fd(s), addr, addrlen);
		if (r == -EINTR && s->timeout_ns) {
			if (is_undone_by_signals(addr))
				continue;
			return wait_connected(s);
		}
		if (r == -EINPROGRESS && ni_timeout_waits(s))
			return wait_connected(s);
		return r;
	}
}

int noinherit_connect_ex(const struct noinherit_socket *s,
			 const struct sockaddr *addr, socklen_t addrlen)
{
	int r = noinherit_connect(s, addr, addrlen);

	return r == -ETIMEDOUT ? EAGAIN : noinherit_errno(r);
}
