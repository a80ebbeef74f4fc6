/*
 * baseline.h - an earlier report, whose findings are known already.
 */
#ifndef NI_CLI_BASELINE_H
#define NI_CLI_BASELINE_H

#include "cli/report/report.h"

/* Starts as all zero. */
struct ni_baseline {
	struct ni_distinct fingerprints;
};

/* Reads a "noinherit-report/1". 0, or -EINVAL and *why in arena. */
int ni_baseline_read(struct ni_baseline *baseline, struct ni_arena *arena,
		     const char *path, const char **why);

/* Suppresses what the baseline knows. Fingerprints must have been filled. */
void ni_baseline_apply(const struct ni_baseline *baseline,
		       struct ni_report *report);

void ni_baseline_free(struct ni_baseline *baseline);

#endif
