/*
 * trace_writer.h - the mapped file: claiming cells, publishing records, and
 * the index by which an equal record is found again.
 *
 * Everything here may run in a signal handler, in a vfork child and in several
 * processes at once; a writer may die after any instruction.
 */
#ifndef NI_AUDIT_TRACE_WRITER_H
#define NI_AUDIT_TRACE_WRITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/recorder.h"
#include "audit/threads.h"
#include "common/trace.h"

/* Which records may still be written when the file gets full: findings
 * longest. */
enum ni_room { NI_ROOM_EVENT, NI_ROOM_SITE, NI_ROOM_FINDING };

/**
 * ni_trace_claim - take cells for a record of @size bytes
 * @dropped: what to count when there is no room
 *
 * Return: the record, its head in state CLAIMED, or NULL.
 */
void *ni_trace_claim(enum ni_trace_kind kind, size_t size, uint32_t key,
		     enum ni_room room, enum ni_trace_dropped dropped);

void ni_trace_publish(void *record);
void ni_trace_void(void *record);
void ni_trace_drop(enum ni_trace_dropped what, uint32_t count);

/* Is there still plenty of room? */
bool ni_trace_is_roomy(void);

/* Converts a ref to its record, and back; ref 0 is NULL. */
static inline void *ni_trace_at(uint32_t ref)
{
	struct ni_trace_header *trace = ni_recorder.trace;

	return ref ? (char *)trace + trace->cells_offset +
		     (size_t)ref * NI_TRACE_CELL_SIZE : NULL;
}

uint32_t ni_trace_ref(const void *record);

/* The published record after that one; NULL: the first, and none. */
const void *ni_trace_next(const void *record);

/* Is a published record the one described by @wanted? */
typedef bool ni_trace_same(const void *record, const void *wanted);

/**
 * ni_trace_seek - the published record of that kind and key, or NULL
 */
void *ni_trace_seek(enum ni_trace_kind kind, uint32_t key, ni_trace_same *same,
		    const void *wanted);

/**
 * ni_trace_enter - publish a filled record and make it findable
 *
 * Return: the record, or the equal one that somebody else entered first; ours
 * is void then.
 */
void *ni_trace_enter(void *record, ni_trace_same *same, const void *wanted);

/* As long as nobody else can be counting, no locked instruction is needed; but
 * a signal handler may count, so it is a single instruction even then. */
static inline void ni_trace_add(uint32_t *counter, uint32_t number,
				bool is_alone)
{
#if defined(__x86_64__)
	if (is_alone) {
		__asm__("addl %1, %0" : "+m"(*counter) : "ri"(number) : "cc");
		return;
	}
#else
	(void)is_alone;
#endif
	__atomic_fetch_add(counter, number, __ATOMIC_RELAXED);
}

/* Add one to a counter of the whole image. */
static inline void ni_trace_count(uint32_t *counter)
{
	ni_trace_add(counter, 1, ni_threads_is_single() &&
				 !ni_recorder.has_forked);
}

#endif
