/*
 * unclosed.c - what the table still holds when exit runs, by creator.
 */
#include "audit/unclosed.h"

#include <string.h>

#include "audit/clock.h"
#include "audit/slots.h"
#include "audit/hash.h"
#include "audit/kernel.h"
#include "audit/open_counts.h"
#include "audit/trace_writer.h"
#include "audit/vfork.h"

static bool is_same(const void *record, const void *data)
{
	const struct ni_trace_unclosed *known = record;

	return known->created == *(const uint32_t *)data;
}

static struct ni_trace_unclosed *
enter(uint32_t created, const struct ni_description *description, uint32_t key)
{
	struct ni_trace_unclosed *record;

	record = ni_trace_claim(NI_RECORD_UNCLOSED,
				sizeof(*record) + description->size, key,
				NI_ROOM_FINDING, NI_DROPPED_FINDINGS);
	if (!record)
		return NULL;
	record->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	record->created = created;
	record->pid = ni_kernel_pid();
	record->what = description->what;
	memcpy(record + 1, description->bytes, description->size);
	return ni_trace_enter(record, is_same, &created);
}

static void note(int fd, uint32_t created)
{
	uint32_t key = ni_hash_end(ni_hash_word(NI_HASH_START, created));
	struct ni_trace_unclosed *record;
	struct ni_description description;

	record = ni_trace_seek(NI_RECORD_UNCLOSED, key, is_same, &created);
	if (!record) {
		ni_kernel_describe(fd, &description);
		record = enter(created, &description, key);
	}
	if (record)
		ni_trace_count(&record->count);
}

/* Does the kernel still have it, as the type that it was created as? */
static bool is_still_there(int fd, const struct ni_slot *slot)
{
	return ni_kernel_is_open(fd) &&
	       ni_kernel_types_agree(slot->type, ni_kernel_type(fd));
}

static uint32_t note_all(bool is_own_process)
{
	const int highest = ni_slots_highest();
	uint32_t open = 0;

	for (int fd = 3; fd <= highest; fd = ni_slots_next(fd + 1)) {
		struct ni_slot slot = ni_slots_get(fd);

		if (!(slot.state & NI_SLOT_OPEN) || !slot.created ||
		    !is_still_there(fd, &slot))
			continue;
		open++;
		if (is_own_process &&
		    slot.generation == ni_recorder.generation)
			note(fd, slot.created);
	}
	return open;
}

void ni_unclosed_at_exit(void *unused)
{
	struct ni_trace_exit *record;
	uint32_t pid, open;

	(void)unused;
	if (!ni_is_active() || ni_is_vforked())
		return;
	pid = ni_kernel_pid();
	record = ni_trace_claim(NI_RECORD_EXIT, sizeof(*record), 0,
				NI_ROOM_EVENT, NI_DROPPED_FORKS);
	if (record) {
		record->pid = pid;
		record->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	}
	/* A child made by a raw clone() is not known to be one: what it created
	 * itself cannot be told from the rest of its table. */
	open = note_all(pid == ni_recorder.pid);
	if (record) {
		record->open = open;
		ni_trace_publish(record);
	}
	ni_open_counts_end();
}
