/*
 * scan_request.h - what a scan was asked: its options and operands.
 */
#ifndef NI_CLI_SCAN_REQUEST_H
#define NI_CLI_SCAN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cli/report/report_options.h"

enum ni_scan_format {
	NI_SCAN_TEXT,
	NI_SCAN_JSON,
	NI_SCAN_PROMETHEUS
};

/* Starts as all zero. */
struct ni_scan_request {
	struct ni_report_options options;	/* of kinds and status */
	enum ni_scan_format format;
	const char *output;		/* NULL: standard output */
	bool is_help;
	pid_t *pids;
	size_t pid_count;
	unsigned *ports;
	size_t port_count;
};

/*
 * Both return 0, or NI_EXIT_TROUBLE after a line. Options are read first: the
 * operands are the words from optind on, and those that name a process are
 * looked for under proc, an open directory, /proc.
 */
int ni_scan_request_options(struct ni_scan_request *request, int argc,
			    char **argv);
int ni_scan_request_operands(struct ni_scan_request *request, int proc,
			     char **words, int count);

void ni_scan_request_free(struct ni_scan_request *request);

#endif
