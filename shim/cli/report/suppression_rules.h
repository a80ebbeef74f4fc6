/*
 * suppression_rules.h - one rule, as the parser makes it and the matcher uses
 * it.
 */
#ifndef NI_CLI_SUPPRESSION_RULES_H
#define NI_CLI_SUPPRESSION_RULES_H

#include <stddef.h>
#include <stdint.h>

struct ni_frame_pattern {
	enum {
		NI_FRAME_PATTERN_ANY,		/* any number of frames */
		NI_FRAME_PATTERN_FUNCTION,
		NI_FRAME_PATTERN_FILE,
		NI_FRAME_PATTERN_MODULE
	} kind;
	const char *glob;
};

/* A NULL glob matches everything. */
struct ni_suppression {
	const char *name, *source;
	unsigned line;
	unsigned kinds;			/* NI_KIND_BIT each */
	const char *anywhere;		/* the short form: nothing else counts */
	const char *exe, *to, *what;
	const struct ni_frame_pattern *created, *at;
	size_t created_count, at_count;
	uint64_t used;
};

#endif
