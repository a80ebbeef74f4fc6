/*
 * scan_prometheus.c - the scan for a collector: Prometheus' text format.
 *
 * No process numbers: each would begin a new series. What differs in nothing
 * else is one series: a file that has one twice is refused as a whole.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/printable.h"
#include "cli/report/what.h"
#include "cli/scan/scan_report.h"

struct series {
	const char *labels;
	size_t value;
};

/* A label's value: valid UTF-8 without what would end it. */
static const char *label_value(struct ni_arena *arena, const char *text)
{
	size_t size = strlen(text);
	char *line = ni_arena_array(arena, size + 1, NI_PRINTABLE_GROWTH);
	size_t length = ni_printable(text, size, line);
	char *out = ni_arena_array(arena, length + 1, 2), *end = out;

	for (size_t i = 0; i < length; i++) {
		if (line[i] == '\\' || line[i] == '"')
			*end++ = '\\';
		*end++ = line[i];
	}
	*end = '\0';
	return out;
}

static const char *text_or_nothing(const char *text)
{
	return text ? text : "";
}

/* A connection without its addresses: they would be a new series each. */
static const char *socket_name(struct ni_arena *arena,
			       const struct ni_scan_row *row)
{
	struct ni_what what = row->what;

	if (what.raddr)
		what.laddr = what.raddr = NULL;
	return ni_what_text(arena, &what);
}

static const char *labels_of(struct ni_arena *arena,
			     const struct ni_scan_row *row)
{
	const struct ni_scan_party *holder = &row->holder;

	return ni_arena_format(arena,
		"kind=\"%s\",orphan=\"%s\",socket=\"%s\",owner=\"%s\",holder=\"%s\",user=\"%s\",unit=\"%s\",container=\"%s\"",
		ni_kinds[row->kind].name, row->is_orphan ? "true" : "false",
		label_value(arena, socket_name(arena, row)),
		row->is_orphan ? "" : label_value(arena, row->owner.exe),
		label_value(arena, holder->exe),
		label_value(arena, text_or_nothing(holder->user)),
		label_value(arena, text_or_nothing(holder->unit)),
		label_value(arena, text_or_nothing(holder->container)));
}

static int compare_series(const void *first, const void *second)
{
	const struct series *a = first, *b = second;

	return strcmp(a->labels, b->labels);
}

static void print_heading(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void print_findings(struct ni_scan_report *report, FILE *out)
{
	static const char name[] = "noinherit_scan_held_sockets";
	struct series *series = ni_arena_array(&report->arena,
		report->row_count, sizeof(*series));

	for (size_t i = 0; i < report->row_count; i++)
		series[i] = (struct series){
			labels_of(&report->arena, &report->rows[i]),
			report->rows[i].count
		};
	if (report->row_count)
		qsort(series, report->row_count, sizeof(*series),
		      compare_series);
	print_heading(out, name,
		      "Sockets of findings, once for each process of the holder's program.");
	for (size_t i = 0, next; i < report->row_count; i = next) {
		size_t value = series[i].value;

		for (next = i + 1; next < report->row_count &&
				   !compare_series(&series[i], &series[next]);)
			value += series[next++].value;
		fprintf(out, "%s{%s} %zu\n", name, series[i].labels, value);
	}
}

static void print_counts(const struct ni_scan_report *report, FILE *out)
{
	static const char kinds[] = "noinherit_scan_findings";
	static const char orphans[] = "noinherit_scan_orphaned_listeners";

	print_heading(out, kinds, "Findings of each kind.");
	for (size_t i = 0; i < NI_SCAN_KINDS; i++)
		fprintf(out, "%s{kind=\"%s\"} %zu\n", kinds,
			ni_kinds[ni_scan_kinds[i]].name,
			ni_scan_count(report, ni_scan_kinds[i]));
	print_heading(out, orphans,
		      "Listeners held only by programs that cannot have made them.");
	fprintf(out, "%s %zu\n", orphans, ni_scan_count_orphans(report));
}

static void print_processes(const struct ni_scan_report *report, FILE *out)
{
	static const char name[] = "noinherit_scan_processes";

	print_heading(out, name, "Processes that were looked at, by outcome.");
	fprintf(out, "%s{outcome=\"seen\"} %zu\n", name, report->seen);
	fprintf(out, "%s{outcome=\"vanished\"} %zu\n", name, report->vanished);
	fprintf(out, "%s{outcome=\"denied\"} %zu\n", name, report->denied);
}

void ni_scan_print_prometheus(struct ni_scan_report *report, FILE *out)
{
	print_counts(report, out);
	print_processes(report, out);
	print_findings(report, out);
}
