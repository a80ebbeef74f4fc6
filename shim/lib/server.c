/*
 * server.c - listening sockets in one call.
 */
#include "noinherit.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "lib/address.h"
#include "lib/descriptor.h"
#include "lib/sized_struct.h"
#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/text.h"

static int set_option(int fd, int level, int option, int value)
{
	return ni_sys_setsockopt(fd, level, option, &value, sizeof(value));
}

int noinherit_has_dualstack_ipv6(void)
{
	struct noinherit_socket probe;
	int r = noinherit_create_socket(&probe, AF_INET6, SOCK_STREAM, 0);

	if (r < 0)
		return 0;
	r = set_option(probe.fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	ni_descriptor_discard(probe.fd);
	return r == 0;
}

/* A server that is being made: where it goes, and what went wrong. */
struct plan {
	const char *host, *port;
	struct noinherit_server_options options;
	const char *trouble;
	bool is_address_trouble;
};

enum { KNOWN = NOINHERIT_REUSE_PORT | NOINHERIT_DUALSTACK_IPV6 };

/* In Python's order, before there is a socket (S-78). */
static int check(struct plan *plan)
{
	if (plan->options.flags & ~KNOWN) {
		plan->trouble = "unknown flags";
		return -EINVAL;
	}
	if (!(plan->options.flags & NOINHERIT_DUALSTACK_IPV6))
		return 0;
	if (!noinherit_has_dualstack_ipv6()) {
		plan->trouble = "dualstack_ipv6 not supported on this platform";
		return -EOPNOTSUPP;
	}
	if (plan->options.family != AF_INET6) {
		plan->trouble = "dualstack_ipv6 requires AF_INET6 family";
		return -EINVAL;
	}
	return 0;
}

static int set_options(int fd, const struct noinherit_server_options *options)
{
	bool is_ipv6 = options->family == AF_INET6;
	int r = 0;

	/* A convenience: a socket without it still serves (S-79). */
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (options->flags & NOINHERIT_REUSE_PORT && (is_ipv6 || options->family == AF_INET))
		r = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (r == 0 && is_ipv6)
		r = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY,
			       !(options->flags & NOINHERIT_DUALSTACK_IPV6));
	return r;
}

static int bind_planned(struct noinherit_socket *s, struct plan *plan)
{
	struct sockaddr_storage address;
	int r;

	plan->is_address_trouble = true;
	if (plan->options.address)
		r = noinherit_bind(s, plan->options.address,
				   plan->options.address_size);
	else
		r = noinherit_address(&address, s->family, plan->host,
				      NOINHERIT_STRING, plan->port);
	if (r > 0)
		r = noinherit_bind(s, (struct sockaddr *)&address,
				   (socklen_t)r);
	if (r == 0)
		plan->is_address_trouble = false;
	return r;
}

static int serve(struct noinherit_socket *s, struct plan *plan)
{
	const int *backlog = plan->options.backlog;
	int r = set_options(s->fd, &plan->options);

	if (r == 0)
		r = bind_planned(s, plan);
	if (r == 0)
		r = noinherit_listen(s, backlog ? *backlog : -1);
	return r;
}

static int build(struct noinherit_socket *s, struct plan *plan)
{
	struct noinherit_socket made;
	int r = check(plan);

	if (r == 0)
		r = noinherit_create_socket(&made, plan->options.family,
					    SOCK_STREAM, 0);
	if (r < 0)
		return r;
	r = serve(&made, plan);
	if (r < 0)
		ni_descriptor_discard(made.fd);
	else
		*s = made;
	return r;
}

static void write_address(struct ni_text *text, const struct plan *plan)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = plan->options.address_size;

	if (plan->options.address) {
		size = size < sizeof(address) ? size : sizeof(address);
		memcpy(&address, plan->options.address, size);
		ni_address_write(text, &address, size, NULL);
		return;
	}
	/* Python's tuple, as it was given. */
	if (!plan->port && plan->host && plan->host[0] == '(' &&
	    plan->options.family != AF_UNIX) {
		ni_text_format(text, "%s", plan->host);
		return;
	}
	if (plan->port)
		ni_text_format(text, "(");
	ni_text_quote(text, plan->host ? plan->host : "");
	if (plan->port)
		ni_text_format(text, ", %s)", plan->port);
}

static void explain(const struct plan *plan, int error)
{
	struct ni_text text;

	if (!plan->options.message)
		return;
	text = ni_text_in(plan->options.message, plan->options.message_size);
	if (error == 0)
		return;

	ni_text_format(&text, "%s", plan->trouble ? plan->trouble :
						   noinherit_strerror(error));
	if (!plan->is_address_trouble)
		return;
	ni_text_format(&text, " (while attempting to bind on address ");
	write_address(&text, plan);
	ni_text_format(&text, ")");
}

/* A caller whose options cannot be read gets a message all the same: one that
 * forgot to set the size has every member of the first version. */
static void read_message(struct plan *plan,
			 const struct noinherit_server_options *options)
{
	const size_t covered = offsetof(struct noinherit_server_options,
					message_size) + sizeof(size_t);

	if (options->size && options->size < covered)
		return;
	plan->options.message = options->message;
	plan->options.message_size = options->message_size;
	plan->trouble = options->size ? "options of a later version" :
					"the size of the options is not set";
}

int noinherit_create_server(struct noinherit_socket *s, const char *host,
			    const char *port,
			    const struct noinherit_server_options *options)
{
	struct plan plan = { .host = host, .port = port };
	int r = ni_sized_struct_read(&plan.options, sizeof(plan.options),
				     options);

	*s = ni_socket_closed();
	if (r < 0) {
		read_message(&plan, options);
	} else {
		if (!plan.options.family || plan.options.family == -1)
			plan.options.family = AF_INET;
		r = build(s, &plan);
	}
	explain(&plan, r);
	return r;
}
