/*
 * address_host.c - addresses of AF_INET and AF_INET6 from a host, which may be
 * a name (S-110, S-111).
 */
#include "lib/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "lib/resolve.h"

/* The resolver's first answer, as Python takes it. */
static int resolve_first(struct sockaddr_storage *address, int family,
			 const char *host)
{
	const struct addrinfo hints = { .ai_family = family };
	struct addrinfo *found;
	int r = ni_resolve(host, NULL, &hints, NULL, &found);

	if (r < 0)
		return r;
	memcpy(address, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

static int parse_ipv4(struct sockaddr_storage *address, const char *host,
		      in_port_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	int r = 0;

	in->sin_family = AF_INET;
	if (!*host)
		in->sin_addr.s_addr = htonl(INADDR_ANY);
	else if (!strcmp(host, "<broadcast>"))
		in->sin_addr.s_addr = htonl(INADDR_BROADCAST);
	else if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		r = resolve_first(address, AF_INET, host);
	in->sin_port = htons(port);
	return r < 0 ? r : (int)sizeof(*in);
}

static int parse_ipv6(struct sockaddr_storage *address, const char *host,
		      in_port_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	int r = 0;

	in6->sin6_family = AF_INET6;
	if (*host && inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
		r = resolve_first(address, AF_INET6, host);
	in6->sin6_port = htons(port);
	return r < 0 ? r : (int)sizeof(*in6);
}

int ni_address_of_host(struct sockaddr_storage *address, int family,
		       const char *host, size_t size, in_port_t port)
{
	char ended[NI_MAXHOST];

	if (size >= sizeof(ended))
		return -ENAMETOOLONG;
	if (size && memchr(host, '\0', size))
		return -EINVAL;
	if (size)
		memcpy(ended, host, size);
	ended[size] = '\0';
	return family == AF_INET ? parse_ipv4(address, ended, port) :
				   parse_ipv6(address, ended, port);
}
