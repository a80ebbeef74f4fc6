/*
 * trace_writer.c - claims cells by one addition, publishes by one store, and
 * finds equal records by an index without locks.
 */
#include "audit/trace_writer.h"

#include <string.h>

#include "audit/recorder.h"
#include "audit/trace_file.h"

/* How many neighbours of an entry a search looks at before it gives up, in each
 * part of the index. */
enum { PROBES = 16 };

/* ---- records ------------------------------------------------------------- */

uint32_t ni_trace_ref(const void *record)
{
	struct ni_trace_header *trace = ni_recorder.trace;

	return record ? (uint32_t)(((const char *)record - (char *)trace -
				    trace->cells_offset) / NI_TRACE_CELL_SIZE)
		      : 0;
}

void ni_trace_drop(enum ni_trace_dropped what, uint32_t count)
{
	__atomic_fetch_add(&ni_recorder.trace->dropped[what], count,
			   __ATOMIC_RELAXED);
}

static uint32_t cells_ready(void)
{
	return __atomic_load_n(&ni_recorder.trace->cells_ready,
			       __ATOMIC_ACQUIRE);
}

/* How far the file may be filled by records of this importance. */
static uint32_t limit(enum ni_room room)
{
	const struct ni_trace_header *trace = ni_recorder.trace;
	uint32_t count = trace->flags & NI_TRACE_DISK_FULL ? cells_ready() :
							     trace->cells_count;

	switch (room) {
	case NI_ROOM_EVENT: return count / 8 * 5;
	case NI_ROOM_SITE: return count / 8 * 7;
	default: return count;
	}
}

bool ni_trace_is_roomy(void)
{
	return ni_recorder.trace->cells_used < limit(NI_ROOM_EVENT);
}

static void *refuse(enum ni_trace_dropped dropped)
{
	struct ni_trace_header *trace = ni_recorder.trace;

	if (!(trace->flags & NI_TRACE_DISK_FULL))
		__atomic_fetch_or(&trace->flags, NI_TRACE_FULL,
				  __ATOMIC_RELAXED);
	ni_trace_drop(dropped, 1);
	return NULL;
}

void *ni_trace_claim(enum ni_trace_kind kind, size_t size, uint32_t key,
		     enum ni_room room, enum ni_trace_dropped dropped)
{
	uint32_t *used = &ni_recorder.trace->cells_used;
	uint32_t first = __atomic_load_n(used, __ATOMIC_RELAXED);
	uint32_t cells = (uint32_t)((size + NI_TRACE_CELL_SIZE - 1) /
				    NI_TRACE_CELL_SIZE);
	struct ni_trace_head head = {
		(uint16_t)cells, (uint8_t)kind, NI_STATE_CLAIMED, key
	};
	uint64_t word;
	void *record;

	do {
		if (cells > UINT16_MAX || first + cells > limit(room) ||
		    (first + cells > cells_ready() &&
		     !ni_trace_grow(first + cells)))
			return refuse(dropped);
	} while (!__atomic_compare_exchange_n(used, &first, first + cells, true,
					      __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	record = ni_trace_at(first);
	memcpy(&word, &head, sizeof(word));
	__atomic_store_n((uint64_t *)record, word, __ATOMIC_RELEASE);
	return record;
}

static void set_state(void *record, enum ni_trace_state state)
{
	struct ni_trace_head *head = record;

	__atomic_store_n(&head->state, (uint8_t)state, __ATOMIC_RELEASE);
}

void ni_trace_publish(void *record)
{
	set_state(record, NI_STATE_PUBLISHED);
}

void ni_trace_void(void *record)
{
	set_state(record, NI_STATE_VOID);
}

static uint32_t cells_of(uint32_t ref)
{
	const struct ni_trace_head *head = ni_trace_at(ref);

	return head && head->cells ? head->cells : 1;
}

const void *ni_trace_next(const void *record)
{
	const struct ni_trace_header *trace = ni_recorder.trace;
	uint32_t end = __atomic_load_n(&trace->cells_used, __ATOMIC_RELAXED);
	uint32_t ref = record ? ni_trace_ref(record) : 0;

	for (ref = ref ? ref + cells_of(ref) : 1; ref < end;
	     ref += cells_of(ref)) {
		const struct ni_trace_head *head = ni_trace_at(ref);

		if (head && __atomic_load_n(&head->state, __ATOMIC_ACQUIRE) ==
			    NI_STATE_PUBLISHED)
			return head;
	}
	return NULL;
}

/* ---- the index ----------------------------------------------------------- */

/* The first part is one page, enough for a small program; the second gets its
 * blocks when there is no entry for a key in the first. */
static uint32_t *entry(uint32_t key, unsigned probe)
{
	struct ni_trace_header *trace = ni_recorder.trace;
	uint32_t offset = trace->index_offset, count = trace->index_count;

	if (probe >= PROBES) {
		offset = trace->index_more_offset;
		count = __atomic_load_n(&trace->index_more_count,
					__ATOMIC_ACQUIRE);
		if (!count)
			return NULL;
		key /= trace->index_count;
	}
	return (uint32_t *)((char *)trace + offset) + (key + probe) % count;
}

static void *match(uint32_t ref, enum ni_trace_kind kind, uint32_t key,
		   ni_trace_same *same, const void *wanted)
{
	struct ni_trace_head *head = ni_trace_at(ref);

	if (head->key != key || head->kind != kind ||
	    __atomic_load_n(&head->state, __ATOMIC_ACQUIRE) !=
		    NI_STATE_PUBLISHED)
		return NULL;
	return same(head, wanted) ? head : NULL;
}

void *ni_trace_seek(enum ni_trace_kind kind, uint32_t key, ni_trace_same *same,
		    const void *wanted)
{
	for (unsigned probe = 0; probe < 2 * PROBES; probe++) {
		uint32_t *at = entry(key, probe);
		uint32_t ref = at ? __atomic_load_n(at, __ATOMIC_ACQUIRE) : 0;
		void *found;

		if (!ref)
			return NULL;
		found = match(ref, kind, key, same, wanted);
		if (found)
			return found;
	}
	return NULL;
}

void *ni_trace_enter(void *record, ni_trace_same *same, const void *wanted)
{
	struct ni_trace_head *head = record;
	uint32_t own = ni_trace_ref(record);

	ni_trace_publish(record);
	for (unsigned probe = 0; probe < 2 * PROBES; probe++) {
		uint32_t *at, ref = 0;
		void *found;

		if (probe == PROBES)
			ni_trace_grow_index();
		at = entry(head->key, probe);
		if (!at || __atomic_compare_exchange_n(at, &ref, own, false,
						       __ATOMIC_ACQ_REL,
						       __ATOMIC_ACQUIRE))
			return record;
		found = match(ref, head->kind, head->key, same, wanted);
		if (found) {
			ni_trace_void(record);
			return found;
		}
	}
	/* No entry is free: this record stays, and the next equal one will not
	 * find it. */
	return record;
}
