/*
 * report.c - what a report owns.
 */
#include "cli/report/report.h"

#include <stdlib.h>

static void add_loss(struct ni_report *report, const char *what,
		     uint64_t count, bool is_gap)
{
	struct ni_loss *loss;

	if (!count)
		return;
	loss = ni_array_push(&report->losses, &report->loss_count,
			     &report->loss_room, sizeof(*loss));
	loss->what = what;
	loss->count = count;
	loss->is_gap = is_gap;
}

void ni_report_add_gap(struct ni_report *report, const char *what,
		       uint64_t count)
{
	add_loss(report, what, count, true);
}

void ni_report_add_loss(struct ni_report *report, const char *what,
			uint64_t count)
{
	add_loss(report, what, count, false);
}

void ni_report_free(struct ni_report *report)
{
	free(report->programs);
	free(report->findings);
	free(report->flows);
	free(report->open);
	free(report->losses);
	ni_arena_free(&report->arena);
}
