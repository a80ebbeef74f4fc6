/*
 * address.c - addresses from text: Python's tuples and paths (S-110..S-112).
 */
#include "lib/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "lib/families.h"
#include "lib/resolve.h"

int ni_address_port(const char *port)
{
	long number = 0;

	if (!port || !*port)
		return -EINVAL;
	for (; *port >= '0' && *port <= '9'; port++)
		if (number <= 65535)
			number = number * 10 + (*port - '0');
	if (*port)
		return -EINVAL;
	return number <= 65535 ? (int)number : -ERANGE;
}

void ni_address_copy(const struct sockaddr_storage *from, socklen_t size,
		     struct sockaddr *addr, socklen_t *addrlen)
{
	if (!addr)
		return;
	memcpy(addr, from, size < *addrlen ? size : *addrlen);
	*addrlen = size;
}

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

static int parse_internet(struct sockaddr_storage *address, int family,
			  const char *host, size_t size, const char *port)
{
	int number = ni_address_port(port);

	return number < 0 ? number :
		ni_address_of_host(address, family, host, size,
				   (in_port_t)number);
}

static int parse_unix(struct sockaddr_storage *address, const char *path,
		      size_t size, const char *port)
{
	struct sockaddr_un *un = (struct sockaddr_un *)address;
	bool is_abstract = size && !path[0];

	un->sun_family = AF_UNIX;
	if (port)
		return -EINVAL;
	if (size > sizeof(un->sun_path) - !is_abstract)
		return -ENAMETOOLONG;
	/* The kernel would cut the path there and use another file (B-10). */
	if (size && !is_abstract && memchr(path, '\0', size))
		return -EINVAL;
	if (size)
		memcpy(un->sun_path, path, size);
	size += size && !is_abstract;
	return (int)(offsetof(struct sockaddr_un, sun_path) + size);
}

int noinherit_address(struct sockaddr_storage *address, int family,
		      const char *host, size_t host_size, const char *port)
{
	struct sockaddr_storage parsed;
	int r;

	memset(&parsed, 0, sizeof(parsed));
	if (!host)
		host_size = 0;
	else if (host_size == NOINHERIT_STRING)
		host_size = strlen(host);
	/* AF_RDS uses IPv4 addresses. */
	if (family == AF_RDS)
		family = AF_INET;
	if (family == AF_UNIX)
		r = parse_unix(&parsed, host, host_size, port);
	else if (!port && host_size && host[0] == '(')
		r = ni_address_of_tuple(&parsed, family, host, host_size);
	else if (family == AF_INET || family == AF_INET6)
		r = parse_internet(&parsed, family, host, host_size, port);
	else
		r = ni_address_of_tuple(&parsed, family, "", 0);
	if (r > 0)
		*address = parsed;
	return r;
}
