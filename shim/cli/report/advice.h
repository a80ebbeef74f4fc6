/*
 * advice.h - what to change, and where: the fix and the note of each finding.
 */
#ifndef NI_CLI_ADVICE_H
#define NI_CLI_ADVICE_H

#include "cli/report/report.h"

/* After the stacks got their frames. */
void ni_advice_add(struct ni_report *report);

#endif
