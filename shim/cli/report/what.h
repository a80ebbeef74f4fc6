/*
 * what.h - what a descriptor refers to, in words.
 */
#ifndef NI_CLI_WHAT_H
#define NI_CLI_WHAT_H

#include <stddef.h>

#include "cli/report/arena.h"

struct ni_trace_site;
struct ni_trace_what;

/* What a descriptor refers to; NULL and -1: not known or not applicable. */
struct ni_what {
	const char *type;	/* tcp, udp, unix, pipe, file, eventfd ... */
	const char *family;	/* AF_INET ... */
	const char *socket_type;	/* SOCK_STREAM ... */
	int proto;
	const char *laddr, *raddr, *state, *path;
};

/* From a record that the trace reader found well formed. */
struct ni_what ni_what_from_record(struct ni_arena *arena,
				   const struct ni_trace_what *record);

/* Of a site, whose descriptors nobody looked at: the arguments of its call. */
struct ni_what ni_what_from_site(const struct ni_trace_site *site);

/* From enum ni_trace_type alone. */
struct ni_what ni_what_from_type(unsigned type);

/* "tcp LISTEN 0.0.0.0:8080", "file /etc/passwd", "pipe". */
const char *ni_what_text(struct ni_arena *arena, const struct ni_what *what);

/*
 * As Python warns: "<socket fd=3, family=AF_INET, type=SOCK_STREAM, proto=0,
 * laddr=('0.0.0.0', 8080)>".
 */
const char *ni_what_repr(struct ni_arena *arena, const struct ni_what *what,
			 int fd);

/* "127.0.0.1:80", "[::1]:80", "/run/x", "@abstract"; NULL for an address that
 * is unnamed or cannot be one. */
const char *ni_what_address(struct ni_arena *arena, const void *address,
			    size_t size);

#endif
