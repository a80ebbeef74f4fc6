/*
 * option.c - options of sockets: numbers, bytes and nothing.
 */
#include "noinherit.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>

#include "lib/socket_fd.h"
#include "lib/system.h"

int noinherit_setsockopt(const struct noinherit_socket *s, int level,
			 int option, const void *value, socklen_t size)
{
	return ni_sys_setsockopt(ni_socket_fd(s), level, option, value, size);
}

int noinherit_setsockopt_int(const struct noinherit_socket *s, int level,
			     int option, int64_t value)
{
	int number = (int)value;

	/* AF_VSOCK's options are 64 bits wide, and Python passes that size. */
	if (s->family == AF_VSOCK)
		return noinherit_setsockopt(s, level, option, &value,
					    sizeof(value));
	if (value < INT_MIN || value > INT_MAX)
		return -ERANGE;
	return noinherit_setsockopt(s, level, option, &number, sizeof(number));
}

int noinherit_getsockopt(const struct noinherit_socket *s, int level,
			 int option, void *value, socklen_t *size)
{
	return ni_sys_getsockopt(ni_socket_fd(s), level, option, value, size);
}

int noinherit_getsockopt_int(const struct noinherit_socket *s, int level,
			     int option, int64_t *value)
{
	int64_t wide = 0;
	int number = 0, r;
	bool is_wide = s->family == AF_VSOCK;
	socklen_t size = is_wide ? sizeof(wide) : sizeof(number);

	r = noinherit_getsockopt(s, level, option,
				 is_wide ? (void *)&wide : &number, &size);
	if (r == 0)
		*value = is_wide ? wide : number;
	return r;
}

int noinherit_set_nodelay(const struct noinherit_socket *s, int on)
{
	return noinherit_setsockopt_int(s, IPPROTO_TCP, TCP_NODELAY, !!on);
}

int noinherit_set_keepalive(const struct noinherit_socket *s, int on,
			    int idle_s, int interval_s, int count)
{
	const struct { int option, value; } times[] = {
		{ TCP_KEEPIDLE, idle_s }, { TCP_KEEPINTVL, interval_s },
		{ TCP_KEEPCNT, count },
	};
	int r = 0;

	for (size_t i = 0; on && r == 0 && i < 3; i++)
		if (times[i].value != -1)
			r = noinherit_setsockopt_int(s, IPPROTO_TCP,
						     times[i].option,
						     times[i].value);
	if (r == 0)
		r = noinherit_setsockopt_int(s, SOL_SOCKET, SO_KEEPALIVE,
					     !!on);
	return r;
}
