/*
 * print_open.c - what is open now, for people and as JSON.
 */
#include <inttypes.h>
#include <jansson.h>
#include <time.h>

#include "cli/report/json_report.h"
#include "cli/report/open_now.h"
#include "cli/report/text_writer.h"

/* Of each process: the rest is counted. */
#define MOST_ROWS 12

static uint64_t now_ms(const struct ni_open_process *process)
{
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return ns > process->start_ns ? (ns - process->start_ns) / 1000000 : 0;
}

static uint64_t power_of_two_below(uint64_t number)
{
	uint64_t power = 1;

	while (power <= number / 2)
		power *= 2;
	return power;
}

static const char *duration(struct ni_arena *arena, uint64_t ms)
{
	static const struct {
		uint64_t ms;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" },
		      { 1000, "s" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ms >= units[i].ms)
			return ni_arena_format(arena, "%" PRIu64 ".%" PRIu64
					       " %s", ms / units[i].ms,
					       ms % units[i].ms * 10 /
					       units[i].ms, units[i].unit);
	return ni_arena_format(arena, "%" PRIu64 " ms", ms);
}

/* "peak 990 3.1 s ago, from 512 in 1.2 s" */
static const char *trend(struct ni_arena *arena,
			 const struct ni_open_process *process,
			 const struct ni_open_row *row)
{
	uint64_t now = now_ms(process);
	const char *ago = "", *growth = "";

	if (process->is_running && now >= row->peak_ms)
		ago = ni_arena_format(arena, " %s ago",
				      duration(arena, now - row->peak_ms));
	if (row->peak > 2 && row->peak_ms >= row->doubled_ms &&
	    row->peak > power_of_two_below(row->peak))
		growth = ni_arena_format(arena, ", from %" PRIu64 " in %s",
					 power_of_two_below(row->peak),
					 duration(arena, row->peak_ms -
							 row->doubled_ms));
	return ni_arena_format(arena, "peak %" PRIu64 "%s%s", row->peak, ago,
			       growth);
}

/* ---- text --------------------------------------------------------------- */

static void put_row(struct ni_page *page, const struct ni_open_process *process,
		    const struct ni_open_row *row)
{
	const struct ni_holder *holder = &row->holder;

	ni_text_put(page, NI_TEXT_BOLD, "%7" PRIu64 "  %s", holder->count,
		    holder->text);
	if (holder->call)
		ni_text_put(page, NI_TEXT_PLAIN, " created by %s",
			    holder->call);
	else if (!holder->created)
		ni_text_put(page, NI_TEXT_PLAIN,
			    " open at start, or its creation was not seen");
	ni_text_put(page, NI_TEXT_PLAIN, "; %s",
		    trend(&page->report->arena, process, row));
	ni_text_end_line(page);
	if (holder->created)
		ni_text_put_stack(page, holder->created);
}

/* What the recorder did not see, and what it does not count. */
static void put_kernel_word(struct ni_page *page,
			    const struct ni_open_process *process)
{
	long rest = process->kernel_open - process->standard_open -
		    (long)process->open;

	ni_text_put(page, NI_TEXT_PLAIN, ": %ld open", process->kernel_open);
	if (process->limit > 0)
		ni_text_put(page, NI_TEXT_PLAIN, " of %ld", process->limit);
	ni_text_put(page, NI_TEXT_PLAIN, ", %ld of them standard streams",
		    process->standard_open);
	if (rest > 0)
		ni_text_put(page, NI_TEXT_PLAIN,
			    ", %ld more than the recorder saw", rest);
}

static void put_process(struct ni_page *page,
			const struct ni_open_process *process)
{
	uint64_t others = 0;

	ni_text_put(page, NI_TEXT_BOLD, "%s (pid %d)", process->program->name,
		    (int)process->pid);
	ni_text_put(page, NI_TEXT_PLAIN, process->is_running ? " runs" :
		    " is not running here; when last seen");
	if (process->kernel_open >= 0)
		put_kernel_word(page, process);
	else
		ni_text_put(page, NI_TEXT_PLAIN, ": %" PRIu64
			    " open from 3 up", process->open);
	ni_text_end_line(page);
	for (size_t i = 0; i < process->row_count; i++) {
		if (i < MOST_ROWS)
			put_row(page, process, &process->rows[i]);
		else
			others += process->rows[i].holder.count;
	}
	if (others) {
		ni_text_put(page, NI_TEXT_PLAIN, "%7" PRIu64
			    "  from %zu other places", others,
			    process->row_count - MOST_ROWS);
		ni_text_end_line(page);
	}
	ni_text_end_line(page);
}

void ni_print_open_text(struct ni_report *report, FILE *out)
{
	struct ni_page page = { report, out, ni_text_has_colour(out) };
	uint64_t open = 0;

	for (size_t i = 0; i < report->open_count; i++) {
		put_process(&page, &report->open[i]);
		open += report->open[i].open;
	}
	ni_text_put(&page, NI_TEXT_BOLD, "SUMMARY:");
	ni_text_put(&page, NI_TEXT_PLAIN, " %" PRIu64
		    " open from 3 up in %zu process%s", open,
		    report->open_count, report->open_count == 1 ? "" : "es");
	ni_text_end_line(&page);
}

/* ---- JSON --------------------------------------------------------------- */

static json_t *known(long number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *json_rows(struct ni_report *report,
			 const struct ni_open_process *process)
{
	json_t *array = json_array();

	for (size_t i = 0; i < process->row_count; i++) {
		const struct ni_open_row *row = &process->rows[i];

		json_array_append_new(array, json_pack(
			"{s:I, s:I, s:I, s:I, s:o, s:o, s:o}",
			"open", (json_int_t)row->holder.count,
			"peak", (json_int_t)row->peak,
			"peak_ms", (json_int_t)row->peak_ms,
			"doubled_ms", (json_int_t)row->doubled_ms,
			"call", ni_json_text(row->holder.call),
			"what", ni_json_what(&row->holder.what),
			"created", ni_json_stack(&report->arena,
						 row->holder.created)));
	}
	return array;
}

static json_t *json_process(struct ni_report *report,
			    const struct ni_open_process *process)
{
	return json_pack("{s:i, s:o, s:o, s:b, s:I, s:o, s:o, s:o, s:I, s:o}",
		"pid", (int)process->pid,
		"exe", ni_json_text(process->program->exe),
		"name", ni_json_text(process->program->name),
		"running", process->is_running,
		"open", (json_int_t)process->open,
		"kernel_open", known(process->kernel_open),
		"standard_open", known(process->standard_open),
		"limit", known(process->limit),
		"now_ms", (json_int_t)now_ms(process),
		"sites", json_rows(report, process));
}

void ni_print_open_json(struct ni_report *report, FILE *out)
{
	json_t *processes = json_array(), *root;

	for (size_t i = 0; i < report->open_count; i++)
		json_array_append_new(processes,
				      json_process(report, &report->open[i]));
	root = json_pack("{s:s, s:o}", "schema", "noinherit-open/1",
			 "processes", processes);
	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}
