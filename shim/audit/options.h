/*
 * options.h - NOINHERIT_AUDIT_OPTIONS. Pure.
 */
#ifndef NI_AUDIT_OPTIONS_H
#define NI_AUDIT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct ni_audit_options {
	size_t size_kib;
	unsigned frames;
	bool is_following;
	bool has_scripts;	/* follow stacks through code without tables */
};

/* Never fails: what is not valid leaves the default. @text may be NULL. */
struct ni_audit_options ni_audit_options_parse(const char *text);

#endif
