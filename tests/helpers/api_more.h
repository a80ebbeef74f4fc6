/*
 * api_more.h - what <noinherit.h> has besides creating and transferring, as
 * statements of a script: addresses, options, files, lines, the resolver.
 */
#ifndef TESTS_API_MORE_H
#define TESTS_API_MORE_H

#include <errno.h>

#include "script.h"

static long long put_address(const struct statement *st, int r,
			     const struct sockaddr_storage *address,
			     socklen_t size)
{
	if (r == 0)
		put_bytes(st, 0, address, size);
	return r;
}

static long long getsockname_(const struct statement *st)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int r = noinherit_getsockname(SOCKET_AT(st, 0), (void *)&address,
				      &size);

	return put_address(st, r, &address, size);
}

static long long getpeername_(const struct statement *st)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int r = noinherit_getpeername(SOCKET_AT(st, 0), (void *)&address,
				      &size);

	return put_address(st, r, &address, size);
}

/* The socket's own address in Python's form. */
static long long text_of_name(const struct statement *st)
{
	const struct noinherit_socket *s = SOCKET_AT(st, 0);
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int r = noinherit_getsockname(s, (void *)&address, &size);
	char text[512];

	if (r < 0)
		return r;
	r = noinherit_format_address(s, (void *)&address, size, text,
				     sizeof(text));
	if (r >= 0)
		put_bytes(st, 0, text, (size_t)r);
	return r;
}

/* Binds to an address that is Python's tuple. */
static long long bind_tuple(const struct statement *st)
{
	const struct noinherit_socket *s = SOCKET_AT(st, 0);
	struct sockaddr_storage address;
	int r = noinherit_address(&address, s->family, TEXT_AT(st, 1, NULL),
				  NOINHERIT_STRING, NULL);

	return r < 0 ? r : noinherit_bind(s, (void *)&address, (socklen_t)r);
}

static long long connect_ex_(const struct statement *st)
{
	struct noinherit_socket *s = SOCKET_AT(st, 0);
	struct sockaddr_storage address;
	size_t size;
	char *host = TEXT_AT(st, 1, &size);
	int r = noinherit_address(&address, s->family, host, size,
				  s->family == AF_UNIX ? NULL :
				  TEXT_AT(st, 2, NULL));

	return r < 0 ? r : noinherit_connect_ex(s, (void *)&address,
						(socklen_t)r);
}

static long long setsockopt_(const struct statement *st)
{
	size_t size;
	char *bytes = TEXT_AT(st, 3, &size);

	return noinherit_setsockopt(SOCKET_AT(st, 0), NUMBER_AT(st, 1),
				    NUMBER_AT(st, 2), bytes, (socklen_t)size);
}

static long long setsockopt_none(const struct statement *st)
{
	return noinherit_setsockopt(SOCKET_AT(st, 0), NUMBER_AT(st, 1),
				    NUMBER_AT(st, 2), NULL,
				    (socklen_t)NUMBER_AT(st, 3));
}

static long long setsockopt_int(const struct statement *st)
{
	return noinherit_setsockopt_int(SOCKET_AT(st, 0), NUMBER_AT(st, 1),
					NUMBER_AT(st, 2),
					to_number(word_at(st, 3)));
}

static long long getsockopt_(const struct statement *st)
{
	socklen_t size = (socklen_t)NUMBER_AT(st, 3);
	char *value = malloc(size + 1);
	int r = noinherit_getsockopt(SOCKET_AT(st, 0), NUMBER_AT(st, 1),
				     NUMBER_AT(st, 2), value, &size);

	if (r == 0)
		put_bytes(st, 0, value, size);
	return r;
}

static long long getsockopt_int(const struct statement *st)
{
	int64_t value;
	int r = noinherit_getsockopt_int(SOCKET_AT(st, 0), NUMBER_AT(st, 1),
					 NUMBER_AT(st, 2), &value);

	if (r == 0)
		put_number(st, 0, value);
	return r;
}

/* Arguments: socket, file, offset, count. */
static long long sendfile_(const struct statement *st)
{
	int64_t sent;
	int r = noinherit_sendfile(SOCKET_AT(st, 0), NUMBER_AT(st, 1),
				   to_number(word_at(st, 2)),
				   to_number(word_at(st, 3)), &sent);

	put_number(st, 0, sent);
	return r;
}

static struct noinherit_reader reader;

static long long makefile(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 1));

	return noinherit_reader_init(&reader, SOCKET_AT(st, 0), malloc(size),
				     size);
}

static long long readline_(const struct statement *st)
{
	const char *line;
	ssize_t r = noinherit_reader_line(&reader, &line);

	if (r >= 0)
		put_bytes(st, 0, line, (size_t)r);
	return r;
}

static long long read_exact(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 0)), got = 0;
	char *buf = malloc(size + 1);
	int r = noinherit_reader_exact(&reader, buf, size, &got);

	/* Python returns what came before the end. */
	if (r == 0 || r == -ENODATA)
		put_bytes(st, 0, buf, got);
	return r == -ENODATA ? 0 : r;
}

/* Families, types and protocols in a row, and the addresses as text. */
static long long resolve_all(const struct statement *st)
{
	struct noinherit_resolved found[16];
	const struct noinherit_resolve_options options = {
		.size = sizeof(options), .family = NUMBER_AT(st, 2),
		.type = NUMBER_AT(st, 3), .proto = NUMBER_AT(st, 4),
		.ai_flags = NUMBER_AT(st, 5),
	};
	int numbers[3 * 16], r;
	char words[2048] = "[";

	r = noinherit_resolve(TEXT_AT(st, 0, NULL), TEXT_AT(st, 1, NULL),
			      &options, found, 16);
	for (int i = 0; i < r; i++) {
		size_t used = strlen(words);

		numbers[3 * i] = found[i].family;
		numbers[3 * i + 1] = found[i].type;
		numbers[3 * i + 2] = found[i].proto;
		noinherit_format_address(NULL, (void *)&found[i].address,
					 found[i].address_size, words + used,
					 sizeof(words) - used);
		strcat(words, i + 1 < r ? ", " : "]");
	}
	if (r > 0) {
		put_list(st, 0, numbers, 3 * (size_t)r);
		put_bytes(st, 1, words, strlen(words));
	}
	return r;
}

/* As read1(): what is available, up to a size. */
static long long read_some(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 0));
	char *buf = malloc(size + 1);
	ssize_t r = noinherit_reader_read(&reader, buf, size);

	if (r >= 0)
		put_bytes(st, 0, buf, (size_t)r);
	return r;
}

static long long port_of_name(const struct statement *st)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int r = noinherit_getsockname(SOCKET_AT(st, 0), (void *)&address,
				      &size);

	if (r == 0)
		r = noinherit_port((void *)&address, size);
	if (r >= 0)
		put_number(st, 0, r);
	return r;
}

static long long set_nodelay(const struct statement *st)
{
	return noinherit_set_nodelay(SOCKET_AT(st, 0), NUMBER_AT(st, 1));
}

static long long set_keepalive(const struct statement *st)
{
	return noinherit_set_keepalive(SOCKET_AT(st, 0), NUMBER_AT(st, 1),
				       NUMBER_AT(st, 2), NUMBER_AT(st, 3),
				       NUMBER_AT(st, 4));
}

/* For an errno value; noinherit_errno() must return it, too. */
static long long strerror_(const struct statement *st)
{
	int error = -NUMBER_AT(st, 0);
	const char *words = noinherit_strerror(error);

	if (noinherit_errno(error) != -error)
		complain("the number is another");
	put_bytes(st, 0, words, strlen(words));
	return 0;
}

static const struct command more_calls[] = {
	{ "getsockname", getsockname_, 0 },
	{ "getpeername", getpeername_, 0 },
	{ "text_of_name", text_of_name, 0 },
	{ "bind_tuple", bind_tuple, 0 },
	{ "connect_ex", connect_ex_, 1 },
	{ "setsockopt", setsockopt_, 0 },
	{ "setsockopt_none", setsockopt_none, 0 },
	{ "setsockopt_int", setsockopt_int, 0 },
	{ "getsockopt", getsockopt_, 0 },
	{ "getsockopt_int", getsockopt_int, 0 },
	{ "sendfile", sendfile_, 0 },
	{ "makefile", makefile, 0 },
	{ "readline", readline_, 0 },
	{ "read_exact", read_exact, 0 },
	{ "read_some", read_some, 0 },
	{ "port_of_name", port_of_name, 0 },
	{ "set_nodelay", set_nodelay, 0 },
	{ "set_keepalive", set_keepalive, 0 },
	{ "strerror", strerror_, 0 },
	{ "resolve_all", resolve_all, 0 },
};

#endif
