/*
 * passed.h - does a descriptor cross an exec on purpose?
 *
 * Pure, except for the table of variables seen at the start.
 */
#ifndef NI_AUDIT_PASSED_H
#define NI_AUDIT_PASSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/trace.h"

struct ni_passing {
	char *const *argv;
	char *const *environment;	/* as the program gives it */
	uint32_t pid;			/* who will be the new image, 0: unknown */
};

struct ni_passed_because {
	enum ni_trace_passed reason;
	const char *text;		/* points into argv or environment */
	size_t length;
	bool is_bare_number;		/* an argument that is just the number */
};

/* Is @fd announced to the new image by number? */
struct ni_passed_because ni_passed(const struct ni_passing *passing, int fd);

/* Is @fd announced, or does any argument hold its number? */
bool ni_passed_is_told(const struct ni_passing *passing, int fd);

/* Does the text hold the number by itself, touching no letter, digit, '.', '/'
 * or '-'? */
bool ni_passed_names(const char *text, int fd);

#endif
