/* address.h - addresses between Python's text and the kernel's form. */
#ifndef NI_LIB_ADDRESS_H
#define NI_LIB_ADDRESS_H

#include <netdb.h>
#include <sys/socket.h>

#include "text.h"

/* A port in decimal: 0..65535, -EINVAL if it is no number, -ERANGE. */
int ni_address_port(const char *port);

/* getaddrinfo(), its failure as the library speaks: a list that is never
 * empty, to be freed, or a negative error. No cancellation point. */
int ni_address_resolve(const char *host, const char *port,
		       const struct addrinfo *hints, struct addrinfo **found);

/* Give a caller the @size bytes at @from, as accept() gives an address. */
void ni_address_copy(const struct sockaddr_storage *from, socklen_t size,
		     struct sockaddr *addr, socklen_t *addrlen);

/* Python's text of an address. @fd serves to name an AF_PACKET interface.
 * Writes nothing for an unnamed AF_UNIX socket. */
void ni_address_write(struct ni_text *text,
		      const struct sockaddr_storage *address, socklen_t size,
		      int fd);

#endif
