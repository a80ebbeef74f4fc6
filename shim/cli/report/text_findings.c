/*
 * text_findings.c - each finding, for people: who opened it, who got it, what
 * to change and where.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "cli/report/order.h"
#include "cli/report/kinds.h"
#include "cli/report/place.h"
#include "cli/report/printers.h"
#include "cli/report/text_writer.h"

#define COMMAND_WIDTH 120
#define MOST_RECEIVERS 3
#define MOST_FURTHER 12

/* "php8.2 (pid 12)". */
static const char *who(struct ni_page *page,
		       const struct ni_program *program, pid_t pid)
{
	if (pid <= 0)
		return program->name;
	return ni_arena_format(&page->report->arena, "%s (pid %d)",
			       program->name, (int)pid);
}

/* One stack with the line above it. */
static void put_event(struct ni_page *page, const char *verb,
		      const char *call, const struct ni_stack *stack,
		      const char *where)
{
	if (!stack)
		return;
	ni_text_put(page, NI_TEXT_BOLD, "  %s", verb);
	ni_text_put(page, NI_TEXT_PLAIN, "%s%s%s%s", call ? " by " : "",
		    call ? call : "", *where ? " in " : "", where);
	ni_text_end_line(page);
	ni_text_put_stack(page, stack);
}

static uint64_t count_group(const struct ni_finding *first, size_t size)
{
	uint64_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += first[i].count;
	return count;
}

static const char *receivers(struct ni_page *page,
			     const struct ni_finding *first, size_t size)
{
	struct ni_distinct names = { .arena = &page->report->arena };
	const char *text;

	for (size_t i = 0; i < size; i++)
		if (first[i].to)
			ni_distinct_text(&names,
					 first[i].to->name);
	text = ni_text_join(page, &names, MOST_RECEIVERS);
	ni_distinct_free(&names);
	return text;
}

static const char *what_happened(struct ni_page *page,
				 const struct ni_finding *first, size_t size)
{
	struct ni_arena *arena = &page->report->arena;
	const char *to = receivers(page, first, size);

	if (!*to)
		return ni_arena_format(arena, ": %s",
				       ni_kinds[first->kind].title);
	if (first->kind == NI_KIND_PASSED)
		return ni_arena_format(arena, " passed to %s", to);
	return ni_arena_format(arena, " %s into %s", first->is_stopped ?
			       "would have leaked" : "leaked", to);
}

static void put_heading(struct ni_page *page,
			const struct ni_finding *first, size_t size)
{
	const struct ni_kind_facts *kind = &ni_kinds[first->kind];
	bool is_bad = !strcmp(kind->level, "error") && !first->is_stopped;
	char name[32];
	size_t i;

	for (i = 0; kind->name[i]; i++)
		name[i] = kind->name[i] >= 'a' && kind->name[i] <= 'z' ?
			  kind->name[i] - 'a' + 'A' : kind->name[i];
	name[i] = '\0';
	ni_text_put(page, is_bad ? NI_TEXT_BAD : NI_TEXT_WEAK, "%s%s%s",
		    first->is_stopped ? "STOPPED " : "",
		    first->is_minor ? "MINOR " :
		    first->is_doubtful ? "PERHAPS " : "", name);
	ni_text_put(page, NI_TEXT_BOLD, "  %s of %s", first->text,
		    first->program->name);
	ni_text_put(page, NI_TEXT_PLAIN, "%s",
		    what_happened(page, first, size));
	if (count_group(first, size) > 1)
		ni_text_put(page, NI_TEXT_PLAIN, ", %s",
			    ni_text_times(page, count_group(first, size)));
	ni_text_put(page, NI_TEXT_DIM, "  [CWE-%d]", kind->cwe);
	ni_text_end_line(page);
}

/* One call may put descriptors of several types on their numbers. */
static bool is_of_same_type(const struct ni_finding *a,
			   const struct ni_finding *b)
{
	return !a->what.type || !b->what.type ||
	       !strcmp(a->what.type, b->what.type);
}

static void put_receiver(struct ni_page *page,
			 const struct ni_finding *finding,
			 const struct ni_finding *first)
{
	const struct ni_program *to = finding->to;
	struct ni_arena *arena = &page->report->arena;
	const char *command = ni_command_text(arena, to->argv, COMMAND_WIDTH);

	if (finding->through) {
		ni_text_put(page, NI_TEXT_BOLD, "  handed on");
		ni_text_put(page, NI_TEXT_PLAIN, " by %s to %s",
			    finding->through->name, to->exe);
	} else {
		ni_text_put(page, NI_TEXT_BOLD, finding->is_stopped ?
			    "  kept from" : "  received by");
		ni_text_put(page, NI_TEXT_PLAIN, " %s", to->exe);
	}
	if (to->pid > 0)
		ni_text_put(page, NI_TEXT_PLAIN, " (pid %d)", (int)to->pid);
	ni_text_put(page, NI_TEXT_PLAIN, " as fd %d", finding->to_fd);
	if (!is_of_same_type(finding, first))
		ni_text_put(page, NI_TEXT_PLAIN, " (%s)", finding->text);
	if (finding->count > 1)
		ni_text_put(page, NI_TEXT_PLAIN, ", %s",
			    ni_text_times(page, finding->count));
	ni_text_put(page, NI_TEXT_PLAIN, ": %s", command);
	if (to->is_argv_cut)
		ni_text_put(page, NI_TEXT_DIM, " ...");
	ni_text_end_line(page);
	if (!to->unfollowed)
		return;
	ni_text_put(page, NI_TEXT_DIM, "    not followed further: %s",
		    to->unfollowed);
	ni_text_end_line(page);
}

#define MOST_HOLDERS 8

/* Who had them when none was left. */
static void put_holders(struct ni_page *page,
			const struct ni_exhaustion *exhaustion)
{
	struct ni_report *report = page->report;
	uint64_t others = exhaustion->others;

	for (size_t i = 0; i < exhaustion->holder_count; i++) {
		const struct ni_holder *holder = &exhaustion->holders[i];
		const char *place = ni_place_text(
			&report->arena, ni_place_culprit(holder->created),
			report->source_root);

		if (i >= MOST_HOLDERS) {
			others += holder->count;
			continue;
		}
		ni_text_put(page, NI_TEXT_BOLD, "  held then:");
		ni_text_put(page, NI_TEXT_PLAIN, " %" PRIu64 " of %u: %s%s%s",
			    holder->count, exhaustion->open, holder->text,
			    place ? " created at " : "", place ? place : "");
		ni_text_end_line(page);
	}
	if (!others)
		return;
	ni_text_put(page, NI_TEXT_BOLD, "  held then:");
	ni_text_put(page, NI_TEXT_PLAIN, " %" PRIu64 " of %u by others",
		    others, exhaustion->open);
	ni_text_end_line(page);
}

/* What differs between the findings of one creation stack. */
static void put_finding(struct ni_page *page,
			const struct ni_finding *finding,
			const struct ni_finding *first)
{
	if (finding->kind == NI_KIND_DOUBLE_CLOSE)
		put_event(page, "closed", finding->closed_call,
			  finding->closed, "");
	/* Who only passes on what it received has nothing to change. */
	if (!finding->through)
		put_event(page, ni_kinds[finding->kind].at_verb,
			  finding->at_call, finding->at, "");
	put_holders(page, &finding->exhaustion);
	if (finding->to)
		put_receiver(page, finding, first);
	if (finding->note && !finding->through) {
		ni_text_put(page, NI_TEXT_BOLD, "  note:");
		ni_text_put(page, NI_TEXT_PLAIN, " %s", finding->note);
		ni_text_end_line(page);
	}
}

static void put_created(struct ni_page *page,
			const struct ni_finding *finding)
{
	struct ni_arena *arena = &page->report->arena;
	const char *where = who(page, finding->program, finding->pid);

	if (finding->fd >= 0)
		where = ni_arena_format(arena, "%s as fd %d", where,
					finding->fd);
	if (finding->created) {
		put_event(page, "created", finding->call, finding->created,
			  where);
		return;
	}
	ni_text_put(page, NI_TEXT_BOLD, "  in");
	ni_text_put(page, NI_TEXT_PLAIN, " %s", where);
	ni_text_end_line(page);
}

static void put_fix(struct ni_page *page, const char *fix)
{
	if (!fix)
		return;
	ni_text_put(page, NI_TEXT_FIX, "  fix:");
	ni_text_put(page, NI_TEXT_PLAIN, " %s", fix);
	ni_text_end_line(page);
}

/* size findings of one kind that share their creation stack. */
static void put_group(struct ni_page *page, const struct ni_finding *first,
		      size_t size)
{
	size_t shown = size;

	put_heading(page, first, size);
	put_created(page, first);
	/* What is only perhaps a finding is not worth a long list. */
	if (first->is_doubtful && size > MOST_RECEIVERS)
		shown = MOST_RECEIVERS;
	for (size_t i = 0; i < shown; i++)
		put_finding(page, &first[i], first);
	if (shown < size) {
		ni_text_put(page, NI_TEXT_PLAIN, "  and %zu more of that",
			    size - shown);
		ni_text_end_line(page);
	}
	put_fix(page, first->fix);
}

/* Where another stack to the same place comes from: its first other frame. */
static const struct ni_frame *first_other_frame(const struct ni_stack *stack,
						const struct ni_stack *known)
{
	for (size_t i = 0; stack && known && i < stack->depth; i++) {
		const struct ni_location *here = stack->frames[i].location;
		const struct ni_location *there =
			i < known->depth ? known->frames[i].location : NULL;

		if (!there || here->module != there->module ||
		    here->offset != there->offset)
			return &stack->frames[i];
	}
	return NULL;
}

/* A further group with the fix above, in one line. */
static const char *further(struct ni_page *page, const struct ni_finding *first,
			   size_t size, const struct ni_stack *known)
{
	struct ni_arena *arena = &page->report->arena;
	const struct ni_frame *frame = first_other_frame(first->created, known);
	const char *line = ni_arena_format(arena, "%s%s", first->text,
					   what_happened(page, first, size));

	if (count_group(first, size) > 1)
		line = ni_arena_format(arena, "%s, %s", line,
				       ni_text_times(page, count_group(first,
								       size)));
	if (!frame)
		return line;
	return ni_arena_format(arena, "%s, by way of %s", line,
			       ni_place_text(arena, frame,
					     page->report->source_root));
}

bool ni_text_is_shown(const struct ni_page *page,
		    const struct ni_finding *finding)
{
	return ni_is_left(page->report, finding) ||
	       (ni_is_chosen(page->report, finding) && finding->is_stopped);
}

static bool is_same_group(const struct ni_finding *a, const struct ni_finding *b)
{
	return a->created && a->created == b->created;
}

static bool is_same_family(const struct ni_finding *a,
			  const struct ni_finding *b)
{
	return a->kind == b->kind && a->is_stopped == b->is_stopped &&
	       a->is_doubtful == b->is_doubtful &&
	       (a->fix && b->fix ? !strcmp(a->fix, b->fix) :
				   is_same_group(a, b));
}

static size_t count_while(const struct ni_finding *first, size_t most,
			  bool (*is_same)(const struct ni_finding *,
					 const struct ni_finding *))
{
	size_t size = 1;

	while (size < most && is_same(first, &first[size]))
		size++;
	return size;
}

static void put_further(struct ni_page *page, const struct ni_finding *first,
			size_t size, const struct ni_stack *known)
{
	struct ni_distinct lines = { .arena = &page->report->arena };
	uint64_t *counts = ni_arena_array(lines.arena, size, sizeof(*counts));
	size_t step;

	for (size_t i = 0; i < size; i += step) {
		step = count_while(&first[i], size - i, is_same_group);
		counts[ni_distinct_text(&lines, further(page, &first[i], step,
							known))]++;
	}
	ni_text_put(page, NI_TEXT_BOLD, "  the same fix applies to:");
	ni_text_end_line(page);
	for (uint32_t i = 0; i < lines.count && i < MOST_FURTHER; i++) {
		ni_text_put(page, NI_TEXT_PLAIN, "    %s", (const char *)
			    ni_distinct_bytes(&lines, i, NULL));
		if (counts[i] > 1)
			ni_text_put(page, NI_TEXT_DIM, " (%" PRIu64 " stacks)",
				    counts[i]);
		ni_text_end_line(page);
	}
	if (lines.count > MOST_FURTHER) {
		ni_text_put(page, NI_TEXT_PLAIN, "    and %zu more",
			    lines.count - MOST_FURTHER);
		ni_text_end_line(page);
	}
	ni_distinct_free(&lines);
}

/* What has the same fix: the worst in full, the others on a line each. */
static void put_family(struct ni_page *page, const struct ni_finding *first,
		       size_t size)
{
	size_t done = count_while(first, size, is_same_group);

	put_group(page, first, done);
	if (done < size)
		put_further(page, first + done, size - done, first->created);
	ni_text_end_line(page);
}

void ni_text_put_findings(struct ni_page *page)
{
	struct ni_report *report = page->report;
	size_t size, shown;

	for (size_t i = 0; i < report->finding_count; i += size) {
		const struct ni_finding *first = &report->findings[i];
		size_t most = report->finding_count - i;

		size = 1;
		if (!ni_text_is_shown(page, first))
			continue;
		for (shown = 1; shown < most &&
		     ni_text_is_shown(page, &first[shown]); shown++)
			;
		size = count_while(first, shown, is_same_family);
		put_family(page, first, size);
	}
}
