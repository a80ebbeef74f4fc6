/*
 * connect.c - connecting to an address, and what a wait for it came to.
 */
#include "noinherit.h"

#include <errno.h>
#include <poll.h>

#include "system.h"
#include "timeout.h"

/* The kernel goes on connecting: its result is SO_ERROR, and connect() is not
 * called again (S-63, S-64). */
static int wait_connected(struct noinherit_socket *s)
{
	struct ni_deadline deadline = { .timeout_ns = s->timeout_ns };
	int error = 0, r = ni_wait(s->fd, POLLOUT | POLLERR, &deadline);
	socklen_t size = sizeof(error);

	if (r < 0)
		return r;
	r = ni_sys_getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (r < 0)
		return r;
	return error == EISCONN ? 0 : -error;
}

/* Here a connect that a signal interrupts leaves nothing under way: to wait
 * would take an idle socket for a connected one, as CPython does. */
static int is_undone_by_signals(const struct sockaddr *addr)
{
	return addr->sa_family == AF_UNIX || addr->sa_family == AF_VSOCK;
}

int noinherit_connect(struct noinherit_socket *s, const struct sockaddr *addr,
		      socklen_t addrlen)
{
	for (;;) {
		int is_interrupted, r;

		if (ni_interrupt_should_stop())
			return -EINTR;
		r = ni_sys_connect(s->fd, addr, addrlen);
		is_interrupted = r == -EINTR;
		if (is_interrupted && !s->timeout_ns)
			return r;
		if (is_interrupted && is_undone_by_signals(addr))
			continue;
		if (is_interrupted || (r == -EINPROGRESS && s->timeout_ns > 0))
			return wait_connected(s);
		return r;
	}
}
