/*
 * ledger.c - from the traces of a tree of programs to findings.
 */
#include "cli/report/ledger.h"

#include <stdlib.h>

#include "cli/report/ledger_parts.h"
#include "cli/report/what.h"

static void free_tables(struct ledger *ledger)
{
	ni_distinct_free(&ledger->modules);
	ni_distinct_free(&ledger->stacks);
	ni_distinct_free(&ledger->groups);
	ni_distinct_free(&ledger->crossed);
	free(ledger->module_rows);
	free(ledger->stack_rows);
	free(ledger->launches);
}

static void describe(struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		report->findings[i].text =
			ni_what_text(&report->arena, &report->findings[i].what);
	for (size_t i = 0; i < report->flow_count; i++)
		report->flows[i].text =
			ni_what_text(&report->arena, &report->flows[i].what);
}

void ni_ledger_fill(struct ni_report *report, const struct ni_trace *traces,
		    size_t count)
{
	struct ni_arena *arena = &report->arena;
	struct ledger ledger = {
		.report = report,
		.arena = arena,
		.modules.arena = arena,
		.stacks.arena = arena,
		.groups.arena = arena,
		.crossed.arena = arena,
	};

	ni_programs_read(&ledger, traces, count);
	ni_programs_join(&ledger);
	if (report->is_open_wanted) {
		ni_open_read(&ledger);
	} else {
		ni_origins_read(&ledger);
		ni_crossings_read(&ledger);
		ni_own_read(&ledger);
	}
	ni_losses_read(&ledger);
	describe(report);
	report->stacks = ni_arena_array(arena, ledger.stack_rows_count,
					sizeof(*report->stacks));
	for (size_t i = 0; i < ledger.stack_rows_count; i++)
		report->stacks[i] = ledger.stack_rows[i];
	report->stack_count = ledger.stack_rows_count;
	free_tables(&ledger);
}
