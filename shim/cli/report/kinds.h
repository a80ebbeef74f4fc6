/*
 * kinds.h - the kinds of findings: their names, weight and meaning.
 */
#ifndef NI_CLI_KINDS_H
#define NI_CLI_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/report/kind.h"

struct ni_report;
struct ni_finding;

/* One row is a kind: all that the formats, the gate and the options know of it.
 * Besides it there are its detector, in the ledger, and its test. */
struct ni_kind_facts {
	const char *name, *plural;
	int cwe;
	bool is_default;	/* shown unless --kinds says otherwise */
	bool is_gating;		/* counted by --error-exitcode, the same way */
	bool is_mended_at;	/* the place to change is in the stack `at`, not
				 * in the one that created the descriptor */
	const char *level;	/* how severe: error, warning, note */
	const char *title;	/* what happened, in a few words */
	const char *meaning;	/* a sentence for those new to it */
	const char *at_verb;	/* what was done in the stack `at` */
	/* What to change, and what to know; NULL if the ledger sets it. */
	const char *(*fix)(struct ni_report *report,
			   const struct ni_finding *finding);
	const char *(*note)(struct ni_report *report,
			    const struct ni_finding *finding);
};

extern const struct ni_kind_facts ni_kinds[NI_KINDS];

/* Fills fix and note of every finding, after the stacks got their frames. */
void ni_kinds_advise(struct ni_report *report);

/* The kinds that are shown when nothing was chosen. */
unsigned ni_kinds_default(void);

/*
 * Reads "leak,race", "all", "default", "all,-passed"; a list whose
 * first word takes a kind away starts from the default. On failure -EINVAL, and
 * *bad is the word that is not a kind, *length its length.
 */
int ni_kinds_parse(const char *text, unsigned *kinds, const char **bad,
		   size_t *length);

/* The kind of that name, or -1. */
int ni_kind_number(const char *name, size_t length);

#endif
