/* socket_fd.h - the descriptor in a struct noinherit_socket. */
#ifndef NI_LIB_SOCKET_FD_H
#define NI_LIB_SOCKET_FD_H

#include "noinherit.h"

/* In the flags of a socket that this library has made: its descriptor may be
 * 0, which in a struct of zeros means nothing. */
#define NI_SOCKET_MADE (UINT64_C(1) << 63)

/* The descriptor of a socket, -1 if it is closed. */
static inline int ni_socket_fd(const struct noinherit_socket *s)
{
	return s->fd || s->flags & NI_SOCKET_MADE ? s->fd : -1;
}

static inline struct noinherit_socket ni_socket_closed(void)
{
	return (struct noinherit_socket)NOINHERIT_SOCKET_CLOSED;
}

#endif
