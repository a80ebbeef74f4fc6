/*
 * timeout.c - the timeout of a socket, the default one, and the kernel's mode.
 */
#include "lib/timeout.h"

#include <stdatomic.h>

#include "lib/socket_fd.h"
#include "lib/system.h"

static _Atomic int64_t default_timeout_ns = NOINHERIT_BLOCKING;

int ni_timeout_set_mode(int fd, bool is_nonblocking)
{
	int value = is_nonblocking;

	return ni_sys_ioctl(fd, FIONBIO, &value);
}

bool ni_timeout_waits(const struct noinherit_socket *s)
{
	return s->timeout_ns > 0 || (s->timeout_ns < 0 && s->deadline);
}

int ni_timeout_start(int fd, int type, int64_t *timeout_ns)
{
	int64_t start_ns = noinherit_getdefaulttimeout_ns();
	int r = 0;

	if (type & SOCK_NONBLOCK)
		start_ns = NOINHERIT_NONBLOCKING;
	else if (start_ns != NOINHERIT_BLOCKING)
		r = ni_timeout_set_mode(fd, true);
	if (r < 0)
		return r;
	*timeout_ns = start_ns;
	return 0;
}

int noinherit_settimeout_ns(struct noinherit_socket *s, int64_t timeout_ns)
{
	if (timeout_ns < NOINHERIT_BLOCKING)
		return -EINVAL;
	s->timeout_ns = timeout_ns;
	return ni_timeout_set_mode(ni_socket_fd(s),
				   s->deadline || timeout_ns !=
				   NOINHERIT_BLOCKING);
}

int64_t noinherit_gettimeout_ns(const struct noinherit_socket *s)
{
	return s->timeout_ns;
}

int noinherit_setblocking(struct noinherit_socket *s, int blocking)
{
	return noinherit_settimeout_ns(s, blocking ? NOINHERIT_BLOCKING :
						     NOINHERIT_NONBLOCKING);
}

int noinherit_getblocking(const struct noinherit_socket *s)
{
	return s->timeout_ns != NOINHERIT_NONBLOCKING;
}

int noinherit_set_try_first(struct noinherit_socket *s, int on)
{
	if (on)
		s->flags |= NOINHERIT_TRY_FIRST;
	else
		s->flags &= ~NOINHERIT_TRY_FIRST;
	return 0;
}

int noinherit_setdefaulttimeout_ns(int64_t timeout_ns)
{
	if (timeout_ns < NOINHERIT_BLOCKING)
		return -EINVAL;
	atomic_store_explicit(&default_timeout_ns, timeout_ns,
			      memory_order_relaxed);
	return 0;
}

int64_t noinherit_getdefaulttimeout_ns(void)
{
	return atomic_load_explicit(&default_timeout_ns, memory_order_relaxed);
}
