/*
 * fuzz_suppressions.c - any text as a file of suppressions, on a small report.
 *
 * If a text is rejected, the message must name one of its lines, and no rule may
 * have been added.
 *
 * Links with: shim/cli/report/advice.c shim/cli/report/arena.c shim/cli/report/kinds.c shim/cli/message.c shim/cli/report/place.c shim/cli/report/shell.c shim/common/same_program.c shim/cli/printable.c shim/cli/report/suppression_parser.c shim/cli/report/suppression_writer.c shim/cli/report/suppressions.c shim/cli/report/trace_reader.c shim/cli/report/what.c shim/common/names.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/suppressions.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct ni_module module = { .path = "/usr/bin/server" };
static const struct ni_location locations[] = {
	{ .module = &module, .offset = 0x1234 }, { .module = &module },
};
static const struct ni_frame frames[] = {
	{ .function = "open_listener", .file = "/src/srv.c", .line = 88,
	  .location = &locations[0] },
	{ .location = &locations[1] },
};
static const struct ni_stack stack = { .frames = frames, .depth = 2 };
static const struct ni_program program = { .exe = "/usr/bin/server" };

static unsigned count_lines(const uint8_t *bytes, size_t size)
{
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += bytes[i] == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ni_finding findings[] = {
		{ .kind = NI_KIND_LEAK, .program = &program, .to = &program,
		  .created = &stack, .at = &stack, .text = "pipe",
		  .what.type = "pipe" },
		{ .kind = NI_KIND_ARRIVED, .program = &program,
		  .text = "file", .what.type = "file" },
	};
	struct ni_report report = {
		.findings = findings, .finding_count = 2,
		.kinds = NI_KINDS_ALL, .source_root = "/src",
	};
	struct ni_suppressions rules = { .arena = &report.arena };
	struct ni_suppressions_error error = { 0 };

	if (ni_suppressions_parse(&rules, (const char *)bytes, size, "fuzz",
				  &error) < 0) {
		if (rules.count || !error.what || !error.line ||
		    error.line > count_lines(bytes, size))
			abort();
	} else {
		ni_suppressions_apply(&rules, &report);
		if (report.unused_suppression_count > rules.count)
			abort();
	}
	ni_suppressions_free(&rules);
	ni_arena_free(&report.arena);
	return 0;
}
