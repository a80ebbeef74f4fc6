/* resolve.h - the resolver, with the library's errors and deadlines. */
#ifndef NI_LIB_RESOLVE_H
#define NI_LIB_RESOLVE_H

#include <netdb.h>

#include "noinherit.h"

/* getaddrinfo(), no longer than @deadline (NULL: none): 0 and a list that is
 * never empty, to be freed, or a negative error. Not a cancellation point
 * without a deadline. */
int ni_resolve(const char *host, const char *port,
	       const struct addrinfo *hints,
	       const struct noinherit_deadline *deadline,
	       struct addrinfo **found);

/* A numeric port out of range is -ERANGE: glibc's resolver wraps it (O-14). */
int ni_resolve_check_port(const char *port);

#endif
