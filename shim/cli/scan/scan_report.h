/*
 * scan_report.h - what `noinherit scan` says: everything that printers need.
 */
#ifndef NI_CLI_SCAN_REPORT_H
#define NI_CLI_SCAN_REPORT_H

#include "cli/report/report.h"
#include "cli/scan/scan_findings.h"

/* A process that holds the socket, by one of its numbers. */
struct ni_scan_party {
	pid_t pid;
	int fd;
	const char *exe;	/* its path; its name where that cannot be read */
	const char *const *argv;	/* ends with NULL */
};

struct ni_scan_row {
	enum ni_kind kind;
	size_t count;		/* processes of the holder's program */
	struct ni_what what;
	struct ni_scan_party owner, holder;	/* inheritable: the same */
	const char *note;	/* or NULL */
};

struct ni_scan_report {
	struct ni_arena arena;
	struct ni_scan_row *rows;
	size_t row_count;
	size_t seen, vanished, denied;
};

/*
 * Looks up what the findings of the chosen kinds need to be told: addresses,
 * programs, arguments. proc is an open directory, /proc.
 */
void ni_scan_report_build(struct ni_scan_report *report, int proc,
			  const struct ni_snapshot *snapshot,
			  const struct ni_scan_finding *findings, size_t count);

void ni_scan_report_free(struct ni_scan_report *report);

/* The kinds that a scan can find, in the order in which they are counted. */
enum { NI_SCAN_KINDS = 3 };
extern const enum ni_kind ni_scan_kinds[NI_SCAN_KINDS];

size_t ni_scan_count(const struct ni_scan_report *report, enum ni_kind kind);

/* Both print to standard output. */
void ni_scan_print_text(struct ni_scan_report *report);
void ni_scan_print_json(struct ni_scan_report *report);

#endif
