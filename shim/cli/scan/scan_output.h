/*
 * scan_output.h - where a scan is written to.
 */
#ifndef NI_CLI_SCAN_OUTPUT_H
#define NI_CLI_SCAN_OUTPUT_H

#include <stdio.h>

struct ni_scan_output {
	FILE *file;
	const char *path;	/* NULL: standard output */
	char *unfinished;	/* what becomes path in the end; NULL: none */
};

/*
 * path is NULL or "-" for standard output. What exists and is not a file, as a
 * pipe or a device, is written to directly; a file appears as a whole when
 * the output is closed: a collector may read it at any moment. Returns 0, or
 * NI_EXIT_TROUBLE after a line.
 */
int ni_scan_output_open(struct ni_scan_output *output, const char *path);

/* Returns status, or NI_EXIT_TROUBLE where something could not be written. */
int ni_scan_output_close(struct ni_scan_output *output, int status);

#endif
