/*
 * open_now.h - who has which descriptors open, now: report --open.
 */
#ifndef NI_CLI_OPEN_NOW_H
#define NI_CLI_OPEN_NOW_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/report/report.h"

/*
 * The directory with the trace that the process has mapped. 0, -ENODATA where
 * it has none, -ESTALE where that was removed, or another negative errno.
 */
int ni_open_find(pid_t pid, char directory[PATH_MAX]);

/*
 * Asks the kernel about the processes of the report: whether they run, how many
 * descriptors they have. Those that do not run any more stay. Returns how many
 * run.
 */
size_t ni_open_look(struct ni_report *report);

/* Only this process is wanted. */
void ni_open_choose(struct ni_report *report, pid_t pid);

void ni_print_open_text(struct ni_report *report, FILE *out);

/* "noinherit-open/1". */
void ni_print_open_json(struct ni_report *report, FILE *out);

#endif
