/*
 * printers.h - a report in the formats that people and programs read.
 *
 * Printers decide nothing: the report says what is a finding, what is chosen
 * and what is suppressed. Write errors stay in the stream.
 */
#ifndef NI_CLI_PRINTERS_H
#define NI_CLI_PRINTERS_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/report/report.h"

/* For people; with colour on a terminal that has it. */
void ni_print_text(struct ni_report *report, FILE *out);

/* "noinherit-report/1". */
void ni_print_json(struct ni_report *report, FILE *out);

/* SARIF 2.1.0. */
void ni_print_sarif(struct ni_report *report, FILE *out);

/* One page that needs no other file. */
void ni_print_html(struct ni_report *report, FILE *out);

/* The suppressions for what is left. */
void ni_print_suppressions(struct ni_report *report, FILE *out);

/* "php -S 127.0.0.1:80 'a b'": quoted where a shell would need it, at most
 * about size characters. */
const char *ni_command_text(struct ni_arena *arena, const char *const *argv,
			    size_t size);

/* "1 leak, 3 races in 2 processes; 2 places to change" */
const char *ni_summary_text(struct ni_report *report);

/* "1 leak", "3 races". */
const char *ni_count_text(struct ni_arena *arena, enum ni_kind kind,
			  uint64_t count);

#endif
