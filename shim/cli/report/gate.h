/*
 * gate.h - what an exit status may say of a report: --error-exitcode.
 */
#ifndef NI_CLI_GATE_H
#define NI_CLI_GATE_H

#include "cli/report/report.h"

/* How many findings count. kinds: those of --kinds; 0: as the kinds say. */
size_t ni_gate_count(const struct ni_report *report, unsigned kinds);

/*
 * What is missing in the recording, so that nothing can be said of the whole,
 * in one line; NULL where it is whole.
 */
const char *ni_gate_missing(struct ni_report *report);

#endif
