/*
 * api_calls.h - the functions of <noinherit.h> as statements of a script.
 *
 * Each call finds its outputs filled with a pattern, which must still be there
 * when it fails; a socket must be closed then.
 */
#ifndef TESTS_API_CALLS_H
#define TESTS_API_CALLS_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/uio.h>

#include "script.h"

enum { POISON = 0x5a };

/* ---- outputs that a failure must not touch, or must close ---------------- */

static struct noinherit_socket poisoned(void)
{
	struct noinherit_socket s;

	memset(&s, POISON, sizeof(s));
	return s;
}

static bool is_poisoned(const void *memory, size_t size)
{
	const unsigned char *bytes = memory;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != POISON)
			return false;
	return true;
}

static long long put_socket(const struct statement *st, size_t index,
			    const struct noinherit_socket *made, long long r)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;

	if (r >= 0)
		output(st, index, SOCKET)->socket = *made;
	else if (memcmp(made, &closed, sizeof(closed)))
		complain("a socket is not closed on failure");
	return r;
}

/* ---- creating ------------------------------------------------------------ */

static long long create_socket(const struct statement *st)
{
	struct noinherit_socket made = poisoned();
	int r = noinherit_create_socket(&made, NUMBER_AT(st, 0),
					NUMBER_AT(st, 1), NUMBER_AT(st, 2));

	return put_socket(st, 0, &made, r);
}

static long long adopt(const struct statement *st)
{
	struct noinherit_socket made = poisoned();
	int r = noinherit_adopt(&made, NUMBER_AT(st, 0), NUMBER_AT(st, 1),
				NUMBER_AT(st, 2), NUMBER_AT(st, 3));

	return put_socket(st, 0, &made, r);
}

static long long fromfd(const struct statement *st)
{
	struct noinherit_socket made = poisoned();
	int r = noinherit_fromfd(&made, NUMBER_AT(st, 0), NUMBER_AT(st, 1),
				 NUMBER_AT(st, 2), NUMBER_AT(st, 3));

	return put_socket(st, 0, &made, r);
}

static long long socketpair_(const struct statement *st)
{
	struct noinherit_socket pair[2] = { poisoned(), poisoned() };
	int r = noinherit_socketpair(pair, NUMBER_AT(st, 0), NUMBER_AT(st, 1),
				     NUMBER_AT(st, 2));

	put_socket(st, 0, &pair[0], r);
	return put_socket(st, 1, &pair[1], r);
}

static long long accept_(const struct statement *st)
{
	struct noinherit_socket made = poisoned();
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int r;

	memset(&address, POISON, sizeof(address));
	r = st->words_count == 1 ?
		noinherit_accept(SOCKET_AT(st, 0), &made,
				 (struct sockaddr *)&address, &size) :
		noinherit_accept4(SOCKET_AT(st, 0), &made,
				  (struct sockaddr *)&address, &size,
				  NUMBER_AT(st, 1));
	if (r < 0 && (!is_poisoned(&address, sizeof(address)) ||
		      size != sizeof(address)))
		complain("an address was written on failure");
	if (r >= 0)
		put_bytes(st, 1, &address, size);
	return put_socket(st, 0, &made, r);
}

static long long dup_(const struct statement *st)
{
	struct noinherit_socket made = poisoned();
	int r = noinherit_dup(SOCKET_AT(st, 0), &made);

	return put_socket(st, 0, &made, r);
}

/* ---- closing, modes, the flag -------------------------------------------- */

static long long detach(const struct statement *st)
{
	return noinherit_detach(SOCKET_AT(st, 0));
}

static long long close_(const struct statement *st)
{
	return noinherit_close(SOCKET_AT(st, 0));
}

static long long close_fd(const struct statement *st)
{
	return noinherit_close_fd(NUMBER_AT(st, 0));
}

static long long settimeout_ns(const struct statement *st)
{
	return noinherit_settimeout_ns(SOCKET_AT(st, 0),
				       to_number(word_at(st, 1)));
}

static long long gettimeout_ns(const struct statement *st)
{
	return noinherit_gettimeout_ns(SOCKET_AT(st, 0));
}

static long long setblocking(const struct statement *st)
{
	return noinherit_setblocking(SOCKET_AT(st, 0), NUMBER_AT(st, 1));
}

static long long getblocking(const struct statement *st)
{
	return noinherit_getblocking(SOCKET_AT(st, 0));
}

static long long setdefaulttimeout_ns(const struct statement *st)
{
	return noinherit_setdefaulttimeout_ns(to_number(word_at(st, 0)));
}

static long long getdefaulttimeout_ns(const struct statement *st)
{
	(void)st;
	return noinherit_getdefaulttimeout_ns();
}

static long long get_inheritable(const struct statement *st)
{
	return noinherit_get_inheritable(NUMBER_AT(st, 0));
}

static long long set_inheritable(const struct statement *st)
{
	return noinherit_set_inheritable(NUMBER_AT(st, 0), NUMBER_AT(st, 1));
}

static long long dup2_(const struct statement *st)
{
	return noinherit_dup2(NUMBER_AT(st, 0), NUMBER_AT(st, 1),
			      NUMBER_AT(st, 2));
}

/* ---- connecting, serving ------------------------------------------------- */

/* The host and port arguments from @index on; for AF_UNIX a path only. */
static int address_at(const struct statement *st, size_t index, int family,
		      struct sockaddr_storage *address)
{
	size_t size;
	char *host = TEXT_AT(st, index, &size), *port = NULL;

	if (family != AF_UNIX)
		port = TEXT_AT(st, index + 1, NULL);
	return noinherit_address(address, family, host, size, port);
}

static long long connect_(const struct statement *st)
{
	struct noinherit_socket *s = SOCKET_AT(st, 0);
	struct sockaddr_storage address;
	int r = address_at(st, 1, s->family, &address);

	return r < 0 ? r : noinherit_connect(s, (struct sockaddr *)&address,
					     (socklen_t)r);
}

static long long bind_(const struct statement *st)
{
	struct noinherit_socket *s = SOCKET_AT(st, 0);
	struct sockaddr_storage address;
	int r = address_at(st, 1, s->family, &address);

	return r < 0 ? r : noinherit_bind(s, (struct sockaddr *)&address,
					  (socklen_t)r);
}

static long long listen_(const struct statement *st)
{
	return noinherit_listen(SOCKET_AT(st, 0), NUMBER_AT(st, 1));
}

static long long shutdown_(const struct statement *st)
{
	return noinherit_shutdown(SOCKET_AT(st, 0), NUMBER_AT(st, 1));
}

static char *text_keyword(const struct statement *st, const char *key)
{
	char *word = keyword(st, key);

	return word ? to_text(word, NULL) : NULL;
}

static long long number_keyword(const struct statement *st, const char *key)
{
	char *word = keyword(st, key);

	return word ? to_number(word) : 0;
}

static long long create_connection(const struct statement *st)
{
	struct noinherit_socket made = poisoned();
	int64_t timeout_ns = number_keyword(st, "timeout_ns");
	int errors[LIST_MAX];
	size_t errors_count = 0;
	struct noinherit_connect_options options = {
		.size = sizeof(options),
		.timeout_ns = keyword(st, "timeout_ns") ? &timeout_ns : NULL,
		.source_host = text_keyword(st, "source_host"),
		.source_port = text_keyword(st, "source_port"),
		.errors = errors,
		.errors_size = LIST_MAX,
		.errors_count = &errors_count,
	};
	int r = noinherit_create_connection(&made, TEXT_AT(st, 0, NULL),
					    TEXT_AT(st, 1, NULL), &options);

	if (st->outputs_count > 1)
		put_list(st, 1, errors, errors_count);
	return put_socket(st, 0, &made, r);
}

static long long create_server(const struct statement *st)
{
	struct noinherit_socket made = poisoned();
	int backlog = (int)number_keyword(st, "backlog");
	char message[300] = "";
	struct noinherit_server_options options = {
		.size = sizeof(options),
		.family = (int)number_keyword(st, "family"),
		.backlog = keyword(st, "backlog") ? &backlog : NULL,
		.flags = (number_keyword(st, "reuse_port") ?
			  NOINHERIT_REUSE_PORT : 0) |
			 (number_keyword(st, "dualstack_ipv6") ?
			  NOINHERIT_DUALSTACK_IPV6 : 0),
		.message = message,
		.message_size = sizeof(message),
	};
	int r = noinherit_create_server(&made, TEXT_AT(st, 0, NULL),
					TEXT_AT(st, 1, NULL), &options);

	if (st->outputs_count > 1)
		put_bytes(st, 1, message, strlen(message));
	return put_socket(st, 0, &made, r);
}

static long long has_dualstack_ipv6(const struct statement *st)
{
	(void)st;
	return noinherit_has_dualstack_ipv6();
}

/* ---- data ---------------------------------------------------------------- */

static long long recv_(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 1));
	char *buf = malloc(size + 1);
	ssize_t r = noinherit_recv(SOCKET_AT(st, 0), buf, size,
				   NUMBER_AT(st, 2));

	if (r >= 0)
		put_bytes(st, 0, buf, (size_t)r);
	return r;
}

static long long recvfrom_(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 1));
	struct sockaddr_storage address;
	socklen_t addrlen = sizeof(address);
	char *buf = malloc(size + 1);
	ssize_t r = noinherit_recvfrom(SOCKET_AT(st, 0), buf, size,
				       NUMBER_AT(st, 2),
				       (struct sockaddr *)&address, &addrlen);

	if (r >= 0) {
		put_bytes(st, 0, buf, (size_t)r);
		put_bytes(st, 1, &address, addrlen);
	}
	return r;
}

static long long send_(const struct statement *st)
{
	size_t size;
	char *bytes = TEXT_AT(st, 1, &size);

	return noinherit_send(SOCKET_AT(st, 0), bytes, size, NUMBER_AT(st, 2));
}

static long long sendto_(const struct statement *st)
{
	struct noinherit_socket *s = SOCKET_AT(st, 0);
	struct sockaddr_storage address;
	size_t size;
	char *bytes = TEXT_AT(st, 1, &size);
	int r = address_at(st, 3, s->family, &address);

	return r < 0 ? r : noinherit_sendto(s, bytes, size, NUMBER_AT(st, 2),
					    (struct sockaddr *)&address,
					    (socklen_t)r);
}

static long long sendall(const struct statement *st)
{
	size_t size, sent = 0;
	char *bytes = TEXT_AT(st, 1, &size);
	int r = noinherit_sendall(SOCKET_AT(st, 0), bytes, size,
				  NUMBER_AT(st, 2), &sent);

	put_number(st, 0, (long long)sent);
	return r;
}

/* Each argument from there on is a buffer. */
static long long sendmsg_(const struct statement *st)
{
	struct iovec buffers[WORDS_MAX];
	struct msghdr msg = { .msg_iov = buffers };

	for (size_t i = 2; i < st->words_count; i++) {
		struct iovec *buffer = &buffers[msg.msg_iovlen++];

		buffer->iov_base = TEXT_AT(st, i, &buffer->iov_len);
	}
	return noinherit_sendmsg(SOCKET_AT(st, 0), &msg, NUMBER_AT(st, 1));
}

static size_t list_descriptors(struct msghdr *msg, int *fds)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(msg);
	size_t count = 0;

	if (header && header->cmsg_type == SCM_RIGHTS) {
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	}
	return count;
}

static long long recvmsg_(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 1));
	union { struct cmsghdr header; char bytes[256]; } control;
	struct iovec data = { malloc(size + 1), size };
	struct sockaddr_storage address;
	struct msghdr msg = {
		.msg_name = &address, .msg_namelen = sizeof(address),
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = (size_t)to_number(word_at(st, 2)),
	};
	ssize_t r = noinherit_recvmsg(SOCKET_AT(st, 0), &msg, NUMBER_AT(st, 3));
	int fds[LIST_MAX] = { 0 };

	if (r >= 0) {
		put_bytes(st, 0, data.iov_base, (size_t)r);
		put_list(st, 1, fds, list_descriptors(&msg, fds));
		put_number(st, 2, msg.msg_flags);
		put_bytes(st, 3, &address, msg.msg_namelen);
	}
	return r;
}

/* Arguments: the socket, the data, then descriptors. */
static long long send_fds(const struct statement *st)
{
	struct noinherit_send_fds_options options = {
		.size = sizeof(options),
		.message_flags = (int)number_keyword(st, "flags"),
	};
	int fds[LIST_MAX], many = (int)number_keyword(st, "many");
	struct iovec data;
	size_t count = 0;

	data.iov_base = TEXT_AT(st, 1, &data.iov_len);
	for (size_t i = 2; i < st->words_count; i++)
		if (!strchr(st->words[i], ':'))
			fds[count++] = NUMBER_AT(st, i);
	for (; count < (size_t)many; count++)
		fds[count] = fds[0];
	return noinherit_send_fds(SOCKET_AT(st, 0), &data, 1, fds, count,
				  &options);
}

static long long recv_fds(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 1)), count;
	char *buf = malloc(size + 1);
	int msg_flags = 0, fds[LIST_MAX];
	struct sockaddr_storage address;
	socklen_t address_size = sizeof(address);
	struct noinherit_recv_fds_options options = {
		.size = sizeof(options),
		.message_flags = (int)number_keyword(st, "flags"),
		.flags = number_keyword(st, "inheritable") ?
			NOINHERIT_INHERITABLE : 0,
		.address = (struct sockaddr *)&address,
		.address_size = &address_size,
	};
	ssize_t r;

	count = (size_t)to_number(word_at(st, 2));
	r = noinherit_recv_fds(SOCKET_AT(st, 0), buf, size, fds, count,
			       &count, &msg_flags, &options);
	if (r >= 0) {
		put_bytes(st, 0, buf, (size_t)r);
		put_list(st, 1, fds, count);
		put_number(st, 2, msg_flags);
		put_bytes(st, 3, &address, address_size);
	}
	return r;
}

static long long repr(const struct statement *st)
{
	char text[512];
	int r = noinherit_repr(SOCKET_AT(st, 0), text, sizeof(text));

	put_bytes(st, 0, text, strlen(text));
	return r;
}

/* How often the alarm of api_world.h has gone off. */
static volatile sig_atomic_t alarms_count;

static int stop(void *last)
{
	return alarms_count >= *(int *)last;
}

static long long stop_at_interrupt(const struct statement *st)
{
	static int last;

	last = NUMBER_AT(st, 0);
	noinherit_set_interrupt(stop, &last);
	return 0;
}

/* A mistake that no function of the library makes; test_checker.py must find
 * it. */
static long long clobber_errno(const struct statement *st)
{
	(void)st;
	errno = 0;
	return 0;
}

static const struct command api_calls[] = {
	{ "clobber_errno", clobber_errno, 0 },
	{ "create_socket", create_socket, 0 },
	{ "adopt", adopt, 0 },
	{ "fromfd", fromfd, 0 },
	{ "socketpair", socketpair_, 0 },
	{ "accept", accept_, 0 },
	{ "accept4", accept_, 0 },
	{ "dup", dup_, 0 },
	{ "detach", detach, 1 },
	{ "close", close_, 0 },
	{ "close_fd", close_fd, 0 },
	{ "settimeout_ns", settimeout_ns, 0 },
	{ "gettimeout_ns", gettimeout_ns, 1 },
	{ "setblocking", setblocking, 0 },
	{ "getblocking", getblocking, 1 },
	{ "setdefaulttimeout_ns", setdefaulttimeout_ns, 0 },
	{ "getdefaulttimeout_ns", getdefaulttimeout_ns, 1 },
	{ "get_inheritable", get_inheritable, 0 },
	{ "set_inheritable", set_inheritable, 0 },
	{ "dup2", dup2_, 0 },
	{ "connect", connect_, 0 },
	{ "bind", bind_, 0 },
	{ "listen", listen_, 0 },
	{ "shutdown", shutdown_, 0 },
	{ "create_connection", create_connection, 0 },
	{ "create_server", create_server, 0 },
	{ "has_dualstack_ipv6", has_dualstack_ipv6, 0 },
	{ "recv", recv_, 0 },
	{ "recvfrom", recvfrom_, 0 },
	{ "recvmsg", recvmsg_, 0 },
	{ "send", send_, 0 },
	{ "sendto", sendto_, 0 },
	{ "sendmsg", sendmsg_, 0 },
	{ "sendall", sendall, 0 },
	{ "send_fds", send_fds, 0 },
	{ "recv_fds", recv_fds, 0 },
	{ "repr", repr, 0 },
	{ "stop_at_interrupt", stop_at_interrupt, 0 },
};

#endif
