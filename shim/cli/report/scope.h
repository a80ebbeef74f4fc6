/*
 * scope.h - whose code a finding is about: --only=PATH.
 */
#ifndef NI_CLI_SCOPE_H
#define NI_CLI_SCOPE_H

#include <stdbool.h>

#include "cli/report/report.h"

/*
 * Marks the findings that are to be fixed elsewhere than below report->only. A
 * place is a module; where that is an interpreter, or a part of one, it is the
 * script that it runs, and without a script the directory that it runs in.
 */
void ni_scope_apply(struct ni_report *report);

/* Is the program, or its script, below report->only? True where all are. */
bool ni_scope_has_program(const struct ni_report *report,
			  const struct ni_program *program);

/* Does anything that ran belong to it? */
bool ni_scope_has_any(const struct ni_report *report);

#endif
