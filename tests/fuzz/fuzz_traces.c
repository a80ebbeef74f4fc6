/*
 * fuzz_traces.c - any bytes as the traces of two programs: read, joined and
 * printed in every format, and as what is open now.
 *
 * Input: the size of the first trace (32 bits, little-endian), both traces.
 * Besides not crashing: the JSON can be read back, and the generated
 * suppressions match everything that they were generated for.
 *
 * Links with: shim/cli/report/advice.c shim/cli/report/arena.c shim/cli/report/command_text.c shim/cli/report/debug_package.c shim/cli/report/fingerprint.c shim/cli/report/report.c shim/cli/report/kinds.c shim/cli/report/ledger.c shim/cli/report/ledger_crossings.c shim/cli/report/ledger_exhausted.c shim/cli/report/ledger_groups.c shim/cli/report/ledger_losses.c shim/cli/report/ledger_open.c shim/cli/report/ledger_origins.c shim/cli/report/ledger_own.c shim/cli/report/ledger_places.c shim/cli/report/ledger_programs.c shim/cli/message.c shim/cli/report/order.c shim/cli/report/place.c shim/cli/report/shell.c shim/cli/report/page.S shim/cli/report/print_html.c shim/cli/report/print_json.c shim/cli/report/print_open.c shim/cli/report/print_sarif.c shim/cli/report/print_suppressions.c shim/cli/report/print_text.c shim/cli/printable.c shim/cli/report/suppression_parser.c shim/cli/report/suppression_writer.c shim/cli/report/suppressions.c shim/cli/report/text_findings.c shim/cli/report/text_file.c shim/cli/report/text_writer.c shim/cli/report/trace_reader.c shim/cli/report/what.c shim/common/names.c shim/common/same_program.c -ljansson
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/debug_package.h"
#include "cli/report/fingerprint.h"
#include "cli/report/kinds.h"
#include "cli/report/ledger.h"
#include "cli/report/open_now.h"
#include "cli/report/order.h"
#include "cli/report/printers.h"
#include "cli/report/suppressions.h"

/* What is installed here is no input; and to ask for it at each one takes a
 * thousand times as long as all else. */
void ni_debug_packages(struct ni_arena *arena,
		       const struct ni_module *const *modules,
		       const char **packages, size_t count)
{
	(void)arena;
	(void)modules;
	for (size_t i = 0; i < count; i++)
		packages[i] = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Files are not opened here: each location is its own frame. */
static void name_nothing(struct ni_report *report)
{
	for (size_t i = 0; i < report->stack_count; i++) {
		struct ni_stack *stack = report->stacks[i];
		struct ni_frame *frames = ni_arena_array(&report->arena,
							 stack->count,
							 sizeof(*frames));

		for (size_t j = 0; j < stack->count; j++)
			frames[j].location = &stack->locations[j];
		stack->frames = frames;
		stack->depth = stack->count;
	}
}

static char *printed(struct ni_report *report,
		     void (*print)(struct ni_report *, FILE *), size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	print(report, out);
	fclose(out);
	return text;
}

static void assert_json(struct ni_report *report,
			void (*print)(struct ni_report *, FILE *))
{
	size_t size;
	char *text = printed(report, print, &size);
	json_t *root = json_loadb(text, size, 0, NULL);

	if (!root)
		abort();
	json_decref(root);
	free(text);
}

static void assert_suppressions_fit(struct ni_report *report)
{
	struct ni_suppressions rules = { .arena = &report->arena };
	struct ni_suppressions_error error;
	size_t size;
	char *text = printed(report, ni_print_suppressions, &size);

	if (ni_suppressions_parse(&rules, text, size, "generated", &error) < 0)
		abort();
	ni_suppressions_apply(&rules, report);
	for (int kind = 0; kind < NI_KINDS; kind++)
		if (ni_count_left(report, kind))
			abort();
	ni_suppressions_free(&rules);
	free(text);
}

/* As if the kernel knew every second process, and of more descriptors or of
 * fewer than its trace does. */
static void print_open(struct ni_report *report)
{
	size_t size;

	for (size_t i = 0; i < report->open_count; i += 2) {
		struct ni_open_process *process = &report->open[i];

		process->is_running = true;
		process->standard_open = 3;
		process->kernel_open = (long)(process->start_ns % 100000);
		process->limit = (long)(process->start_ns % 3) * 512;
	}
	free(printed(report, ni_print_open_text, &size));
	assert_json(report, ni_print_open_json);
}

static void print_all(struct ni_report *report)
{
	size_t size;

	free(printed(report, ni_print_text, &size));
	free(printed(report, ni_print_html, &size));
	assert_json(report, ni_print_json);
	assert_json(report, ni_print_sarif);
	print_open(report);
	assert_suppressions_fit(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const command[] = { "command", NULL };
	struct ni_report report = {
		.command = command, .kinds = NI_KINDS_ALL,
	};
	struct ni_trace traces[2] = { { .name = "a" }, { .name = "b" } };
	size_t count = 0;
	uint32_t first;

	if (size < sizeof(first))
		return 0;
	memcpy(&first, bytes, sizeof(first));
	bytes += sizeof(first);
	size -= sizeof(first);
	if (first > size)
		first = (uint32_t)size;
	count += ni_trace_read(bytes, first, &report.arena,
			       &traces[count]) == 0;
	count += ni_trace_read(bytes + first, size - first, &report.arena,
			       &traces[count]) == 0;
	ni_ledger_fill(&report, traces, count);
	name_nothing(&report);
	ni_kinds_advise(&report);
	ni_fingerprints_fill(&report);
	ni_order_findings(&report);
	print_all(&report);
	ni_report_free(&report);
	return 0;
}
