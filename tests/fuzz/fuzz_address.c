/*
 * Hosts and ports of any bytes become addresses or errors: nothing is written
 * past the address, and no output is left half-written. The resolver finds no
 * name.
 */
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "lib/address.h"
#include "noinherit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int getaddrinfo(const char *host, const char *port,
		const struct addrinfo *hints, struct addrinfo **list)
{
	/* Both must be strings that end with NUL. */
	assert(!host || strlen(host) < SIZE_MAX);
	assert(!port || strlen(port) < SIZE_MAX);
	(void)hints, (void)list;
	return EAI_NONAME;
}

static char *text_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static void check_unix(const struct sockaddr_storage *address, int length,
		       const uint8_t *host, size_t size)
{
	const struct sockaddr_un *un = (const void *)address;
	bool is_path = size && host[0];

	assert(length == (int)(offsetof(struct sockaddr_un, sun_path) + size) +
			 is_path);
	assert(!memcmp(un->sun_path, host, size));
	assert(!is_path || strlen(un->sun_path) == size);
}

/* The text that is written for an address is read as the same address. */
static void check_tuple(const struct sockaddr_storage *address, int length,
			int family)
{
	/* The protocol decides which form a CAN address has. */
	const struct noinherit_socket j1939 = { .fd = -1, .proto = 7 };
	struct sockaddr_storage again;
	char text[512];
	int size = noinherit_format_address(family == AF_CAN ? &j1939 : NULL,
					    (const void *)address,
					    (socklen_t)length, text,
					    sizeof(text));

	assert(size > 0 && size < (int)sizeof(text));
	assert(noinherit_address(&again, family, text, NOINHERIT_STRING,
				 NULL) == length);
	/* J1939 has less room than the union: compare what it names. */
	assert(family == AF_CAN || !memcmp(&again, address, (size_t)length));
}

static void check_parsed(int family, const uint8_t *host, size_t size,
			 const char *port)
{
	struct sockaddr_storage address, untouched;
	int length;

	memset(&untouched, 0x5a, sizeof(untouched));
	address = untouched;
	length = noinherit_address(&address, family, (const char *)host, size,
				   port);
	assert(length != 0 && length <= (int)sizeof(address));
	if (length < 0) {
		assert(!memcmp(&address, &untouched, sizeof(address)));
		return;
	}
	assert(address.ss_family == family);
	if (family == AF_UNIX)
		check_unix(&address, length, host, size);
	else if (!port)
		check_tuple(&address, length, family);
	else
		assert(ntohs(((struct sockaddr_in *)&address)->sin_port) ==
		       strtol(port, NULL, 10));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int families[] = {
		AF_INET, AF_INET6, AF_UNIX, 77, AF_NETLINK, AF_VSOCK,
		AF_PACKET, AF_CAN, 30 /* AF_TIPC */, AF_QIPCRTR,
	};
	struct noinherit_socket s;
	const uint8_t *end;
	size_t host_size;
	uint8_t *host;
	char *port, *name;
	int family;

	if (size < 2)
		return 0;
	family = families[data[0] % 10];
	data++, size--;
	end = memchr(data, '|', size);
	host_size = end ? (size_t)(end - data) : size;
	/* In a block of exactly its size, so that an overrun is detected. */
	host = malloc(host_size + !host_size);
	memcpy(host, data, host_size);
	port = text_of(end ? end + 1 : data, end ? size - host_size - 1 : 0);
	name = text_of(data, host_size);

	check_parsed(family, host, host_size, *port ? port : NULL);
	assert(noinherit_create_connection(&s, name, port, NULL) < 0);
	assert(ni_address_port(port) <= 65535);
	free(host);
	free(port);
	free(name);
	return 0;
}
