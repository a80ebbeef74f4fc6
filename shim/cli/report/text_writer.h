/*
 * text_writer.h - the pieces of the report for people.
 */
#ifndef NI_CLI_TEXT_WRITER_H
#define NI_CLI_TEXT_WRITER_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/report/report.h"

struct ni_page {
	struct ni_report *report;
	FILE *out;
	bool is_coloured;
};

enum ni_text_colour {
	NI_TEXT_PLAIN,
	NI_TEXT_BAD,
	NI_TEXT_WEAK,
	NI_TEXT_FIX,
	NI_TEXT_DIM,
	NI_TEXT_BOLD
};

/* Is it a terminal that can show colour, and is NO_COLOR not set? */
bool ni_text_has_colour(FILE *out);

/* Part of a line. What is unprintable in it is escaped. */
__attribute__((format(printf, 3, 4)))
void ni_text_put(struct ni_page *page, enum ni_text_colour colour,
		 const char *format, ...);

void ni_text_end_line(struct ni_page *page);

/* Its frames, one on a line, less those before main. */
void ni_text_put_stack(struct ni_page *page, const struct ni_stack *stack);

/* "once", "3 times". */
const char *ni_text_times(struct ni_page *page, uint64_t count);

/* "sh, cat and 3 more": of the texts that were put in, at most `most`. */
const char *ni_text_join(struct ni_page *page, const struct ni_distinct *texts,
			 size_t most);

/* ---- the parts of the page ---------------------------------------------- */

/* Is it printed in full? */
bool ni_text_is_shown(const struct ni_page *page,
		     const struct ni_finding *finding);

void ni_text_put_findings(struct ni_page *page);

#endif
