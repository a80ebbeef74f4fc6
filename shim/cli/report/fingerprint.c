/*
 * fingerprint.c - what makes a finding the same in two runs.
 */
#include "cli/report/fingerprint.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/kinds.h"
#include "cli/report/place.h"
#include "common/base_name.h"
#include "cli/report/place_to_change.h"

static uint64_t mix_part(uint64_t hash, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
	return (hash ^ '\n') * 0x100000001b3;
}

static uint64_t mix(uint64_t hash, const char *text)
{
	return mix_part(hash, text, text ? strlen(text) : 0);
}

/* The function of a script is named with its line and column, which change with
 * every line above: "JS:connect server.js:3:9". */
static size_t stable_length(const struct ni_frame *frame)
{
	size_t length = strlen(frame->function);

	while (frame->location->runtime && length &&
	       (isdigit((unsigned char)frame->function[length - 1]) ||
		frame->function[length - 1] == ':'))
		length--;
	return length;
}

static uint64_t mix_stack(uint64_t hash, const struct ni_stack *stack)
{
	for (size_t i = 0; stack && i < stack->depth; i++) {
		const struct ni_frame *frame = &stack->frames[i];

		hash = frame->function ?
			mix_part(hash, frame->function, stable_length(frame)) :
			mix(hash, ni_place_module_name(frame));
	}
	return mix(hash, "");
}

static uint64_t fingerprint_of(const struct ni_finding *finding)
{
	uint64_t hash = mix(0xcbf29ce484222325, ni_kinds[finding->kind].name);

	hash = mix(hash, finding->call);
	hash = mix(hash, finding->what.type);
	hash = mix(hash, ni_base_name(finding->program->exe));
	hash = mix(hash, finding->to ? ni_base_name(finding->to->exe) : "");
	hash = mix_stack(hash, finding->created);
	hash = mix_stack(hash, finding->at);
	return mix_stack(hash, finding->closed);
}

uint64_t ni_fingerprint_offset(const struct ni_finding *finding)
{
	const struct ni_frame *frame = ni_place_of(finding);

	return frame ? frame->location->offset : 0;
}

static int by_place(const void *a, const void *b)
{
	const struct ni_finding *left = *(struct ni_finding *const *)a;
	const struct ni_finding *right = *(struct ni_finding *const *)b;
	uint64_t one = ni_fingerprint_offset(left);
	uint64_t other = ni_fingerprint_offset(right);

	if (left->fingerprint != right->fingerprint)
		return left->fingerprint < right->fingerprint ? -1 : 1;
	return one < other ? -1 : one > other;
}

static bool is_same_place(const struct ni_finding *a, const struct ni_finding *b)
{
	return ni_fingerprint_offset(a) == ni_fingerprint_offset(b);
}

static void count_places(struct ni_report *report)
{
	size_t count = report->finding_count;
	struct ni_finding **rows = ni_arena_array(&report->arena, count,
						  sizeof(*rows));

	for (size_t i = 0; i < count; i++)
		rows[i] = &report->findings[i];
	qsort(rows, count, sizeof(*rows), by_place);
	for (size_t i = 0; i < count; i++) {
		rows[i]->ordinal = 1;
		if (i && rows[i]->fingerprint == rows[i - 1]->fingerprint)
			rows[i]->ordinal = rows[i - 1]->ordinal +
				!is_same_place(rows[i], rows[i - 1]);
	}
}

void ni_fingerprints_fill(struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		report->findings[i].fingerprint =
			fingerprint_of(&report->findings[i]);
	count_places(report);
}
