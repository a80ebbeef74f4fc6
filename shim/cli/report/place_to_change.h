/*
 * place_to_change.h - where a finding is mended.
 */
#ifndef NI_CLI_PLACE_TO_CHANGE_H
#define NI_CLI_PLACE_TO_CHANGE_H

#include "cli/report/report.h"

/* The stack that the fix is about; NULL where nothing was seen. */
const struct ni_stack *ni_place_to_change(const struct ni_finding *finding);

/* The frame that the fix is about; NULL where nothing was seen. */
const struct ni_frame *ni_place_of(const struct ni_finding *finding);

#endif
