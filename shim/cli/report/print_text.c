/*
 * print_text.c - the report for people: what stands around the findings, and
 * the SUMMARY last.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/debug_package.h"
#include "cli/report/order.h"
#include "cli/report/place.h"
#include "cli/report/printers.h"
#include "cli/report/text_writer.h"

#define COMMAND_WIDTH 120
#define MOST_UNFOLLOWED 10
#define MOST_NAMELESS 8

static void put_title(struct ni_page *page)
{
	struct ni_report *report = page->report;

	ni_text_put(page, NI_TEXT_BOLD, "noinherit audit");
	ni_text_put(page, NI_TEXT_PLAIN, " of %zu process%s, %zu program%s: %s",
		    report->process_count,
		    report->process_count == 1 ? "" : "es",
		    report->program_count,
		    report->program_count == 1 ? "" : "s",
		    ni_command_text(&report->arena, report->command,
				    COMMAND_WIDTH));
	ni_text_end_line(page);
	ni_text_end_line(page);
}

/* Each program and reason once, with how often. */
static void put_unfollowed(struct ni_page *page)
{
	struct ni_report *report = page->report;
	struct ni_distinct lines = { .arena = &report->arena };
	uint64_t *counts = ni_arena_array(&report->arena, report->program_count,
					  sizeof(*counts));

	for (size_t i = 0; i < report->program_count; i++) {
		const struct ni_program *program = report->programs[i];
		const char *line;

		if (!program->unfollowed)
			continue;
		line = ni_arena_format(&report->arena, "%s: %s", program->exe,
				       program->unfollowed);
		counts[ni_distinct_text(&lines, line)]++;
	}
	for (uint32_t i = 0; i < lines.count && i < MOST_UNFOLLOWED; i++) {
		ni_text_put(page, NI_TEXT_PLAIN, "Not followed%s%s: %s",
			    counts[i] > 1 ? ", " : "",
			    counts[i] > 1 ? ni_text_times(page, counts[i]) : "",
			    (const char *)ni_distinct_bytes(&lines, i, NULL));
		ni_text_end_line(page);
	}
	if (lines.count > MOST_UNFOLLOWED) {
		ni_text_put(page, NI_TEXT_PLAIN, "Not followed: %zu more programs",
		    lines.count - MOST_UNFOLLOWED);
		ni_text_end_line(page);
	}
	ni_distinct_free(&lines);
}

static void add_nameless(struct ni_distinct *paths,
			 const struct ni_module **modules,
			 const struct ni_stack *stack)
{
	for (size_t i = 0; stack && i < stack->depth; i++) {
		const struct ni_frame *frame = &stack->frames[i];
		const struct ni_module *module = frame->location->module;
		uint32_t number;

		if (frame->function || !module || !*module->path ||
		    paths->count == MOST_NAMELESS)
			continue;
		number = ni_distinct_text(paths, module->path);
		modules[number] = module;
	}
}

static void put_nameless_module(struct ni_page *page,
				const struct ni_module *module,
				const char *package)
{
	const char *id = ni_place_build_id(&page->report->arena, module);

	ni_text_put(page, NI_TEXT_PLAIN, "No function names: %s%s%s",
		    module->path, id ? ", build-id " : "", id ? id : "");
	if (package)
		ni_text_put(page, NI_TEXT_PLAIN, "; they are in the package %s",
			    package);
	ni_text_end_line(page);
}

/* Where names are missing: from which files, and what would supply them. */
static void put_nameless(struct ni_page *page)
{
	struct ni_report *report = page->report;
	struct ni_distinct paths = { .arena = &report->arena };
	const struct ni_module *modules[MOST_NAMELESS];
	const char *packages[MOST_NAMELESS] = { NULL };

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct ni_finding *finding = &report->findings[i];

		if (!ni_text_is_shown(page, finding))
			continue;
		add_nameless(&paths, modules, finding->created);
		add_nameless(&paths, modules, finding->at);
		add_nameless(&paths, modules, finding->closed);
	}
	ni_debug_packages(&report->arena, modules, packages, paths.count);
	for (size_t i = 0; i < paths.count; i++)
		put_nameless_module(page, modules[i], packages[i]);
	if (paths.count && !getenv("DEBUGINFOD_URLS")) {
		ni_text_put(page, NI_TEXT_PLAIN, "Where DEBUGINFOD_URLS is set, "
			    "for example to https://debuginfod.debian.net, "
			    "names are fetched by build-id.");
		ni_text_end_line(page);
	}
	ni_distinct_free(&paths);
}

static void put_losses(struct ni_page *page)
{
	const struct ni_report *report = page->report;

	put_nameless(page);
	put_unfollowed(page);
	for (size_t i = 0; i < report->loss_count; i++) {
		ni_text_put(page, NI_TEXT_PLAIN, "Incomplete: %" PRIu64 " %s",
		    report->losses[i].count, report->losses[i].what);
		ni_text_end_line(page);
	}
	for (size_t i = 0; i < report->unused_suppression_count; i++) {
		ni_text_put(page, NI_TEXT_PLAIN, "Unused suppression: %s",
		    report->unused_suppressions[i]);
		ni_text_end_line(page);
	}
}

/* "1 race, 3 passed"; empty if nothing counts. */
static const char *list_counts(struct ni_page *page,
			       bool (*counts)(const struct ni_page *,
					     const struct ni_finding *))
{
	const struct ni_report *report = page->report;
	struct ni_arena *arena = &page->report->arena;
	const char *text = "";

	for (int kind = 0; kind < NI_KINDS; kind++) {
		uint64_t count = 0;

		for (size_t i = 0; i < report->finding_count; i++)
			count += (int)report->findings[i].kind == kind &&
				 counts(page, &report->findings[i]);
		if (count)
			text = ni_arena_format(arena, "%s%s%s", text,
					       *text ? ", " : "",
					       ni_count_text(arena, kind,
							     count));
	}
	return text;
}

static bool is_hidden(const struct ni_page *page,
		     const struct ni_finding *finding)
{
	return !ni_is_chosen(page->report, finding) && !finding->is_elsewhere;
}

static bool is_elsewhere(const struct ni_page *page,
			 const struct ni_finding *finding)
{
	return finding->is_elsewhere && !finding->suppressed &&
	       (page->report->kinds & NI_KIND_BIT(finding->kind));
}

static bool is_suppressed(const struct ni_page *page,
			 const struct ni_finding *finding)
{
	return ni_is_chosen(page->report, finding) && finding->suppressed &&
	       !finding->is_stopped;
}

static bool is_chosen_and_stopped(const struct ni_page *page,
				 const struct ni_finding *finding)
{
	return ni_is_chosen(page->report, finding) && finding->is_stopped;
}

static bool is_left(const struct ni_page *page,
		   const struct ni_finding *finding)
{
	return ni_is_left(page->report, finding);
}

static void put_counts(struct ni_page *page, const char *title,
		       const char *list, const char *hint)
{
	if (!*list)
		return;
	ni_text_put(page, NI_TEXT_PLAIN, "%s: %s%s", title, list, hint);
	ni_text_end_line(page);
}

/* Sockets are what the shim can keep back without a change to the program. */
static bool can_shim_help(const struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (ni_is_left(report, &report->findings[i]) &&
		    report->findings[i].kind == NI_KIND_LEAK &&
		    report->findings[i].what.family)
			return true;
	return false;
}

static size_t count_fixes(struct ni_report *report)
{
	struct ni_distinct fixes = { .arena = &report->arena };
	size_t count;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct ni_finding *finding = &report->findings[i];

		if (finding->fix && ni_is_left(report, finding))
			ni_distinct_text(&fixes, finding->fix);
	}
	count = fixes.count;
	ni_distinct_free(&fixes);
	return count;
}

const char *ni_summary_text(struct ni_report *report)
{
	struct ni_page page = { .report = report };
	const char *left = list_counts(&page, is_left);
	size_t fixes = count_fixes(report);
	const char *text;

	if (!report->program_count)
		return "nothing was recorded";
	if (!*left)
		left = *list_counts(&page, is_chosen_and_stopped) ?
			"nothing left" : "nothing found";
	text = ni_arena_format(&report->arena, "%s in %zu process%s", left,
			       report->process_count,
			       report->process_count == 1 ? "" : "es");
	if (!fixes)
		return text;
	return ni_arena_format(&report->arena, "%s; %zu place%s to change",
			       text, fixes, fixes == 1 ? "" : "s");
}

static void put_summary(struct ni_page *page)
{
	struct ni_report *report = page->report;

	if (can_shim_help(report)) {
		ni_text_put(page, NI_TEXT_PLAIN, "Until they are fixed, "
			    "'noinherit run' keeps sockets back without a "
			    "change to the program.");
		ni_text_end_line(page);
	}
	put_counts(page, "Stopped by the shim",
		   list_counts(page, is_chosen_and_stopped), "");
	put_counts(page, "Suppressed", list_counts(page, is_suppressed),
		   "");
	put_counts(page, "Not shown", list_counts(page, is_hidden),
		   " (--kinds=all shows them)");
	put_counts(page, "Elsewhere", list_counts(page, is_elsewhere),
		   " (not to be fixed below the path of --only)");
	ni_text_put(page, NI_TEXT_BOLD, "SUMMARY:");
	ni_text_put(page, NI_TEXT_PLAIN, " %s", ni_summary_text(report));
	ni_text_end_line(page);
}

void ni_print_text(struct ni_report *report, FILE *out)
{
	struct ni_page page = { report, out, ni_text_has_colour(out) };

	put_title(&page);
	ni_text_put_findings(&page);
	put_losses(&page);
	put_summary(&page);
}
