/*
 * connection.c - connecting to a host by name, address after address.
 */
#include "noinherit.h"

#include <errno.h>
#include <pthread.h>

#include "lib/address.h"
#include "lib/descriptor.h"
#include "lib/resolve.h"
#include "lib/sized_struct.h"
#include "lib/socket_fd.h"
#include "lib/timeout.h"

static int bind_source(struct noinherit_socket *s,
		       const struct noinherit_connect_options *options)
{
	struct sockaddr_storage address;
	const char *port = options->source_port ? options->source_port : "0";
	int r;

	if (!options->source_host && !options->source_port)
		return 0;
	r = noinherit_address(&address, s->family, options->source_host,
			      NOINHERIT_STRING, port);
	if (r < 0)
		return r;
	return noinherit_bind(s, (struct sockaddr *)&address, (socklen_t)r);
}

static int try_address(struct noinherit_socket *s, const struct addrinfo *to,
		       const struct noinherit_connect_options *options)
{
	int r = noinherit_create_socket(s, to->ai_family, to->ai_socktype,
					to->ai_protocol);

	if (r == 0 && options->timeout_ns)
		r = noinherit_settimeout_ns(s, *options->timeout_ns);
	if (r == 0 && options->deadline)
		r = noinherit_set_deadline(s, options->deadline);
	if (r == 0)
		r = bind_source(s, options);
	if (r == 0)
		r = noinherit_connect(s, to->ai_addr, to->ai_addrlen);
	return r;
}

static void discard(void *data)
{
	struct noinherit_socket *s = data;

	if (s->fd >= 0)
		ni_descriptor_discard(s->fd);
}

/* The socket is closed on failure and when the thread is cancelled. */
static int attempt(struct noinherit_socket *s, const struct addrinfo *to,
		   const struct noinherit_connect_options *options)
{
	struct noinherit_socket made = NOINHERIT_SOCKET_CLOSED;
	int r;

	pthread_cleanup_push(discard, &made);
	r = try_address(&made, to, options);
	pthread_cleanup_pop(r < 0);
	if (r == 0)
		*s = made;
	return r;
}

static void record(const struct noinherit_connect_options *options,
		   size_t failed, int error)
{
	if (failed < options->errors_size && options->errors)
		options->errors[failed] = error;
	if (options->errors_count)
		*options->errors_count = failed + 1;
}

static int attempt_each(struct noinherit_socket *s, const struct addrinfo *list,
			const struct noinherit_connect_options *options)
{
	size_t failed = 0;
	int r = 0;

	for (const struct addrinfo *to = list; to; to = to->ai_next) {
		/* A signal during name resolution or the attempt before. */
		if (ni_interrupt_should_stop())
			return -EINTR;
		r = attempt(s, to, options);
		if (r == 0)
			break;
		record(options, failed++, r);
		/* A program that wants to stop does not want another try. */
		if (r == -EINTR || ni_deadline_check(options->deadline) < 0)
			break;
	}
	return r;
}

static int check_options(const struct noinherit_connect_options *options)
{
	int r = 0;

	if (options->flags ||
	    (options->timeout_ns && *options->timeout_ns < NOINHERIT_BLOCKING))
		return -EINVAL;
	if (options->source_port)
		r = ni_address_port(options->source_port);
	return r < 0 ? r : 0;
}

static void free_list(void *list)
{
	freeaddrinfo(list);
}

int noinherit_create_connection(struct noinherit_socket *s, const char *host,
				const char *port,
				const struct noinherit_connect_options *options)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct noinherit_connect_options given;
	struct addrinfo *list;
	int r = ni_sized_struct_read(&given, sizeof(given), options);

	*s = ni_socket_closed();
	if (r == 0 && given.errors_count)
		*given.errors_count = 0;
	if (r == 0)
		r = check_options(&given);
	if (r == 0)
		r = ni_resolve_check_port(port);
	if (r == 0)
		r = ni_resolve(host, port, &hints, given.deadline, &list);
	if (r < 0)
		return r;
	pthread_cleanup_push(free_list, list);
	r = attempt_each(s, list, &given);
	pthread_cleanup_pop(1);
	return r;
}
