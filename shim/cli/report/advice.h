/*
 * advice.h - what to change, and where: the fix and the note of a finding, for
 * the rows of kinds.c.
 */
#ifndef NI_CLI_ADVICE_H
#define NI_CLI_ADVICE_H

#include "cli/report/report.h"

const char *ni_fix_inheritable(struct ni_report *report,
			       const struct ni_finding *finding);
const char *ni_fix_race(struct ni_report *report,
			const struct ni_finding *finding);
const char *ni_fix_double_close(struct ni_report *report,
				const struct ni_finding *finding);
const char *ni_fix_wrong_flag(struct ni_report *report,
			      const struct ni_finding *finding);
const char *ni_fix_unclosed(struct ni_report *report,
			    const struct ni_finding *finding);
const char *ni_fix_exhausted(struct ni_report *report,
			     const struct ni_finding *finding);
const char *ni_note_exhausted(struct ni_report *report,
			      const struct ni_finding *finding);
const char *ni_note_race(struct ni_report *report,
			 const struct ni_finding *finding);
const char *ni_note_unclosed(struct ni_report *report,
			     const struct ni_finding *finding);
const char *ni_note_wrong_flag(struct ni_report *report,
			       const struct ni_finding *finding);

#endif
