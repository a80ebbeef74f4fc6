/*
 * formats.h - the formats of a report.
 */
#ifndef NI_CLI_FORMATS_H
#define NI_CLI_FORMATS_H

#include <stdio.h>

struct ni_report;

struct ni_format {
	const char *name;
	const char *it_is;	/* what it writes, where a message names it */
	/* Write errors stay in the stream. */
	void (*print)(struct ni_report *report, FILE *out);
};

/* Those of --format, the default first; ends with a row that has no name. */
extern const struct ni_format ni_formats[];

/* That of --gen-suppressions. */
extern const struct ni_format ni_format_suppressions;

/* NULL where there is none of that name. */
const struct ni_format *ni_format_find(const char *name);

#endif
