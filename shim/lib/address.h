/* address.h - addresses between Python's text and the kernel's form. */
#ifndef NI_LIB_ADDRESS_H
#define NI_LIB_ADDRESS_H

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/text.h"
#include "noinherit.h"

/* A port in decimal: 0..65535, -EINVAL if it is not a number, -ERANGE. */
int ni_address_port(const char *port);

/* Give a caller the @size bytes at @from, as accept() gives an address. */
void ni_address_copy(const struct sockaddr_storage *from, socklen_t size,
		     struct sockaddr *addr, socklen_t *addrlen);

/* Python's text of an address: empty for an unnamed AF_UNIX socket, -EINVAL if
 * the address is too short. @s, which may be NULL, serves to name an interface
 * and to tell the kinds of AF_CAN apart. */
int ni_address_write(struct ni_text *text,
		     const struct sockaddr_storage *address, socklen_t size,
		     const struct noinherit_socket *s);

/* Turns Python's tuple for @family in @text into the kernel's form in @address,
 * which must be all zeros. Returns the size of that, or a negative error. */
int ni_address_of_tuple(struct sockaddr_storage *address, int family,
			const char *text, size_t size);

/* The same for a host of AF_INET or AF_INET6, and its port. */
int ni_address_of_host(struct sockaddr_storage *address, int family,
		       const char *host, size_t size, in_port_t port);

#endif
