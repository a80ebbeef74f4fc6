/*
 * print_text.c - the report for people: who opened it, who got it, what to
 * change and where.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "place.h"
#include "printable.h"
#include "printers.h"
#include "what.h"

#define COMMAND_WIDTH 120
#define WIDEST_FUNCTION 48
#define MOST_UNFOLLOWED 10

struct printer {
	struct ni_report *report;
	FILE *out;
	int is_coloured;
};

enum colour { PLAIN, HEAD_BAD, HEAD_WEAK, FIX, DIM, BOLD };

static const char *const colours[] = {
	[PLAIN] = "", [HEAD_BAD] = "\033[1;31m", [HEAD_WEAK] = "\033[1;33m",
	[FIX] = "\033[1;32m", [DIM] = "\033[2m", [BOLD] = "\033[1m",
};

/* Paths, arguments and symbols are foreign: nothing of them may reach the
 * terminal as it is. */
static void write_safely(struct printer *printer, const char *text)
{
	char *safe = ni_printable_copy(text);

	fputs(safe ? safe : "?", printer->out);
	free(safe);
}

__attribute__((format(printf, 3, 4)))
static void put(struct printer *printer, enum colour colour,
		const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	if (!text)
		return;
	if (printer->is_coloured)
		fputs(colours[colour], printer->out);
	write_safely(printer, text);
	if (printer->is_coloured && colour != PLAIN)
		fputs("\033[0m", printer->out);
	free(text);
}

static void end_line(struct printer *printer)
{
	fputc('\n', printer->out);
}

/* ---- stacks -------------------------------------------------------------------- */

static int function_width(const struct ni_stack *stack)
{
	size_t widest = 0;

	for (size_t i = 0; i < stack->depth; i++) {
		const char *name = stack->frames[i].function;
		size_t length = name ? strlen(name) : 1;

		if (length > widest)
			widest = length;
	}
	return widest < WIDEST_FUNCTION ? (int)widest : WIDEST_FUNCTION;
}

static void put_frame(struct printer *printer, const struct ni_frame *frame,
		      size_t number, int width)
{
	const char *file = ni_place_file(frame, printer->report->source_root);

	put(printer, DIM, "    #%-2zu ", number);
	put(printer, PLAIN, "%-*s  ", width,
	    frame->function ? frame->function : "?");
	if (file && frame->line)
		put(printer, PLAIN, "%s:%u", file, frame->line);
	else
		put(printer, PLAIN, "%s+0x%" PRIx64,
		    ni_place_module_name(frame), frame->location->offset);
	if (frame->is_inlined)
		put(printer, DIM, "  (inlined)");
	end_line(printer);
}

static void put_stack(struct printer *printer, const struct ni_stack *stack)
{
	int width = function_width(stack);

	for (size_t i = 0; i < stack->depth; i++)
		put_frame(printer, &stack->frames[i], i, width);
	if (stack->is_cut) {
		put(printer, DIM, "    ... the stack goes on, unrecorded");
		end_line(printer);
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "php8.2 (pid 12)". */
static const char *who(struct printer *printer,
		       const struct ni_program *program, pid_t pid)
{
	if (pid <= 0)
		return base_name(program->exe);
	return ni_arena_format(&printer->report->arena, "%s (pid %d)",
			       base_name(program->exe), (int)pid);
}

/* One stack with the line above it. */
static void put_event(struct printer *printer, const char *verb,
		      const char *call, const struct ni_stack *stack,
		      const char *where)
{
	if (!stack)
		return;
	put(printer, BOLD, "  %s", verb);
	put(printer, PLAIN, "%s%s%s%s", call ? " by " : "", call ? call : "",
	    *where ? " in " : "", where);
	end_line(printer);
	put_stack(printer, stack);
}

/* ---- findings ------------------------------------------------------------------ */

static const char *times(struct printer *printer, uint64_t count)
{
	if (count == 1)
		return "once";
	return ni_arena_format(&printer->report->arena, "%" PRIu64 " times",
			       count);
}

static uint64_t count_group(const struct ni_finding *first, size_t size)
{
	uint64_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += first[i].count;
	return count;
}

static void put_heading(struct printer *printer,
			const struct ni_finding *finding, size_t size)
{
	const struct ni_kind_facts *kind = &ni_kinds[finding->kind];
	int is_bad = !strcmp(kind->level, "error") && !finding->is_stopped;
	char name[32];

	for (size_t i = 0; i <= strlen(kind->name); i++)
		name[i] = kind->name[i] >= 'a' && kind->name[i] <= 'z' ?
			  kind->name[i] - 'a' + 'A' : kind->name[i];
	put(printer, is_bad ? HEAD_BAD : HEAD_WEAK, "%s%s",
	    finding->is_stopped ? "STOPPED " : "", name);
	put(printer, BOLD, "  %s",
	    ni_what_text(&printer->report->arena, &finding->what));
	put(printer, PLAIN, ": %s %s, %s", finding->is_stopped ?
	    "would have been" : "", kind->title,
	    times(printer, count_group(finding, size)));
	put(printer, DIM, "  [CWE-%d]", kind->cwe);
	end_line(printer);
}

static void put_receiver(struct printer *printer,
			 const struct ni_finding *finding)
{
	const struct ni_program *to = finding->to;
	struct ni_arena *arena = &printer->report->arena;
	const char *command = ni_command_text(arena, to->argv, COMMAND_WIDTH);

	put(printer, BOLD, "  received");
	put(printer, PLAIN, " as fd %d by %s", finding->to_fd, to->exe);
	if (to->pid > 0)
		put(printer, PLAIN, " (pid %d)", (int)to->pid);
	put(printer, PLAIN, ", %s: %s", times(printer, finding->count),
	    command);
	if (to->is_argv_cut)
		put(printer, DIM, " ...");
	end_line(printer);
	if (!to->unfollowed)
		return;
	put(printer, DIM, "    not followed further: %s", to->unfollowed);
	end_line(printer);
}

static const char *const at_verbs[NI_KINDS] = {
	[NI_KIND_LEAK] = "handed over",
	[NI_KIND_PASSED] = "handed over",
	[NI_KIND_RACE] = "marked",
	[NI_KIND_DOUBLE_CLOSE] = "closed again",
	[NI_KIND_WRONG_FLAG] = "asked for",
};

/* What differs between the findings of one creation stack. */
static void put_finding(struct printer *printer,
			const struct ni_finding *finding)
{
	const char *verb = at_verbs[finding->kind];

	if (finding->kind == NI_KIND_DOUBLE_CLOSE)
		put_event(printer, "closed", finding->closed_call,
			  finding->closed, "");
	put_event(printer, verb ? verb : "at", finding->at_call, finding->at,
		  "");
	if (finding->to)
		put_receiver(printer, finding);
	if (finding->note) {
		put(printer, BOLD, "  note:");
		put(printer, PLAIN, " %s", finding->note);
		end_line(printer);
	}
}

static void put_created(struct printer *printer,
			const struct ni_finding *finding)
{
	struct ni_arena *arena = &printer->report->arena;
	const char *where = who(printer, finding->program, finding->pid);

	if (finding->fd >= 0)
		where = ni_arena_format(arena, "%s as fd %d", where,
					finding->fd);
	if (finding->created) {
		put_event(printer, "created", finding->call, finding->created,
			  where);
		return;
	}
	put(printer, BOLD, "  in");
	put(printer, PLAIN, " %s", where);
	end_line(printer);
}

static void put_fix(struct printer *printer, const char *fix)
{
	if (!fix)
		return;
	put(printer, FIX, "  fix:");
	put(printer, PLAIN, " %s", fix);
	end_line(printer);
}

/* size findings of one kind that share their creation stack. */
static void put_group(struct printer *printer, const struct ni_finding *first,
		      size_t size)
{
	put_heading(printer, first, size);
	put_created(printer, first);
	for (size_t i = 0; i < size; i++) {
		put_finding(printer, &first[i]);
		if (i + 1 == size || (first[i].fix && first[i + 1].fix &&
				      strcmp(first[i].fix, first[i + 1].fix)))
			put_fix(printer, first[i].fix);
	}
	end_line(printer);
}

static int is_shown(const struct printer *printer,
		    const struct ni_finding *finding)
{
	return ni_is_left(printer->report, finding) ||
	       (ni_is_chosen(printer->report, finding) && finding->is_stopped);
}

static int is_same_group(const struct ni_finding *a, const struct ni_finding *b)
{
	return a->kind == b->kind && a->created && a->created == b->created &&
	       a->is_stopped == b->is_stopped;
}

static void put_findings(struct printer *printer)
{
	struct ni_report *report = printer->report;
	size_t size;

	for (size_t i = 0; i < report->finding_count; i += size) {
		const struct ni_finding *first = &report->findings[i];

		size = 1;
		if (!is_shown(printer, first))
			continue;
		while (i + size < report->finding_count &&
		       is_shown(printer, &first[size]) &&
		       is_same_group(first, &first[size]))
			size++;
		put_group(printer, first, size);
	}
}

/* ---- around them --------------------------------------------------------------- */

static void put_title(struct printer *printer)
{
	struct ni_report *report = printer->report;

	put(printer, BOLD, "noinherit audit");
	put(printer, PLAIN, " of %zu process%s, %zu program%s: %s",
	    report->process_count, report->process_count == 1 ? "" : "es",
	    report->program_count, report->program_count == 1 ? "" : "s",
	    ni_command_text(&report->arena, report->command, COMMAND_WIDTH));
	end_line(printer);
	end_line(printer);
}

/* Each program and reason once, with how often. */
static void put_unfollowed(struct printer *printer)
{
	struct ni_report *report = printer->report;
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
		counts[ni_distinct_number(&lines, line, strlen(line))]++;
	}
	for (uint32_t i = 0; i < lines.count && i < MOST_UNFOLLOWED; i++) {
		put(printer, PLAIN, "Not followed %s: %s",
		    times(printer, counts[i]),
		    (const char *)ni_distinct_bytes(&lines, i, NULL));
		end_line(printer);
	}
	if (lines.count > MOST_UNFOLLOWED) {
		put(printer, PLAIN, "Not followed: %zu more programs",
		    lines.count - MOST_UNFOLLOWED);
		end_line(printer);
	}
	ni_distinct_free(&lines);
}

static void put_losses(struct printer *printer)
{
	const struct ni_report *report = printer->report;

	put_unfollowed(printer);
	for (size_t i = 0; i < report->loss_count; i++) {
		put(printer, PLAIN, "Incomplete: %" PRIu64 " %s",
		    report->losses[i].count, report->losses[i].what);
		end_line(printer);
	}
	for (size_t i = 0; i < report->unused_suppression_count; i++) {
		put(printer, PLAIN, "Unused suppression: %s",
		    report->unused_suppressions[i]);
		end_line(printer);
	}
}

/* "1 race, 3 passed"; empty if nothing counts. */
static const char *list_counts(struct printer *printer,
			       int (*counts)(const struct printer *,
					     const struct ni_finding *))
{
	const struct ni_report *report = printer->report;
	struct ni_arena *arena = &printer->report->arena;
	const char *text = "";

	for (int kind = 0; kind < NI_KINDS; kind++) {
		uint64_t count = 0;

		for (size_t i = 0; i < report->finding_count; i++)
			count += (int)report->findings[i].kind == kind &&
				 counts(printer, &report->findings[i]);
		if (count)
			text = ni_arena_format(arena, "%s%s%s", text,
					       *text ? ", " : "",
					       ni_count_text(arena, kind,
							     count));
	}
	return text;
}

static int is_hidden(const struct printer *printer,
		     const struct ni_finding *finding)
{
	return !ni_is_chosen(printer->report, finding);
}

static int is_suppressed(const struct printer *printer,
			 const struct ni_finding *finding)
{
	return ni_is_chosen(printer->report, finding) && finding->suppressed &&
	       !finding->is_stopped;
}

static int is_chosen_and_stopped(const struct printer *printer,
				 const struct ni_finding *finding)
{
	return ni_is_chosen(printer->report, finding) && finding->is_stopped;
}

static int is_left(const struct printer *printer,
		   const struct ni_finding *finding)
{
	return ni_is_left(printer->report, finding);
}

static void put_counts(struct printer *printer, const char *title,
		       const char *list, const char *hint)
{
	if (!*list)
		return;
	put(printer, PLAIN, "%s: %s%s", title, list, hint);
	end_line(printer);
}

/* Sockets are what the shim can keep back without a change to the program. */
static int can_shim_help(const struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (ni_is_left(report, &report->findings[i]) &&
		    report->findings[i].kind == NI_KIND_LEAK &&
		    report->findings[i].what.family)
			return 1;
	return 0;
}

static void put_summary(struct printer *printer)
{
	struct ni_report *report = printer->report;
	const char *left = list_counts(printer, is_left);

	if (can_shim_help(report)) {
		put(printer, PLAIN, "Until they are fixed, 'noinherit run' "
		    "keeps sockets back without a change to the program.");
		end_line(printer);
	}
	put_counts(printer, "Stopped by the shim",
		   list_counts(printer, is_chosen_and_stopped), "");
	put_counts(printer, "Suppressed", list_counts(printer, is_suppressed),
		   "");
	put_counts(printer, "Not shown", list_counts(printer, is_hidden),
		   " (--kinds=all shows them)");
	put(printer, BOLD, "SUMMARY:");
	put(printer, PLAIN, " %s in %zu process%s",
	    *left ? left : "nothing found", report->process_count,
	    report->process_count == 1 ? "" : "es");
	end_line(printer);
}

void ni_print_text(struct ni_report *report, FILE *out, int is_coloured)
{
	struct printer printer = { report, out, is_coloured };

	put_title(&printer);
	put_findings(&printer);
	put_losses(&printer);
	put_summary(&printer);
}
