/*
 * gate.c - what an exit status may say of a report: --error-exitcode.
 *
 * Green means: everything was recorded, and nothing in it counts. Red names a
 * finding. Where not everything was recorded, it is neither.
 */
#include "cli/report/gate.h"

#include <inttypes.h>

#include "cli/report/kinds.h"
#include "cli/report/order.h"
#include "cli/report/scope.h"

static unsigned gating_kinds(void)
{
	unsigned kinds = 0;

	for (int kind = 0; kind < NI_KINDS; kind++)
		if (ni_kinds[kind].is_gating)
			kinds |= NI_KIND_BIT(kind);
	return kinds;
}

/* What can do harm now: a race needs a second thread. */
static bool is_serious(const struct ni_finding *finding)
{
	if (finding->is_minor || finding->is_doubtful)
		return false;
	return finding->kind != NI_KIND_RACE || finding->windows.threaded;
}

size_t ni_gate_count(const struct ni_report *report, unsigned kinds)
{
	size_t count = 0;

	if (!kinds)
		kinds = gating_kinds();
	for (size_t i = 0; i < report->finding_count; i++)
		count += (kinds & NI_KIND_BIT(report->findings[i].kind)) &&
			 is_serious(&report->findings[i]) &&
			 ni_is_left(report, &report->findings[i]);
	return count;
}

/* Programs that were started and left no trace, where that matters. */
static const char *missing_programs(struct ni_report *report)
{
	const struct ni_program *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < report->program_count; i++) {
		const struct ni_program *program = report->programs[i];

		if (!program->unfollowed ||
		    !ni_scope_has_program(report, program))
			continue;
		if (!first)
			first = program;
		count++;
	}
	if (!count)
		return NULL;
	return ni_arena_format(&report->arena,
			       "%zu program%s not followed, first %s: %s",
			       count, count == 1 ? " was" : "s were",
			       first->exe, first->unfollowed);
}

const char *ni_gate_missing(struct ni_report *report)
{
	for (size_t i = 0; i < report->loss_count; i++)
		if (report->losses[i].is_gap)
			return ni_arena_format(&report->arena,
					       "%" PRIu64 " %s",
					       report->losses[i].count,
					       report->losses[i].what);
	if (report->only_count && !ni_scope_has_any(report))
		return ni_arena_format(&report->arena,
				       "nothing that ran lies below '%s' "
				       "(--only)", report->only[0]);
	return missing_programs(report);
}
