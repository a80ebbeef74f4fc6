/*
 * fingerprint.h - what makes a finding the same in two runs.
 */
#ifndef NI_CLI_FINGERPRINT_H
#define NI_CLI_FINGERPRINT_H

#include "cli/report/report.h"

/*
 * Fills the fingerprints, once the stacks have their frames. They depend on
 * names of functions and programs, not on pids, numbers or lines.
 */
void ni_fingerprints_fill(struct ni_report *report);

#endif
