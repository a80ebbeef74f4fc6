/*
 * scan_text.c - the scan for people: who holds the ports that were asked for,
 * a line for each finding with what is known of its processes below it, and a
 * count.
 */
#include <stdio.h>
#include <string.h>

#include "cli/printable.h"
#include "cli/scan/scan_report.h"
#include "cli/report/what.h"

#define CONTAINER_ID_SHOWN 12
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define FAINT "\033[2m"

struct printer {
	struct ni_arena *arena;
	FILE *out;
	bool is_coloured;
};

/* "nginx(120)" */
static const char *name_of(struct ni_arena *arena,
			   const struct ni_scan_party *party)
{
	return ni_arena_format(arena, "%s(%d)", ni_scan_party_program(party),
			       (int)party->pid);
}

static const char *others_of(struct ni_arena *arena, size_t count)
{
	if (count < 2)
		return "";
	return ni_arena_format(arena, ", and so in %zu more of its processes",
			       count - 1);
}

/* "www-data, since 2026-11-21 10:02:11, nginx.service" */
static const char *facts_of(struct ni_arena *arena,
			    const struct ni_scan_party *party)
{
	char since[sizeof("2026-11-21 10:02:11") + 16] = "?";
	struct tm local;

	if (localtime_r(&party->start, &local))
		strftime(since, sizeof(since), "%Y-%m-%d %H:%M:%S", &local);
	return ni_arena_format(arena, "%s, since %s%s%s%s%.*s",
			       party->user ? party->user : "unknown user",
			       since, party->unit ? ", " : "",
			       party->unit ? party->unit : "",
			       party->container ? ", container " : "",
			       CONTAINER_ID_SHOWN,
			       party->container ? party->container : "");
}

static const char *sentence(struct ni_arena *arena,
			    const struct ni_scan_row *row, bool is_partial)
{
	const char *socket = ni_what_text(arena, &row->what);
	const char *owner = name_of(arena, &row->owner);
	const char *others = others_of(arena, row->count);

	if (row->is_orphan)
		return ni_arena_format(arena, "%s is held by %s as fd %d%s, which cannot have made it: its maker is gone%s",
				       socket, owner, row->owner.fd, others,
				       is_partial ? " or may not be read" : "");
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

/* Foreign bytes become harmless before the colours are added. */
static void print_line(struct printer *printer, const char *indent,
		       const char *colour, const char *text)
{
	size_t size = strlen(text);
	char *line = ni_arena_array(printer->arena, size + 1,
				    NI_PRINTABLE_GROWTH);

	ni_printable(text, size, line);
	if (!printer->is_coloured)
		colour = "";
	fprintf(printer->out, "%s%s%s%s\n", indent, colour, line,
		*colour ? "\033[m" : "");
}

static void print_party(struct printer *printer,
			const struct ni_scan_party *party)
{
	struct ni_arena *arena = printer->arena;

	print_line(printer, "    ", FAINT,
		   ni_arena_format(arena, "%s: %s", name_of(arena, party),
				   facts_of(arena, party)));
}

static const char *colour_of(const struct ni_scan_row *row)
{
	return row->kind == NI_KIND_LEAK ? RED :
	       row->kind == NI_KIND_INHERITABLE ? YELLOW : "";
}

static void print_parties(struct printer *printer,
			  const struct ni_scan_row *row)
{
	print_party(printer, &row->owner);
	if (row->holder.pid != row->owner.pid)
		print_party(printer, &row->holder);
}

static void print_row(struct printer *printer,
		      const struct ni_scan_report *report,
		      const struct ni_scan_row *row)
{
	print_line(printer, "", colour_of(row),
		   sentence(printer->arena, row,
			    report->denied || report->is_hidden));
	/* The holders of a port have been printed already. */
	if (!report->port_count)
		print_parties(printer, row);
}

/* ---- ports */

static void print_holder(struct printer *printer,
			 const struct ni_scan_holder *holder)
{
	struct ni_arena *arena = printer->arena;

	print_line(printer, "    ", holder->is_leak ? RED : "",
		   ni_arena_format(arena, "%s as fd %d%s: %s%s",
				   name_of(arena, &holder->party),
				   holder->party.fd,
				   others_of(arena, holder->count),
				   facts_of(arena, &holder->party),
				   holder->is_leak ? "; it leaked there" : ""));
}

static void print_asked(struct printer *printer,
			const struct ni_scan_asked *asked)
{
	struct ni_arena *arena = printer->arena;
	const char *socket = ni_what_text(arena, &asked->what);

	if (asked->holder_count)
		print_line(printer, "", "",
			   ni_arena_format(arena, "%s is held by", socket));
	else
		print_line(printer, "", "",
			   ni_arena_format(arena, "%s is held by no process that may be read; %s made it",
					   socket, asked->user));
	for (size_t i = 0; i < asked->holder_count; i++)
		print_holder(printer, &asked->holders[i]);
}

static void print_ports(struct printer *printer,
			const struct ni_scan_report *report)
{
	for (size_t i = 0; i < report->asked_count; i++)
		print_asked(printer, &report->asked[i]);
	if (report->port_count && !report->asked_count)
		print_line(printer, "", "",
			   report->port_count == 1 ?
				   "nobody has that port" :
				   "nobody has any of these ports");
}

/* ---- the count */

static void print_counts(struct printer *printer,
			 const struct ni_scan_report *report)
{
	size_t orphans = ni_scan_count_orphans(report);
	const char *comma = " ";

	for (size_t i = 0; i < NI_SCAN_KINDS; i++) {
		enum ni_kind kind = ni_scan_kinds[i];
		size_t count = ni_scan_count(report, kind);

		if (!count && kind != NI_KIND_LEAK)
			continue;
		fprintf(printer->out, "%s%zu %s", comma, count, count == 1 ?
			ni_kinds[kind].name : ni_kinds[kind].plural);
		if (kind == NI_KIND_LEAK && orphans)
			fprintf(printer->out, " (%zu of a program that is gone)",
				orphans);
		comma = ", ";
	}
}

static void print_summary(struct printer *printer,
			  const struct ni_scan_report *report)
{
	FILE *out = printer->out;

	fputs("SUMMARY:", out);
	print_counts(printer, report);
	fprintf(out, "; %zu processes seen", report->seen);
	if (report->vanished)
		fprintf(out, ", %zu vanished meanwhile", report->vanished);
	if (report->denied)
		fprintf(out, ", %zu may not be read (root may)",
			report->denied);
	if (report->is_hidden)
		fputs(", those of other users are hidden (root sees them)", out);
	putc('\n', out);
}

void ni_scan_print_text(struct ni_scan_report *report, FILE *out,
			bool is_coloured)
{
	struct printer printer = { &report->arena, out, is_coloured };

	print_ports(&printer, report);
	for (size_t i = 0; i < report->row_count; i++)
		print_row(&printer, report, &report->rows[i]);
	print_summary(&printer, report);
}
