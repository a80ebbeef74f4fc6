/* socket.h - what all ways to get a socket have in common. */
#ifndef NI_LIB_SOCKET_H
#define NI_LIB_SOCKET_H

#include "noinherit.h"

/* Fill in @s for a descriptor that is open: records, bare type, timeout. On
 * failure @fd stays open and @s is closed. */
int ni_socket_start(struct noinherit_socket *s, int fd, int family, int type,
		    int proto);

#endif
