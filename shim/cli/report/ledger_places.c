/*
 * ledger_places.c - modules and stacks, the same ones in every trace.
 *
 * Addresses differ from run to run; module and offset do not. So one stack of
 * a program that ran a thousand times is one stack.
 */
#include "cli/report/ledger_parts.h"

#include <stdlib.h>
#include <string.h>

/* A module's number may be any that a frame can hold. */
#define MODULES_MAX 65536

static struct ni_module *new_module(struct ledger *ledger,
				    const struct ni_trace_module *record)
{
	const char *tail = (const char *)(record + 1);
	struct ni_module *module = ni_arena_take(ledger->arena,
						 sizeof(*module));

	module->build_id_size = record->build_id_size;
	module->build_id = (const void *)ni_arena_copy(ledger->arena, tail,
						       record->build_id_size);
	module->path = ni_arena_copy(ledger->arena,
				     tail + record->build_id_size,
				     record->path_size);
	return module;
}

static const struct ni_module *find_module(struct ledger *ledger,
					   const struct ni_trace_module *record)
{
	/* The tail and the size before it tell two modules apart. */
	size_t size = (size_t)record->build_id_size + record->path_size;
	char *key = ni_arena_take(ledger->arena, size + 1);
	struct ni_module **row;
	uint32_t number;

	key[0] = (char)record->build_id_size;
	memcpy(key + 1, record + 1, size);
	number = ni_distinct_number(&ledger->modules, key, size + 1);
	if (number < ledger->module_rows_count)
		return ledger->module_rows[number];
	row = ni_array_push(&ledger->module_rows, &ledger->module_rows_count,
			    &ledger->module_rows_room, sizeof(*row));
	*row = new_module(ledger, record);
	return *row;
}

static uint32_t highest_module(const struct ni_trace *trace)
{
	uint32_t highest = 0;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct ni_trace_module *module = trace->records[i].bytes;

		if (trace->records[i].kind == NI_RECORD_MODULE &&
		    module->number > highest && module->number < MODULES_MAX)
			highest = module->number;
	}
	return highest;
}

static void read_module(struct ledger *ledger, struct image *image,
			const struct ni_trace_module *module)
{
	if (module->number < image->module_count)
		image->modules[module->number] = find_module(ledger, module);
}

static void read_sample(struct image *image,
			const struct ni_trace_sample *sample)
{
	if (ni_places_site(image, sample->site))
		image->samples[image->trace->by_ref[sample->site] - 1] =
			&sample->what;
}

void ni_places_read(struct ledger *ledger, struct image *image)
{
	const struct ni_trace *trace = image->trace;

	image->runtime = ni_arena_take(ledger->arena, sizeof(*image->runtime));
	*image->runtime = (struct ni_runtime){ trace->header.pid,
					       trace->header.start_ns };
	image->module_count = highest_module(trace) + 1;
	image->modules = ni_arena_array(ledger->arena, image->module_count,
					sizeof(const struct ni_module *));
	image->stacks = ni_arena_array(ledger->arena, trace->record_count,
				       sizeof(const struct ni_stack *));
	image->samples = ni_arena_array(ledger->arena, trace->record_count,
					sizeof(const struct ni_trace_what *));
	for (size_t i = 0; i < trace->record_count; i++) {
		if (trace->records[i].kind == NI_RECORD_MODULE)
			read_module(ledger, image, trace->records[i].bytes);
		else if (trace->records[i].kind == NI_RECORD_SAMPLE)
			read_sample(image, trace->records[i].bytes);
	}
}

static struct ni_location location_of(const struct image *image,
				      uint64_t frame)
{
	uint32_t number = NI_FRAME_MODULE(frame);
	struct ni_location location = { .offset = frame };

	if (!number) {
		location.runtime = image->runtime;
		return location;
	}
	location.offset = NI_FRAME_ADDRESS(frame);
	if (number < image->module_count)
		location.module = image->modules[number];
	return location;
}

static const struct ni_stack *new_stack(struct ledger *ledger,
					const struct image *image,
					const struct ni_trace_site *site)
{
	const uint64_t *frames = (const void *)(site + 1);
	struct ni_location *locations;
	struct ni_stack **row;
	uint32_t number;
	size_t size;

	locations = ni_arena_array(ledger->arena, site->depth,
				   sizeof(*locations));
	for (size_t i = 0; i < site->depth; i++)
		locations[i] = location_of(image, frames[i]);
	number = ni_distinct_number(&ledger->stacks, locations,
				    site->depth * sizeof(*locations));
	if (number < ledger->stack_rows_count)
		return ledger->stack_rows[number];
	row = ni_array_push(&ledger->stack_rows, &ledger->stack_rows_count,
			    &ledger->stack_rows_room, sizeof(*row));
	*row = ni_arena_take(ledger->arena, sizeof(**row));
	(*row)->locations = ni_distinct_bytes(&ledger->stacks, number, &size);
	(*row)->count = size / sizeof(*locations);
	(*row)->is_cut = (site->flags & (NI_SITE_CUT | NI_SITE_BROKEN)) != 0;
	(*row)->is_of_signal = (site->flags & NI_SITE_SIGNAL) != 0;
	return *row;
}

const struct ni_trace_site *ni_places_site(const struct image *image,
					   uint32_t ref)
{
	return ni_trace_find(image->trace, ref, NI_RECORD_SITE);
}

const struct ni_stack *ni_places_stack(struct ledger *ledger,
				       struct image *image, uint32_t ref)
{
	const struct ni_trace_site *site = ni_places_site(image, ref);
	const struct ni_stack **stack;

	if (!site || !site->depth)
		return NULL;
	stack = &image->stacks[image->trace->by_ref[ref] - 1];
	if (!*stack)
		*stack = new_stack(ledger, image, site);
	return *stack;
}

const struct ni_trace_what *ni_places_sample(const struct image *image,
					     uint32_t ref)
{
	if (!ni_places_site(image, ref))
		return NULL;
	return image->samples[image->trace->by_ref[ref] - 1];
}

const char *ni_places_call(const struct ni_trace_site *site)
{
	return site ? ni_trace_call_name(site->call) : NULL;
}
