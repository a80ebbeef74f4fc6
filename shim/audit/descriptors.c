/*
 * descriptors.c - what a creation, a copy and a mark change in the table, and
 * what is counted of them.
 */
#include "audit/descriptors.h"

#include <string.h>

#include "audit/clock.h"
#include "audit/open_counts.h"
#include "audit/recorder.h"
#include "audit/sample.h"
#include "audit/site.h"
#include "audit/threads.h"
#include "audit/trace_writer.h"
#include "audit/vfork.h"

void ni_descriptors_put(int fd, struct ni_slot slot)
{
	uint64_t words[2], before;

	if (fd < 0)
		return;
	if (ni_is_vforked()) {
		ni_slots_put_in_overlay(fd, slot);
		return;
	}
	if (fd >= NI_SLOTS_MAX) {
		ni_trace_drop(NI_DROPPED_NUMBERS, 1);
		return;
	}
	memcpy(words, &slot, sizeof(words));
	before = ni_slots_exchange(fd, words);
	if (fd > 2)
		ni_open_counts_change(before, words[0]);
}

/* ---- creating ------------------------------------------------------------ */

static void set_ticks(struct ni_slot *slot, uint64_t ticks)
{
	slot->ticks_low = (uint32_t)(ticks >> 6);
	slot->ticks_high = (uint8_t)(ticks >> 38);
}

static uint64_t ticks_since(const struct ni_slot *slot)
{
	const uint64_t mask = (UINT64_C(1) << 40) - 1;
	uint64_t then = (uint64_t)slot->ticks_high << 32 | slot->ticks_low;

	return (((ni_clock_ticks() >> 6) - then) & mask) << 6;
}

void ni_descriptors_created(const struct ni_caller *caller, int fd,
			    enum ni_trace_type type, enum ni_creation how)
{
	struct ni_slot slot = {
		.created = ni_site_find(caller),
		.state = NI_SLOT_OPEN,
		.type = (uint8_t)type,
		.generation = ni_slots_generation(),
	};
	struct ni_trace_site *site = ni_site_at(slot.created);

	if (how == NI_INHERITABLE) {
		slot.state |= NI_SLOT_INHERITABLE | NI_SLOT_BORN_INHERITABLE;
		set_ticks(&slot, ni_clock_ticks());
	}
	if (caller->call == NI_CALL_dup2 || caller->call == NI_CALL_dup3)
		slot.state |= NI_SLOT_DUP2;
	ni_descriptors_put(fd, slot);
	if (!site)
		return;
	ni_trace_count(how == NI_INHERITABLE ? &site->inheritable :
					       &site->atomic);
	if (!site->type)
		site->type = (uint8_t)type;
}

void ni_descriptors_moved(int fd, int copy)
{
	const struct ni_slot source = ni_slots_get(fd);
	struct ni_slot slot = ni_slots_get(copy);

	if (fd < 3 || !source.created || !(source.state & NI_SLOT_OPEN) ||
	    (source.state & (NI_SLOT_DUP2 | NI_SLOT_MOVED)) == NI_SLOT_DUP2)
		return;
	slot.state |= NI_SLOT_MOVED;
	ni_descriptors_put(copy, slot);
}

void ni_descriptors_socket(int fd, int family, int type, int protocol)
{
	struct ni_trace_site *site =
		ni_site_at(ni_slots_get(fd).created);

	if (!site || site->socket_type)
		return;
	site->family = (uint16_t)family;
	site->protocol = (uint16_t)protocol;
	site->socket_type = (uint16_t)type;
}

void ni_descriptors_arrived(int fd, enum ni_trace_type type, bool inheritable)
{
	struct ni_slot slot = {
		.state = NI_SLOT_OPEN | NI_SLOT_ARRIVED |
			 (inheritable ? NI_SLOT_INHERITABLE : 0),
		.type = (uint8_t)type,
		.generation = ni_recorder.generation,
	};

	ni_descriptors_put(fd, slot);
}

/* ---- marking ------------------------------------------------------------- */

static unsigned window_index(uint64_t ns)
{
	uint64_t microseconds = ns / 1000;
	unsigned index = 0;

	for (; microseconds && index < NI_WINDOWS - 1; microseconds /= 2)
		index++;
	return index;
}

static void raise_to(uint64_t *maximum, uint64_t value)
{
	uint64_t known = __atomic_load_n(maximum, __ATOMIC_RELAXED);

	while (value > known &&
	       !__atomic_compare_exchange_n(maximum, &known, value, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* Created inheritable, marked now: between the two, it could have leaked. */
static void count_window(const struct ni_caller *caller, int fd,
			 const struct ni_slot *slot)
{
	struct ni_trace_site *site = ni_site_at(slot->created);
	uint64_t window_ns = ni_clock_ticks_to_ns(ticks_since(slot));

	if (!site)
		return;
	ni_sample_once(site, fd);
	ni_trace_count(&site->marked);
	if (ni_threads_has_second())
		ni_trace_count(&site->marked_threaded);
	ni_trace_count(&site->windows[window_index(window_ns)]);
	raise_to(&site->window_ns_max, window_ns);
	ni_site_count_partner(site->markers, ni_site_find(caller));
}

static void flag_set(const struct ni_caller *caller, int fd,
		     struct ni_slot slot)
{
	const unsigned window = NI_SLOT_INHERITABLE | NI_SLOT_BORN_INHERITABLE;

	if ((slot.state & (window | NI_SLOT_CLEARED)) == window &&
	    slot.generation == ni_recorder.generation && !ni_is_vforked())
		count_window(caller, fd, &slot);
	slot.state &= (uint8_t)~(NI_SLOT_INHERITABLE | NI_SLOT_CLEARED);
	ni_descriptors_put(fd, slot);
}

static void flag_cleared(const struct ni_caller *caller, int fd,
			 struct ni_slot slot)
{
	struct ni_trace_site *site = ni_site_at(slot.created);

	if (site && !(slot.state & NI_SLOT_CLEARED))
		ni_trace_count(&site->passed);
	slot.state |= NI_SLOT_INHERITABLE | NI_SLOT_CLEARED;
	slot.other = ni_site_find(caller);
	ni_descriptors_put(fd, slot);
}

void ni_descriptors_flagged(const struct ni_caller *caller, int fd,
			    bool close_on_exec)
{
	struct ni_slot slot = ni_slots_get(fd);

	if (slot.state & NI_SLOT_OPEN)
		(close_on_exec ? flag_set : flag_cleared)(caller, fd, slot);
	else if (!close_on_exec && fd >= 0)
		/* Its creation was not seen, but the program made it
		 * inheritable: passed. */
		flag_cleared(caller, fd, (struct ni_slot){
				.state = NI_SLOT_OPEN });
}
