/*
 * baseline.h - an earlier report, whose findings are known already.
 *
 * A finding is known by its fingerprint. The earlier report knows as many
 * places of one fingerprint as it named, and no more: a second leak in a
 * function that had one is new. Where the place has no name, the address or the
 * path of what was open must be the same; an address means something only in
 * the very file that was looked at then.
 */
#ifndef NI_CLI_BASELINE_H
#define NI_CLI_BASELINE_H

#include "cli/report/report.h"

/* Starts as all zero. */
struct ni_baseline {
	struct ni_distinct fingerprints;
	struct ni_known_place *places;
	size_t count, room;
	uint32_t *first;	/* place of a fingerprint + 1, by its number */
	size_t first_count, first_room;
};

/* Reads a "noinherit-report/1". 0, or -EINVAL and *why in arena. */
int ni_baseline_read(struct ni_baseline *baseline, struct ni_arena *arena,
		     const char *path, const char **why);

/* Suppresses what the baseline knows. Fingerprints must have been filled. */
void ni_baseline_apply(struct ni_baseline *baseline, struct ni_report *report);

void ni_baseline_free(struct ni_baseline *baseline);

#endif
