/*
 * suppressions.c - findings that somebody has judged and does not want to see:
 * which finding a rule matches.
 */
#include "cli/report/suppressions.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/place.h"
#include "cli/report/suppression_rules.h"

static bool fits_text(const char *glob, const char *text)
{
	return !glob || (text && fnmatch(glob, text, 0) == 0);
}

static bool fits_file(struct ni_arena *arena, const char *glob,
		     const struct ni_frame *frame, const char *root)
{
	const char *file = ni_place_file(frame, root);

	if (!file)
		return false;
	return fits_text(glob, file) || fits_text(glob, frame->file) ||
	       fits_text(glob, ni_arena_format(arena, "%s:%u", file,
					       frame->line));
}

static bool fits_frame(struct ni_report *report,
		      const struct ni_frame_pattern *rule,
		      const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;

	switch (rule->kind) {
	case NI_FRAME_PATTERN_FUNCTION:
		return frame->function && fits_text(rule->glob,
						    frame->function);
	case NI_FRAME_PATTERN_FILE:
		return fits_file(&report->arena, rule->glob, frame,
				 report->source_root);
	case NI_FRAME_PATTERN_MODULE:
		return module && module->path &&
		       (fits_text(rule->glob, module->path) ||
			fits_text(rule->glob,
				  ni_arena_format(&report->arena,
						  "%s+0x%" PRIx64, module->path,
						  frame->location->offset)));
	default:
		return false;
	}
}

/* Innermost first; a rule may end before the stack does. After "..." the rest
 * is tried at every frame; only the last "..." needs to be remembered. */
static bool fits_stack(struct ni_report *report,
		      const struct ni_frame_pattern *rules, size_t count,
		      const struct ni_stack *stack)
{
	size_t depth = stack ? stack->depth : 0;
	size_t rule = 0, frame = 0, retry_rule = 0, retry_frame = 0;

	while (rule < count) {
		if (rules[rule].kind == NI_FRAME_PATTERN_ANY) {
			retry_rule = ++rule;
			retry_frame = frame;
		} else if (frame < depth &&
			   fits_frame(report, &rules[rule],
				      &stack->frames[frame])) {
			rule++;
			frame++;
		} else if (retry_rule && retry_frame < depth) {
			rule = retry_rule;
			frame = ++retry_frame;
		} else {
			return false;
		}
	}
	return true;
}

static bool fits_anywhere(struct ni_report *report, const char *glob,
			 const struct ni_stack *stack)
{
	struct ni_frame_pattern rule = { .glob = glob };

	for (size_t i = 0; stack && i < stack->depth; i++)
		for (int kind = NI_FRAME_PATTERN_FUNCTION;
		     kind <= NI_FRAME_PATTERN_MODULE; kind++) {
			rule.kind = kind;
			if (fits_frame(report, &rule, &stack->frames[i]))
				return true;
		}
	return false;
}

static bool fits(struct ni_report *report, const struct ni_suppression *rule,
		const struct ni_finding *finding)
{
	if (!(rule->kinds & NI_KIND_BIT(finding->kind)))
		return false;
	if (rule->anywhere)
		return fits_anywhere(report, rule->anywhere,
				     finding->created) ||
		       fits_anywhere(report, rule->anywhere, finding->at);
	return fits_text(rule->exe, finding->program->exe) &&
	       fits_text(rule->to, finding->to ? finding->to->exe : NULL) &&
	       fits_text(rule->what, finding->text) &&
	       fits_stack(report, rule->created, rule->created_count,
			  finding->created) &&
	       fits_stack(report, rule->at, rule->at_count, finding->at);
}

static void list_unused(struct ni_suppressions *suppressions,
			struct ni_report *report)
{
	report->unused_suppressions = ni_arena_array(&report->arena,
						     suppressions->count,
						     sizeof(const char *));
	report->unused_suppression_count = 0;
	for (size_t i = 0; i < suppressions->count; i++)
		if (!suppressions->rows[i].used)
			report->unused_suppressions[
				report->unused_suppression_count++] =
				ni_arena_format(&report->arena, "%s (%s:%u)",
						suppressions->rows[i].name,
						suppressions->rows[i].source,
						suppressions->rows[i].line);
}

void ni_suppressions_apply(struct ni_suppressions *suppressions,
			   struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct ni_finding *finding = &report->findings[i];

		if (finding->suppressed ||
		    !(report->kinds & NI_KIND_BIT(finding->kind)))
			continue;
		for (size_t j = 0; j < suppressions->count; j++)
			if (fits(report, &suppressions->rows[j], finding)) {
				suppressions->rows[j].used++;
				finding->suppressed =
					suppressions->rows[j].name;
				break;
			}
	}
	list_unused(suppressions, report);
}

void ni_suppressions_free(struct ni_suppressions *suppressions)
{
	free(suppressions->rows);
	*suppressions = (struct ni_suppressions){
		.arena = suppressions->arena
	};
}
