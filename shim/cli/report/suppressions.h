/*
 * suppressions.h - findings that somebody has judged and does not want to see.
 *
 * Two forms, which may be mixed; # begins a comment line:
 *
 *	leak:GLOB               any function, file or module of its stacks
 *
 *	{
 *	   a name for people
 *	   leak                 kinds: a comma list, or *
 *	   fun:GLOB             the stack of the creation, innermost first:
 *	   src:GLOB             function, file (or file:line), module;
 *	   obj:GLOB             or module+0xOFFSET; what follows the last line
 *	                        may be anything
 *	   ...                  any number of frames
 *	   at:                  the lines after it are of the other stack: the
 *	   fun:GLOB             exec, the mark, the second close
 *	   exe:GLOB             the program that it happened in
 *	   to:GLOB              the program that received
 *	   what:GLOB            as the report says it: "tcp LISTEN *"
 *	}
 */
#ifndef NI_CLI_SUPPRESSIONS_H
#define NI_CLI_SUPPRESSIONS_H

#include "cli/report/report.h"

struct ni_suppressions {
	struct ni_arena *arena;
	struct ni_suppression *rows;
	size_t count, room;
};

/* What is wrong with a text, and where. */
struct ni_suppressions_error {
	unsigned line;		/* from 1 */
	const char *what;
};

/*
 * Adds the rules of text; source is the name of its file. 0, or -EINVAL with
 * *error written, and then nothing was added.
 */
int ni_suppressions_parse(struct ni_suppressions *suppressions,
			  const char *text, size_t size, const char *source,
			  struct ni_suppressions_error *error);

/*
 * Marks every finding of the chosen kinds that a rule matches and that nothing
 * has suppressed yet; lists the rules that matched none.
 */
void ni_suppressions_apply(struct ni_suppressions *suppressions,
			   struct ni_report *report);

void ni_suppressions_free(struct ni_suppressions *suppressions);

/* The block that suppresses a finding and all that look like it. */
const char *ni_suppressions_block(struct ni_report *report,
				  const struct ni_finding *finding);

#endif
