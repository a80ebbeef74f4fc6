/*
 * socket_table.c - the kernel's lists of sockets, /proc/PID/net/tcp and the
 * like.
 */
#include "cli/scan/socket_table.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/array.h"

#define MOST_FIELDS 16

/* From the kernel's own linux/net.h, for UNIX sockets: the flag of one that
 * listens, the state of one that is connected. */
#define ACCEPTS_CONNECTIONS 0x10000
#define IS_CONNECTED 3

/* The words of a line, in place. */
struct fields {
	const char *at[MOST_FIELDS];
	size_t length[MOST_FIELDS];
	size_t count;
	const char *rest;	/* after the last word that was asked for */
};

struct ni_socket_list {
	const char *name;
	int family, type, protocol;
	size_t fields;		/* the least number of words */
	int (*read)(const struct fields *fields, struct ni_listed_socket *socket);
};

static void split(const char *line, size_t wanted, struct fields *fields)
{
	fields->count = 0;
	while (fields->count < wanted) {
		size_t length;

		line += strspn(line, " ");
		length = strcspn(line, " \n");
		if (!length)
			break;
		fields->at[fields->count] = line;
		fields->length[fields->count++] = length;
		line += length;
	}
	fields->rest = line;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : toupper((unsigned char)c) - 'A' + 10;
}

/* Exactly length hexadecimal digits. */
static int read_hex(const char *text, size_t length, uint32_t *value)
{
	uint32_t result = 0;

	if (!length || length > 8)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return -EINVAL;
		result = result << 4 | (uint32_t)hex_digit(text[i]);
	}
	*value = result;
	return 0;
}

static int read_decimal(const char *text, size_t length, uint64_t *value)
{
	uint64_t result = 0;

	if (!length)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		unsigned digit = (unsigned)(text[i] - '0');

		if (digit > 9 || result > (UINT64_MAX - digit) / 10)
			return -EINVAL;
		result = result * 10 + digit;
	}
	*value = result;
	return 0;
}

static int hex_field(const struct fields *fields, size_t field, uint32_t *value)
{
	return read_hex(fields->at[field], fields->length[field], value);
}

static int decimal_field(const struct fields *fields, size_t field,
			 uint64_t *value)
{
	return read_decimal(fields->at[field], fields->length[field], value);
}

/* ---- internet: "0100007F:1F90", words of the address as they lie in memory */

static int read_inet_address(const char *text, size_t length,
			     struct sockaddr_storage *address, socklen_t *size)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	uint32_t port;

	if (length != 13 || text[8] != ':' ||
	    read_hex(text, 8, &in.sin_addr.s_addr) < 0 ||
	    read_hex(text + 9, 4, &port) < 0)
		return -EINVAL;
	in.sin_port = htons((uint16_t)port);
	memcpy(address, &in, sizeof(in));
	*size = sizeof(in);
	return 0;
}

static int read_inet6_address(const char *text, size_t length,
			      struct sockaddr_storage *address, socklen_t *size)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6 };
	uint32_t words[4], port;

	if (length != 37 || text[32] != ':' || read_hex(text + 33, 4, &port) < 0)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (read_hex(text + 8 * i, 8, &words[i]) < 0)
			return -EINVAL;
	memcpy(&in.sin6_addr, words, sizeof(words));
	in.sin6_port = htons((uint16_t)port);
	memcpy(address, &in, sizeof(in));
	*size = sizeof(in);
	return 0;
}

/* The port is at the same place in both families. */
static unsigned port_of(const struct sockaddr_storage *address)
{
	struct sockaddr_in in;

	memcpy(&in, address, sizeof(in));
	return ntohs(in.sin_port);
}

unsigned ni_socket_port(const struct ni_listed_socket *socket)
{
	bool is_inet = socket->family == AF_INET || socket->family == AF_INET6;

	return is_inet && socket->type != SOCK_RAW && socket->local_size ?
		port_of(&socket->local) : 0;
}

/* sl local remote state queues timer retransmits uid timeout inode */
static int read_inet(const struct fields *fields, struct ni_listed_socket *socket)
{
	int (*read)(const char *text, size_t length,
		    struct sockaddr_storage *address, socklen_t *size) =
		socket->family == AF_INET ? read_inet_address :
					    read_inet6_address;
	uint32_t state;
	uint64_t user;

	if (read(fields->at[1], fields->length[1], &socket->local,
		 &socket->local_size) < 0 ||
	    read(fields->at[2], fields->length[2], &socket->remote,
		 &socket->remote_size) < 0 ||
	    hex_field(fields, 3, &state) < 0 ||
	    decimal_field(fields, 7, &user) < 0 ||
	    decimal_field(fields, 9, &socket->inode) < 0)
		return -EINVAL;
	socket->user = (uid_t)user;
	/* Only TCP has more states than connected or not. */
	if (socket->protocol == IPPROTO_TCP || state == TCP_ESTABLISHED)
		socket->state = (int)state;
	/* There is no peer with such an address: it is not connected. */
	if (!port_of(&socket->remote) && state != TCP_ESTABLISHED)
		socket->remote_size = 0;
	return 0;
}

/* A raw socket's port is the protocol. */
static int read_raw(const struct fields *fields, struct ni_listed_socket *socket)
{
	if (read_inet(fields, socket) < 0)
		return -EINVAL;
	socket->protocol = (int)port_of(&socket->local);
	return 0;
}

/* ---- the others */

/* num users protocol flags type state inode path */
static int read_unix(const struct fields *fields, struct ni_listed_socket *socket)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	const char *path = fields->rest + (*fields->rest == ' ');
	size_t length = strcspn(path, "\n");
	uint32_t flags, type, state;

	if (hex_field(fields, 3, &flags) < 0 || hex_field(fields, 4, &type) < 0 ||
	    hex_field(fields, 5, &state) < 0 ||
	    decimal_field(fields, 6, &socket->inode) < 0 ||
	    length > sizeof(local.sun_path))
		return -EINVAL;
	socket->type = (int)type;
	socket->state = flags & ACCEPTS_CONNECTIONS ? TCP_LISTEN :
			state == IS_CONNECTED ? TCP_ESTABLISHED : 0;
	if (!length)
		return 0;
	memcpy(local.sun_path, path, length);
	/* An abstract name: the list shows each NUL as '@'. */
	if (*path == '@')
		local.sun_path[0] = '\0';
	memcpy(&socket->local, &local, sizeof(local));
	socket->local_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
					 length);
	return 0;
}

/* sk protocol port groups rmem wmem dump locks drops inode */
static int read_netlink(const struct fields *fields, struct ni_listed_socket *socket)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	uint64_t protocol, port;

	if (decimal_field(fields, 1, &protocol) < 0 ||
	    decimal_field(fields, 2, &port) < 0 ||
	    hex_field(fields, 3, &local.nl_groups) < 0 ||
	    decimal_field(fields, 9, &socket->inode) < 0)
		return -EINVAL;
	local.nl_pid = (uint32_t)port;
	socket->protocol = (int)protocol;
	memcpy(&socket->local, &local, sizeof(local));
	socket->local_size = sizeof(local);
	return 0;
}

/* sk references type protocol interface running rmem user inode */
static int read_packet(const struct fields *fields, struct ni_listed_socket *socket)
{
	uint64_t type;
	uint32_t protocol;

	if (decimal_field(fields, 2, &type) < 0 ||
	    hex_field(fields, 3, &protocol) < 0 ||
	    decimal_field(fields, 8, &socket->inode) < 0)
		return -EINVAL;
	socket->type = (int)type;
	socket->protocol = (int)protocol;
	return 0;
}

/* The UNIX list is the last: if it has an inode that an earlier list has, too,
 * somebody made its line up. */
static const struct ni_socket_list lists[] = {
	{ "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP, 10, read_inet },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP, 10, read_inet },
	{ "udp", AF_INET, SOCK_DGRAM, IPPROTO_UDP, 10, read_inet },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 10, read_inet },
	{ "udplite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, 10, read_inet },
	{ "udplite6", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE, 10, read_inet },
	{ "icmp", AF_INET, SOCK_DGRAM, IPPROTO_ICMP, 10, read_inet },
	{ "icmp6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, 10, read_inet },
	{ "raw", AF_INET, SOCK_RAW, 0, 10, read_raw },
	{ "raw6", AF_INET6, SOCK_RAW, 0, 10, read_raw },
	{ "netlink", AF_NETLINK, 0, 0, 10, read_netlink },
	{ "packet", AF_PACKET, 0, 0, 9, read_packet },
	{ "unix", AF_UNIX, 0, 0, 7, read_unix },
};

const struct ni_socket_list *ni_socket_list_at(size_t index)
{
	return index < ARRAY_LEN(lists) ? &lists[index] : NULL;
}

const char *ni_socket_list_name(const struct ni_socket_list *list)
{
	return list->name;
}

int ni_socket_line(const struct ni_socket_list *list, const char *line,
		   struct ni_listed_socket *socket)
{
	struct ni_listed_socket found = {
		.family = list->family,
		.type = list->type,
		.protocol = list->protocol,
	};
	struct fields fields;

	split(line, list->fields, &fields);
	/* TIME_WAIT and its like belong to no process: inode 0. */
	if (fields.count < list->fields || list->read(&fields, &found) < 0 ||
	    !found.inode)
		return -EINVAL;
	*socket = found;
	return 0;
}

int ni_socket_of_protocol(const char *name, struct ni_listed_socket *socket)
{
	static const struct {
		const char *name;
		int family, type, protocol;
	} rows[] = {
		{ "TCP", AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ "TCPv6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
		{ "UDP", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ "UDPv6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ "RAW", AF_INET, SOCK_RAW, 0 },
		{ "RAWv6", AF_INET6, SOCK_RAW, 0 },
		{ "PING", AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
		{ "PINGv6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
		{ "MPTCP", AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
		{ "MPTCPv6", AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
		{ "SCTP", AF_INET, SOCK_STREAM, IPPROTO_SCTP },
		{ "SCTPv6", AF_INET6, SOCK_STREAM, IPPROTO_SCTP },
		{ "UNIX", AF_UNIX, SOCK_DGRAM, 0 },
		{ "UNIX-STREAM", AF_UNIX, SOCK_STREAM, 0 },
		{ "NETLINK", AF_NETLINK, 0, 0 },
		{ "PACKET", AF_PACKET, 0, 0 },
		{ "AF_VSOCK", AF_VSOCK, SOCK_STREAM, 0 },
		{ "ALG", AF_ALG, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].name, name)) {
			*socket = (struct ni_listed_socket){
				.family = rows[i].family,
				.type = rows[i].type,
				.protocol = rows[i].protocol,
			};
			return 0;
		}
	return -ENOENT;
}

static int read_list(const struct ni_socket_list *list, int directory,
		     void (*found)(const struct ni_listed_socket *socket,
				   void *data),
		     void *data)
{
	int fd = openat(directory, list->name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct ni_listed_socket socket;
	char *line = NULL;
	size_t room = 0;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return -errno;
	}
	while (getline(&line, &room, file) >= 0)
		if (ni_socket_line(list, line, &socket) == 0)
			found(&socket, data);
	free(line);
	fclose(file);
	return 0;
}

int ni_socket_tables_read(int directory,
			  void (*found)(const struct ni_listed_socket *socket,
					void *data),
			  void *data)
{
	int missing = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		missing += read_list(&lists[i], directory, found, data) < 0;
	return missing;
}
