/* idna.h - host names that are not ASCII. */
#ifndef NI_LIB_IDNA_H
#define NI_LIB_IDNA_H

#include <netdb.h>

/* getaddrinfo() for a host in UTF-8, whatever the locale is. errno is not
 * kept. */
int ni_idna_getaddrinfo(const char *host, const char *port,
			const struct addrinfo *hints, struct addrinfo **found);

#endif
