/*
 * json_report.h - the report as a JSON value, for the formats built on it.
 */
#ifndef NI_CLI_JSON_REPORT_H
#define NI_CLI_JSON_REPORT_H

#include <jansson.h>

#include "cli/report/report.h"

/* "noinherit-report/1"; the caller drops the reference. */
json_t *ni_json_report(struct ni_report *report);

/* Any bytes as a JSON string; null for NULL. */
json_t *ni_json_text(const char *text);

/* An array of frames, innermost first; empty for NULL. */
json_t *ni_json_stack(struct ni_arena *arena, const struct ni_stack *stack);

/* What a descriptor refers to. */
json_t *ni_json_what(const struct ni_what *what);

#endif
