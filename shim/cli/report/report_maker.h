/*
 * report_maker.h - from a recording to a printed report: the steps in order.
 */
#ifndef NI_CLI_REPORT_MAKER_H
#define NI_CLI_REPORT_MAKER_H

#include <stdio.h>

#include "cli/report/report.h"
#include "cli/report/report_options.h"

/* All that a report needs besides the recording, read before it is made: a
 * typo is found before a long run, not after it. */
struct ni_report_maker;

/*
 * Opens the output and reads suppressions and baseline. Returns 0, or the exit
 * status after a line on standard error. fallback is where the report goes if
 * no output file was named.
 */
int ni_report_maker_open(struct ni_report_maker **maker, const char *verb,
			 const struct ni_report_options *options,
			 FILE *fallback);

/* The command was run, but cannot have left a trace: what it started may have. */
void ni_report_maker_miss_command(struct ni_report_maker *maker);

/*
 * A survivor may execute another program while the recording is read: begins()
 * is asked for each process that left no trace, and where it says that there is
 * one by now, the recording is read again.
 */
typedef bool ni_report_begins(pid_t pid, const char *old_trace, void *context);

void ni_report_maker_ask(struct ni_report_maker *maker,
			 ni_report_begins *begins, void *context);

/*
 * Reads the recording in directory and prints its report. Returns 0, the status
 * of --error-exitcode if something counts, or another exit status after a line.
 * Where there is no trace at all the report is empty and says so if command
 * (what should have left one; ends with NULL) is given, else that is an error.
 */
int ni_report_maker_run(struct ni_report_maker *maker, const char *directory,
			const char *const *command);

/*
 * Prints what is open now; of one process where pid is not 0. Returns 0 or the
 * exit status after a line; *running is how many of the processes run.
 */
int ni_report_maker_open_now(struct ni_report_maker *maker,
			     const char *directory, pid_t pid,
			     size_t *running);

void ni_report_maker_close(struct ni_report_maker *maker);

#endif
