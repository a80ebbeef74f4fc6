/*
 * endpoint.c - the two ends of a socket: their addresses, and their shutdown.
 */
#include "noinherit.h"

#include "lib/address.h"
#include "lib/socket_fd.h"
#include "lib/system.h"

int noinherit_bind(const struct noinherit_socket *s,
		   const struct sockaddr *addr, socklen_t addrlen)
{
	return ni_sys_bind(ni_socket_fd(s), addr, addrlen);
}

int noinherit_listen(const struct noinherit_socket *s, int backlog)
{
	if (backlog == -1)
		backlog = NOINHERIT_BACKLOG;
	return ni_sys_listen(ni_socket_fd(s), backlog < 0 ? 0 : backlog);
}

int noinherit_shutdown(const struct noinherit_socket *s, int how)
{
	return ni_sys_shutdown(ni_socket_fd(s), how);
}

int noinherit_getsockname(const struct noinherit_socket *s,
			  struct sockaddr *addr, socklen_t *addrlen)
{
	return ni_sys_getsockname(ni_socket_fd(s), addr, addrlen);
}

int noinherit_getpeername(const struct noinherit_socket *s,
			  struct sockaddr *addr, socklen_t *addrlen)
{
	return ni_sys_getpeername(ni_socket_fd(s), addr, addrlen);
}
