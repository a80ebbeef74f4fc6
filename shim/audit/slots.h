/*
 * slots.h - the table: what is known of each descriptor number.
 *
 * 16 bytes for each number, in private memory, so that a fork copies it as the
 * kernel copies the descriptors. A vfork child shares its parent's memory but
 * not its descriptors: what is put goes to a small overlay that ends with it.
 */
#ifndef NI_AUDIT_SLOTS_H
#define NI_AUDIT_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "audit/recorder.h"
#include "audit/vfork.h"
#include "common/trace.h"

enum {
	NI_SLOTS_MAX = 1 << 20,
	NI_SLOTS_PART = 256,
	NI_SLOTS_PARTS = NI_SLOTS_MAX / NI_SLOTS_PART
};

/* ni_slot.state; 0: nothing known of this number. */
enum {
	NI_SLOT_OPEN = 1,
	NI_SLOT_CLOSED = 2,
	NI_SLOT_INHERITABLE = 4,	/* as far as the program's calls tell */
	NI_SLOT_BORN_INHERITABLE = 8,
	NI_SLOT_CLEARED = 16,		/* close-on-exec taken off explicitly */
	NI_SLOT_DUP2 = 32,		/* put on this number by dup2, dup3 */
	NI_SLOT_ARRIVED = 64,		/* open when the image started */
	NI_SLOT_MOVED = 128,		/* by dup2, from one of the program's own */
};

struct ni_slot {
	/* One word, see open_counts.h. */
	uint32_t created;	/* site; 0: not seen or no room */
	uint8_t state;
	uint8_t type;		/* enum ni_trace_type */
	uint8_t generation;	/* of the process that created it, see
				   ni_slots_generation() */
	uint8_t ticks_high;	/* when it was created; see set_ticks() */
	uint32_t ticks_low;
	uint32_t other;		/* closed: site of the close;
				   cleared: site of the clearing */
};

/* A slot as two words, so that no reader sees half of one. A number belongs to
 * one thread at a time, unless a program closes it twice at the same time: so a
 * slot can be read before it is written. */
struct ni_slot_words { atomic_uint_least64_t low, high; };

_Static_assert(sizeof(struct ni_slot) == sizeof(struct ni_slot_words), "slot");

/* Visible only for ni_slots_exchange(), which is inline because it is hot. */
extern struct ni_slot_words ni_slots[NI_SLOTS_MAX]
	__attribute__((visibility("hidden")));
extern atomic_bool ni_slots_is_touched[NI_SLOTS_PARTS]
	__attribute__((visibility("hidden")));
extern atomic_int ni_slots_last __attribute__((visibility("hidden")));

/* At start: asks for no huge pages, because the table is sparse. */
void ni_slots_start(void);

/* What is known of @fd, which may be any number; all zero: nothing. */
struct ni_slot ni_slots_get(int fd);

/* Stores the slot in a vfork child's overlay. When that is full, nothing more
 * is recorded for this child. */
void ni_slots_put_in_overlay(int fd, struct ni_slot slot);

/* Must be called for a number that has no slot yet: any other is not above the
 * last one, and its part of the table has been touched. */
static inline void ni_slots_touch(int fd)
{
	int known = atomic_load_explicit(&ni_slots_last, memory_order_relaxed);

	while (fd > known &&
	       !atomic_compare_exchange_weak_explicit(&ni_slots_last, &known, fd,
			memory_order_relaxed, memory_order_relaxed))
		;
	atomic_store_explicit(&ni_slots_is_touched[fd / NI_SLOTS_PART], true,
			      memory_order_relaxed);
}

/* Stores a slot in the table, which must include @fd; returns the first word of
 * the previous one. */
static inline uint64_t ni_slots_exchange(int fd, const uint64_t words[2])
{
	const uint64_t before = atomic_load_explicit(&ni_slots[fd].low,
						     memory_order_relaxed);

	atomic_store_explicit(&ni_slots[fd].low, words[0],
			      memory_order_relaxed);
	atomic_store_explicit(&ni_slots[fd].high, words[1],
			      memory_order_relaxed);
	if (!before)
		ni_slots_touch(fd);
	return before;
}

/* The highest number ever put, -1 if none. */
int ni_slots_highest(void);

/* The last of first..last that was ever put, -1 if none. */
int ni_slots_last_in(unsigned first, unsigned last);

/* The next number >= @fd that may be open: skips the parts of the table that
 * were never touched, but never the first 64 numbers. */
int ni_slots_next(int fd);

/* Distinguishes this process from those of which it is a fork. A vfork child
 * differs, too, although it is not counted as a fork. */
static inline uint8_t ni_slots_generation(void)
{
	return (uint8_t)(ni_recorder.generation + ni_is_vforked());
}

#endif
