/*
 * scan_text.c - the scan for people: one line for each finding, then a count.
 */
#include <stdio.h>
#include <string.h>

#include "cli/printable.h"
#include "cli/scan/scan_report.h"
#include "cli/report/what.h"

/* "nginx(120)" */
static const char *name_of(struct ni_arena *arena,
			   const struct ni_scan_party *party)
{
	const char *slash = strrchr(party->exe, '/');

	return ni_arena_format(arena, "%s(%d)", slash ? slash + 1 : party->exe,
			       (int)party->pid);
}

static const char *others_of(struct ni_arena *arena,
			     const struct ni_scan_row *row)
{
	if (row->count < 2)
		return "";
	return ni_arena_format(arena, ", and so in %zu more of its processes",
			       row->count - 1);
}

static const char *sentence(struct ni_arena *arena,
			    const struct ni_scan_row *row)
{
	const char *socket = ni_what_text(arena, &row->what);
	const char *owner = name_of(arena, &row->owner);
	const char *others = others_of(arena, row);

	if (row->kind == NI_KIND_INHERITABLE)
		return ni_arena_format(arena, "%s of %s is inheritable as fd %d%s",
				       socket, owner, row->owner.fd, others);
	return ni_arena_format(arena, "%s of %s is also held by %s as fd %d%s%s%s%s",
			       socket, owner, name_of(arena, &row->holder),
			       row->holder.fd, others,
			       row->note ? " (passed: " : "",
			       row->note ? row->note : "",
			       row->note ? ")" : "");
}

static void print_line(struct ni_arena *arena, const char *text)
{
	size_t size = strlen(text);
	char *line = ni_arena_array(arena, size + 1, NI_PRINTABLE_GROWTH);

	ni_printable(text, size, line);
	puts(line);
}

static void print_summary(const struct ni_scan_report *report)
{
	const char *comma = " ";

	fputs("SUMMARY:", stdout);
	for (size_t i = 0; i < NI_SCAN_KINDS; i++) {
		enum ni_kind kind = ni_scan_kinds[i];
		size_t count = ni_scan_count(report, kind);

		if (!count && kind != NI_KIND_LEAK)
			continue;
		printf("%s%zu %s", comma, count, count == 1 ?
		       ni_kinds[kind].name : ni_kinds[kind].plural);
		comma = ", ";
	}
	printf("; %zu processes seen", report->seen);
	if (report->vanished)
		printf(", %zu vanished meanwhile", report->vanished);
	if (report->denied)
		printf(", %zu may not be read (root may)", report->denied);
	putchar('\n');
}

void ni_scan_print_text(struct ni_scan_report *report)
{
	for (size_t i = 0; i < report->row_count; i++)
		print_line(&report->arena,
			   sentence(&report->arena, &report->rows[i]));
	print_summary(report);
}
