/*
 * report.c - what a report owns.
 */
#include "cli/report/report.h"

#include <stdlib.h>

void ni_report_add_loss(struct ni_report *report, const char *what,
			uint64_t count)
{
	struct ni_loss *loss;

	if (!count)
		return;
	loss = ni_array_push(&report->losses, &report->loss_count,
			     &report->loss_room, sizeof(*loss));
	loss->what = what;
	loss->count = count;
}

void ni_report_free(struct ni_report *report)
{
	free(report->programs);
	free(report->findings);
	free(report->flows);
	free(report->losses);
	ni_arena_free(&report->arena);
}
