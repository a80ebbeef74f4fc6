/*
 * order.h - the order of findings, the same in every format and every run.
 */
#ifndef NI_CLI_ORDER_H
#define NI_CLI_ORDER_H

#include <stdbool.h>

#include "cli/report/report.h"

/*
 * Worst first; findings that one fix mends stand together, at the place of the
 * worst of them, and among those the ones with one creation stack. What is
 * suppressed comes last. Flows follow their findings. Fingerprints, fixes and
 * suppressions must have been filled.
 */
void ni_order_findings(struct ni_report *report);

/* Is it of a chosen kind, and to be fixed below the paths of --only? */
bool ni_is_chosen(const struct ni_report *report,
		 const struct ni_finding *finding);

/* Chosen, and neither suppressed nor stopped. */
bool ni_is_left(const struct ni_report *report,
	       const struct ni_finding *finding);

/* "error", "warning" or "note". */
const char *ni_severity(const struct ni_finding *finding);

/* How many findings of that kind are left. */
size_t ni_count_left(const struct ni_report *report, enum ni_kind kind);

#endif
