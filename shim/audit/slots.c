/*
 * slots.c - the table of descriptors, and its small overlay for vfork children.
 */
#include "audit/slots.h"

#include <stddef.h>
#include <sys/mman.h>

#include "audit/kernel.h"

_Static_assert(offsetof(struct ni_vfork, returns) == 8 &&
	       offsetof(struct ni_vfork, count) == 40 &&
	       offsetof(struct ni_vfork, fds) == 48, "vfork.S");

__thread struct ni_vfork ni_vfork;

struct ni_slot_words ni_slots[NI_SLOTS_MAX];
atomic_bool ni_slots_is_touched[NI_SLOTS_PARTS];
atomic_int ni_slots_last = -1;

void ni_slots_start(void)
{
	const uintptr_t page = 4096;
	uintptr_t first = ((uintptr_t)ni_slots + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)ni_slots + sizeof(ni_slots)) & ~(page - 1);

	ni_raw3(SYS_madvise, (long)first, (long)(end - first),
		MADV_NOHUGEPAGE);
}

static bool find_in_overlay(int fd, struct ni_slot *slot)
{
	for (uint32_t i = 0; i < ni_vfork.count; i++) {
		if (ni_vfork.fds[i] != fd)
			continue;
		memcpy(slot, &ni_vfork.slots[i], sizeof(*slot));
		return true;
	}
	return false;
}

void ni_slots_put_in_overlay(int fd, struct ni_slot slot)
{
	uint32_t i = 0;

	while (i < ni_vfork.count && ni_vfork.fds[i] != fd)
		i++;
	if (i == NI_OVERLAY_MAX) {
		ni_vfork.is_full = true;
		return;
	}
	ni_vfork.fds[i] = fd;
	memcpy(&ni_vfork.slots[i], &slot, sizeof(slot));
	if (i == ni_vfork.count)
		ni_vfork.count++;
}

struct ni_slot ni_slots_get(int fd)
{
	struct ni_slot slot = { 0 };
	uint64_t words[2];

	if (ni_is_vforked()) {
		if (find_in_overlay(fd, &slot) || ni_vfork.is_full)
			return slot;
	}
	if (fd < 0 || fd >= NI_SLOTS_MAX ||
	    fd > atomic_load_explicit(&ni_slots_last, memory_order_relaxed))
		return slot;
	words[0] = atomic_load_explicit(&ni_slots[fd].low, memory_order_relaxed);
	words[1] = atomic_load_explicit(&ni_slots[fd].high, memory_order_relaxed);
	memcpy(&slot, words, sizeof(slot));
	return slot;
}

int ni_slots_highest(void)
{
	return atomic_load_explicit(&ni_slots_last, memory_order_relaxed);
}

int ni_slots_last_in(unsigned first, unsigned last)
{
	const int highest = ni_slots_highest();

	/* Before anything was recorded it is -1. */
	if (highest < 0 || first > (unsigned)highest)
		return -1;
	return last < (unsigned)highest ? (int)last : highest;
}

int ni_slots_next(int fd)
{
	while (fd >= 64 && fd < NI_SLOTS_MAX &&
	       !atomic_load_explicit(&ni_slots_is_touched[fd / NI_SLOTS_PART],
				     memory_order_relaxed))
		fd = (fd / NI_SLOTS_PART + 1) * NI_SLOTS_PART;
	return fd;
}
