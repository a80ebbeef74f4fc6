/*
 * suppressions.c - findings that somebody has judged and does not want to see:
 * which finding a rule fits, and the rule that fits a finding.
 */
#include "cli/report/suppressions.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/base_name.h"
#include "cli/report/place.h"
#include "cli/report/suppression_rules.h"

/* Generated rules name so many frames; what calls them may change. */
#define FRAMES_GENERATED 6

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
		      const struct ni_frame_rule *rule,
		      const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;

	switch (rule->kind) {
	case NI_FRAME_RULE_FUNCTION:
		return frame->function && fits_text(rule->glob,
						    frame->function);
	case NI_FRAME_RULE_FILE:
		return fits_file(&report->arena, rule->glob, frame,
				 report->source_root);
	case NI_FRAME_RULE_MODULE:
		return module && fits_text(rule->glob, module->path);
	default:
		return false;
	}
}

/* Innermost first; a rule may end before the stack does. After "..." the rest
 * is tried at every frame; only the last "..." needs to be remembered. */
static bool fits_stack(struct ni_report *report,
		      const struct ni_frame_rule *rules, size_t count,
		      const struct ni_stack *stack)
{
	size_t depth = stack ? stack->depth : 0;
	size_t rule = 0, frame = 0, retry_rule = 0, retry_frame = 0;

	while (rule < count) {
		if (rules[rule].kind == NI_FRAME_RULE_ANY) {
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
	struct ni_frame_rule rule = { .glob = glob };

	for (size_t i = 0; stack && i < stack->depth; i++)
		for (int kind = NI_FRAME_RULE_FUNCTION;
		     kind <= NI_FRAME_RULE_MODULE; kind++) {
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

/* ---- generating --------------------------------------------------------- */

/* What ends a line, or is trimmed off its end. */
static bool is_lost_in_a_file(const char *text)
{
	return (unsigned char)*text < ' ' || (*text == ' ' && !text[1]);
}

/* A text as a glob that fits it, on one line. */
static const char *quoted(struct ni_arena *arena, const char *text)
{
	char *out = ni_arena_take(arena, 2 * strlen(text) + 1), *end = out;

	for (; *text; text++) {
		if (strchr("*?[\\", *text))
			*end++ = '\\';
		*end++ = is_lost_in_a_file(text) ? '?' : *text;
	}
	return out;
}

static const char *frame_line(struct ni_arena *arena,
			      const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;
	const char *name;

	if (frame->function)
		return ni_arena_format(arena, "   fun:%s\n",
				       quoted(arena, frame->function));
	if (!module || !*module->path)
		return "   ...\n";
	name = ni_base_name(module->path);
	return ni_arena_format(arena, "   obj:%s%s\n",
			       name == module->path ? "" : "*/",
			       quoted(arena, name));
}

static const char *stack_lines(struct ni_arena *arena, const char *lines,
			       const struct ni_stack *stack)
{
	size_t depth = stack->depth < FRAMES_GENERATED ? stack->depth :
							 FRAMES_GENERATED;

	for (size_t i = 0; i < depth; i++)
		lines = ni_arena_format(arena, "%s%s", lines,
					frame_line(arena, &stack->frames[i]));
	return lines;
}

/* Numbers and addresses differ from run to run: only the type is named. */
const char *ni_suppressions_block(struct ni_report *report,
				  const struct ni_finding *finding)
{
	struct ni_arena *arena = &report->arena;
	const char *exe = quoted(arena, ni_base_name(finding->program->exe));
	const char *lines = ni_arena_format(arena,
					    "{\n   %s of %s%s%s\n   %s\n",
					    finding->what.type, exe,
					    finding->to ? " into " : "",
					    finding->to ?
					    quoted(arena,
						   ni_base_name(finding->to->exe))
					    : "",
					    ni_kinds[finding->kind].name);

	if (finding->created)
		lines = stack_lines(arena, lines, finding->created);
	/* Where it was only passed on, any way is fine. */
	if (finding->at && !finding->through) {
		lines = ni_arena_format(arena, "%s   at:\n", lines);
		lines = stack_lines(arena, lines, finding->at);
	}
	lines = ni_arena_format(arena, "%s   exe:*%s\n   what:%s*\n", lines,
				exe, finding->what.type);
	if (finding->to)
		lines = ni_arena_format(arena, "%s   to:*%s\n", lines,
					quoted(arena,
					       ni_base_name(finding->to->exe)));
	return ni_arena_format(arena, "%s}\n", lines);
}
