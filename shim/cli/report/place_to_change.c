/*
 * place_to_change.c - where a finding is mended: where the descriptor was
 * created, or where it was treated wrongly, as the table of kinds says.
 */
#include "cli/report/place_to_change.h"

#include "cli/report/kinds.h"
#include "cli/report/place.h"

const struct ni_stack *ni_place_to_change(const struct ni_finding *finding)
{
	if (ni_kinds[finding->kind].is_mended_at || !finding->created)
		return finding->at;
	return finding->created;
}

const struct ni_frame *ni_place_of(const struct ni_finding *finding)
{
	return ni_place_culprit(ni_place_to_change(finding));
}
