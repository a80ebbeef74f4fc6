/*
 * scan_report.h - what `noinherit scan` says: everything that printers need.
 */
#ifndef NI_CLI_SCAN_REPORT_H
#define NI_CLI_SCAN_REPORT_H

#include <stdio.h>

#include "cli/report/report.h"
#include "cli/scan/scan_findings.h"
#include "cli/scan/scan_names.h"
#include "cli/scan/scan_party.h"

struct ni_scan_row {
	enum ni_kind kind;
	bool is_orphan;		/* it has no owner any more */
	uint64_t inode;
	size_t count;		/* processes of the holder's program */
	struct ni_what what;
	/* Who else has it; where nobody has, and for an orphan, both are the
	 * same. */
	struct ni_scan_party owner, holder;
	const char *note;	/* or NULL */
};

/* A program that holds a socket on a port that was asked for. */
struct ni_scan_holder {
	struct ni_scan_party party;	/* its oldest process */
	size_t count;			/* its processes with that socket */
	bool is_leak;			/* it should not have it */
};

/* Such a socket. */
struct ni_scan_asked {
	struct ni_what what;
	const struct ni_scan_holder *holders;
	size_t holder_count;	/* 0: of a process that may not be read */
	const char *user;	/* who made it, then */
};

struct ni_scan_report {
	struct ni_arena arena;
	struct ni_scan_row *rows;
	size_t row_count;
	struct ni_scan_asked *asked;
	size_t asked_count;
	const unsigned *ports;	/* that were asked for */
	size_t port_count;
	size_t seen, vanished, denied;
	bool is_hidden;		/* /proc shows this user only his own */
};

/*
 * Looks up what the findings of the chosen kinds need to be told: addresses,
 * programs, arguments; and who holds the ports that names was asked for. proc
 * is an open directory, /proc. The ports live as long as the report.
 */
void ni_scan_report_build(struct ni_scan_report *report, int proc,
			  const struct ni_snapshot *snapshot,
			  const struct ni_scan_names *names,
			  const struct ni_scan_finding *findings, size_t count);

void ni_scan_report_free(struct ni_scan_report *report);

/* The kinds that a scan can find, in the order in which they are counted. */
enum { NI_SCAN_KINDS = 3 };
extern const enum ni_kind ni_scan_kinds[NI_SCAN_KINDS];

size_t ni_scan_count(const struct ni_scan_report *report, enum ni_kind kind);
size_t ni_scan_count_orphans(const struct ni_scan_report *report);

void ni_scan_print_text(struct ni_scan_report *report, FILE *out,
			bool is_coloured);
void ni_scan_print_json(struct ni_scan_report *report, FILE *out);
void ni_scan_print_prometheus(struct ni_scan_report *report, FILE *out);

#endif
