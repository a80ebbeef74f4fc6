/*
 * fingerprint.c - what makes a finding the same in two runs.
 */
#include "cli/report/fingerprint.h"

#include "cli/base_name.h"
#include "cli/report/place.h"

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return (hash ^ '\n') * 0x100000001b3;
}

static uint64_t mix_stack(uint64_t hash, const struct ni_stack *stack)
{
	for (size_t i = 0; stack && i < stack->depth; i++) {
		const struct ni_frame *frame = &stack->frames[i];

		hash = mix(hash, frame->function ? frame->function :
					ni_place_module_name(frame));
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

void ni_fingerprints_fill(struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		report->findings[i].fingerprint =
			fingerprint_of(&report->findings[i]);
}
