/*
 * descriptors.c - the table of descriptors, its small overlay for vfork
 * children, and what a creation, a copy, a mark and a close change in both.
 */
#include "audit/descriptors.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "audit/clock.h"
#include "audit/double_close.h"
#include "audit/kernel.h"
#include "audit/open_counts.h"
#include "audit/recorder.h"
#include "audit/sample.h"
#include "audit/site.h"
#include "audit/threads.h"
#include "audit/trace_writer.h"
#include "audit/vfork.h"

enum { PART_SIZE = 256, PARTS = NI_DESCRIPTORS_MAX / PART_SIZE };

/* A slot as two words, so that no reader sees half of one. A number belongs to
 * one thread at a time, unless a program closes it twice at the same time: so a
 * slot can be read before it is written. */
struct packed { atomic_uint_least64_t low, high; };

_Static_assert(sizeof(struct ni_slot) == sizeof(struct packed), "slot");
_Static_assert(offsetof(struct ni_vfork, returns) == 8 &&
	       offsetof(struct ni_vfork, count) == 40 &&
	       offsetof(struct ni_vfork, fds) == 48, "vfork.S");

__thread struct ni_vfork ni_vfork;

static struct packed table[NI_DESCRIPTORS_MAX];
static atomic_bool is_touched[PARTS];
static atomic_int highest = -1;

/* ---- slots --------------------------------------------------------------- */

void ni_descriptors_start(void)
{
	const uintptr_t page = 4096;
	uintptr_t first = ((uintptr_t)table + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)table + sizeof(table)) & ~(page - 1);

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

/* Once it is full, nothing more is known of this child. */
static void put_in_overlay(int fd, const struct ni_slot *slot)
{
	uint32_t i = 0;

	while (i < ni_vfork.count && ni_vfork.fds[i] != fd)
		i++;
	if (i == NI_OVERLAY_MAX) {
		ni_vfork.is_full = true;
		return;
	}
	ni_vfork.fds[i] = fd;
	memcpy(&ni_vfork.slots[i], slot, sizeof(*slot));
	if (i == ni_vfork.count)
		ni_vfork.count++;
}

struct ni_slot ni_descriptors_get(int fd)
{
	struct ni_slot slot = { 0 };
	uint64_t words[2];

	if (ni_is_vforked()) {
		if (find_in_overlay(fd, &slot) || ni_vfork.is_full)
			return slot;
	}
	if (fd < 0 || fd >= NI_DESCRIPTORS_MAX ||
	    fd > atomic_load_explicit(&highest, memory_order_relaxed))
		return slot;
	words[0] = atomic_load_explicit(&table[fd].low, memory_order_relaxed);
	words[1] = atomic_load_explicit(&table[fd].high, memory_order_relaxed);
	memcpy(&slot, words, sizeof(slot));
	return slot;
}

static void raise_highest(int fd)
{
	int known = atomic_load_explicit(&highest, memory_order_relaxed);

	while (fd > known &&
	       !atomic_compare_exchange_weak_explicit(&highest, &known, fd,
			memory_order_relaxed, memory_order_relaxed))
		;
	atomic_store_explicit(&is_touched[fd / PART_SIZE], true,
			      memory_order_relaxed);
}

static void put_in_table(int fd, const struct ni_slot *slot)
{
	uint64_t words[2], before;

	memcpy(words, slot, sizeof(words));
	before = atomic_load_explicit(&table[fd].low, memory_order_relaxed);
	atomic_store_explicit(&table[fd].low, words[0], memory_order_relaxed);
	atomic_store_explicit(&table[fd].high, words[1], memory_order_relaxed);
	if (fd > atomic_load_explicit(&highest, memory_order_relaxed) ||
	    !atomic_load_explicit(&is_touched[fd / PART_SIZE],
				  memory_order_relaxed))
		raise_highest(fd);
	if (fd > 2)
		ni_open_counts_change(before, words[0]);
}

void ni_descriptors_put(int fd, struct ni_slot slot)
{
	if (fd < 0)
		return;
	if (ni_is_vforked())
		put_in_overlay(fd, &slot);
	else if (fd >= NI_DESCRIPTORS_MAX)
		ni_trace_drop(NI_DROPPED_NUMBERS, 1);
	else
		put_in_table(fd, &slot);
}

int ni_descriptors_highest(void)
{
	return atomic_load_explicit(&highest, memory_order_relaxed);
}

int ni_descriptors_next(int fd)
{
	while (fd >= 64 && fd < NI_DESCRIPTORS_MAX &&
	       !atomic_load_explicit(&is_touched[fd / PART_SIZE],
				     memory_order_relaxed))
		fd = (fd / PART_SIZE + 1) * PART_SIZE;
	return fd;
}

/* A vfork child is another process, though it counts no fork. */
uint8_t ni_descriptors_generation(void)
{
	return (uint8_t)(ni_recorder.generation + ni_is_vforked());
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
		.generation = ni_descriptors_generation(),
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
	const struct ni_slot source = ni_descriptors_get(fd);
	struct ni_slot slot = ni_descriptors_get(copy);

	if (fd < 3 || !source.created || !(source.state & NI_SLOT_OPEN) ||
	    (source.state & (NI_SLOT_DUP2 | NI_SLOT_MOVED)) == NI_SLOT_DUP2)
		return;
	slot.state |= NI_SLOT_MOVED;
	ni_descriptors_put(copy, slot);
}

void ni_descriptors_socket(int fd, int family, int type, int protocol)
{
	struct ni_trace_site *site =
		ni_site_at(ni_descriptors_get(fd).created);

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
	struct ni_slot slot = ni_descriptors_get(fd);

	if (slot.state & NI_SLOT_OPEN)
		(close_on_exec ? flag_set : flag_cleared)(caller, fd, slot);
	else if (!close_on_exec && fd >= 0)
		/* Its creation was not seen, but the program made it
		 * inheritable: passed. */
		flag_cleared(caller, fd, (struct ni_slot){
				.state = NI_SLOT_OPEN });
}

/* ---- closing ------------------------------------------------------------- */

static void count_close(const struct ni_slot *slot, uint32_t closer)
{
	struct ni_trace_site *site = ni_site_at(slot->created);

	/* Where a child closes its copy is not where the program closes it. */
	if (!site || slot->generation != ni_descriptors_generation())
		return;
	if (!ni_site_count_partner(site->closers, closer))
		ni_trace_count(&site->closed);
}

void ni_closing_begin(struct ni_closing *closing,
		      const struct ni_caller *caller, int fd)
{
	struct ni_slot slot;

	closing->fd = -1;
	if (fd < 0 || ni_is_vforked())
		return;
	closing->fd = fd;
	closing->before = ni_descriptors_get(fd);
	closing->site = ni_site_find(caller);
	slot = closing->before;
	if (!(slot.state & NI_SLOT_OPEN))
		return;
	if (slot.created)
		ni_sample_once(ni_site_at(slot.created), fd);
	slot.state = NI_SLOT_CLOSED;
	slot.other = closing->site;
	ni_descriptors_put(fd, slot);
}

void ni_closing_undo(const struct ni_closing *closing)
{
	if (closing->fd >= 0 && (closing->before.state & NI_SLOT_OPEN))
		ni_descriptors_put(closing->fd, closing->before);
}

static void forget(int fd)
{
	ni_descriptors_put(fd, (struct ni_slot){ 0 });
}

void ni_closing_end(const struct ni_closing *closing, int error)
{
	const struct ni_slot *before = &closing->before;

	if (closing->fd < 0)
		return;
	if (error != EBADF) {
		/* With EINTR and EIO the number is already free. */
		if (before->state & NI_SLOT_OPEN)
			count_close(before, closing->site);
		else if (before->state & NI_SLOT_CLOSED)
			forget(closing->fd);	/* opened again, unseen */
		ni_double_close_not(closing->site, closing->fd);
		return;
	}
	if (before->state & NI_SLOT_OPEN)
		forget(closing->fd);		/* closed before, unseen */
	if (before->state & NI_SLOT_CLOSED)
		ni_double_close_seen(closing->site, closing->fd, before);
	else
		ni_double_close_not(closing->site, closing->fd);
}

void ni_closing_range(const struct ni_caller *caller, unsigned first,
		      unsigned last)
{
	int end = ni_descriptors_highest();
	uint32_t closer = ni_site_find(caller);

	/* Before anything was recorded the highest is -1. */
	if (ni_is_vforked() || end < 0 || first > (unsigned)end)
		return;
	if (last < (unsigned)end)
		end = (int)last;
	for (int fd = (int)first; fd <= end; fd = ni_descriptors_next(fd + 1)) {
		struct ni_slot slot = ni_descriptors_get(fd);

		if (!(slot.state & NI_SLOT_OPEN))
			continue;
		count_close(&slot, closer);
		slot.state = NI_SLOT_CLOSED;
		slot.other = closer;
		ni_descriptors_put(fd, slot);
	}
}

void ni_closing_range_undo(unsigned first, unsigned last)
{
	int end = ni_descriptors_highest();

	/* Before anything was recorded the highest is -1. */
	if (ni_is_vforked() || end < 0 || first > (unsigned)end)
		return;
	if (last < (unsigned)end)
		end = (int)last;
	for (int fd = (int)first; fd <= end; fd = ni_descriptors_next(fd + 1)) {
		struct ni_slot slot = ni_descriptors_get(fd);
		int flags = ni_kernel_flags(fd);

		if (!(slot.state & NI_SLOT_CLOSED) || flags < 0)
			continue;
		slot.state = NI_SLOT_OPEN |
			     (flags & FD_CLOEXEC ? 0 : NI_SLOT_INHERITABLE);
		slot.other = 0;
		ni_descriptors_put(fd, slot);
	}
}
