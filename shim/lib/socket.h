/* socket.h - what all ways to get a socket have in common. */
#ifndef NI_LIB_SOCKET_H
#define NI_LIB_SOCKET_H

#include <stdbool.h>

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

/* Fill in @s for a descriptor that is open: records, bare type, timeout. On
 * failure @fd stays open and @s is closed. */
int ni_socket_start(struct noinherit_socket *s, int fd, int family, int type,
		    int proto);

#endif
