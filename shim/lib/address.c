/*
 * address.c - addresses from what a caller gives: a host, a path, a tuple
 * (S-110..S-112).
 */
#include "lib/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

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
