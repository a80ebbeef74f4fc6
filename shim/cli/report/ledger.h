/*
 * ledger.h - from the traces of a tree of programs to findings.
 *
 * Pure: reads no file, prints nothing, and the same traces give the same
 * findings. Joins the programs by pid, number and inode, and decides what is a
 * finding and of which kind.
 */
#ifndef NI_CLI_LEDGER_H
#define NI_CLI_LEDGER_H

#include "cli/report/report.h"
#include "cli/report/trace_reader.h"

/*
 * Fills programs, findings, flows and losses of the report. Frames, fixes and
 * suppressions are added later; findings come in no particular order.
 */
void ni_ledger_fill(struct ni_report *report, const struct ni_trace *traces,
		    size_t count);

#endif
