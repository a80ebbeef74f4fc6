/*
 * print_suppressions.c - the rules that would suppress what is left, each once.
 */
#include "cli/report/order.h"
#include "cli/report/printers.h"
#include "cli/report/suppressions.h"

void ni_print_suppressions(struct ni_report *report, FILE *out)
{
	struct ni_distinct seen = { .arena = &report->arena };

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct ni_finding *finding = &report->findings[i];
		size_t before = seen.count;
		const char *block;

		if (!ni_is_left(report, finding))
			continue;
		block = ni_suppressions_block(report, finding);
		ni_distinct_text(&seen, block);
		if (seen.count > before)
			fputs(block, out);
	}
	ni_distinct_free(&seen);
}
