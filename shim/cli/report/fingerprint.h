/*
 * fingerprint.h - what makes a finding the same in two runs.
 */
#ifndef NI_CLI_FINGERPRINT_H
#define NI_CLI_FINGERPRINT_H

#include "cli/report/report.h"

/*
 * Fills the fingerprints, once the stacks have their frames. They depend on
 * names of functions and programs, not on pids, numbers or lines. Places that
 * differ only in where they lie in a function, or in a program without names,
 * are told apart by their order.
 */
void ni_fingerprints_fill(struct ni_report *report);

/* The place to fix, as an address in the file of its module; 0: not known. */
uint64_t ni_fingerprint_offset(const struct ni_finding *finding);

#endif
