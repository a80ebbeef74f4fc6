/*
 * open_counts.c - keeps the rows of OPEN records equal to the table of
 * descriptors, one store for each change.
 */
#include "audit/open_counts.h"

#include <string.h>
#include <sys/mman.h>

#include "audit/clock.h"
#include "audit/kernel.h"
#include "audit/recorder.h"
#include "audit/site.h"
#include "audit/trace_writer.h"
#include "audit/vfork.h"

enum { NUMBERS = NI_OPEN_PARTS * NI_OPEN_COUNTS };

_Alignas(4096) struct ni_open_own ni_open_own;

_Static_assert(sizeof(ni_open_own) == 8192, "whole pages");

/* Counts that nobody reads: for a process that has left, or has no room. */
static struct ni_trace_open nobody;

/* ---- records that are free ----------------------------------------------- */

/* A list linked by refs. The upper half of its head changes with each removal,
 * so that a head that is the same has not been changed in between. */
static struct ni_trace_open *take_free(void)
{
	uint64_t *list = &ni_recorder.trace->open_free;
	uint64_t head = __atomic_load_n(list, __ATOMIC_ACQUIRE), rest;
	struct ni_trace_open *open;

	do {
		open = ni_trace_at((uint32_t)head);
		if (!open)
			return NULL;
		rest = ((head >> 32) + 1) << 32 | open->next;
	} while (!__atomic_compare_exchange_n(list, &head, rest, true,
					      __ATOMIC_ACQ_REL,
					      __ATOMIC_ACQUIRE));
	return open;
}

static void give_back(struct ni_trace_open *open)
{
	uint64_t *list = &ni_recorder.trace->open_free;
	uint64_t head = __atomic_load_n(list, __ATOMIC_ACQUIRE), mine;

	__atomic_store_n(&open->state, NI_OPEN_FREE, __ATOMIC_RELEASE);
	do {
		open->next = (uint32_t)head;
		mine = head >> 32 << 32 | ni_trace_ref(open);
	} while (!__atomic_compare_exchange_n(list, &head, mine, true,
					      __ATOMIC_ACQ_REL,
					      __ATOMIC_ACQUIRE));
}

/* ---- rows ---------------------------------------------------------------- */

static struct ni_trace_open *new_rows(unsigned part)
{
	struct ni_trace_open *open = take_free();
	const bool is_new = !open;

	if (is_new)
		open = ni_trace_claim(NI_RECORD_OPEN, sizeof(*open), 0,
				      NI_ROOM_EVENT, NI_DROPPED_OPEN);
	if (!open)
		return &nobody;
	memset(open->counts, 0, sizeof(open->counts));
	open->pid = ni_kernel_pid();
	open->first = part * NI_OPEN_COUNTS;
	open->time_ns = ni_open_own.time_ns;
	__atomic_store_n(&open->state, NI_OPEN_LIVE, __ATOMIC_RELEASE);
	if (is_new)
		ni_trace_publish(open);
	return open;
}

/* If two threads, or a thread and its signal handler, do this at once, the rows
 * of one of them are used. */
static __attribute__((noinline)) struct ni_trace_open *take(unsigned part)
{
	struct ni_trace_open *open = new_rows(part), *known = NULL;

	if (!__atomic_compare_exchange_n(&ni_open_own.parts[part], &known, open, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		if (open != &nobody)
			give_back(open);
		return known;
	}
	if (ni_open_own.end <= part)
		ni_open_own.end = part + 1;
	return open;
}


/* A creator gets its number with its first descriptor. */
static __attribute__((noinline)) unsigned give_number(struct ni_trace_site *site)
{
	uint16_t known = 0;
	uint32_t number = 1 + __atomic_fetch_add(&ni_recorder.trace->creators,
						 1, __ATOMIC_RELAXED);

	if (number >= NUMBERS) {
		ni_trace_drop(NI_DROPPED_OPEN, 1);
		return 0;
	}
	if (__atomic_compare_exchange_n(&site->number, &known, (uint16_t)number,
					false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		return number;
	return known;
}

struct ni_trace_open_count *ni_open_counts_new_row(uint32_t created)
{
	struct ni_trace_site *site = ni_site_at(created);
	unsigned number = 0, part;
	struct ni_trace_open *open;

	if (site)
		number = site->number ? site->number : give_number(site);
	part = number / NI_OPEN_COUNTS;
	open = ni_open_own.parts[part];
	if (!open)
		open = take(part);
	return &open->counts[number % NI_OPEN_COUNTS];
}

/* The coarse clock may be behind the one from which the start was read. */
static uint32_t now_ms(void)
{
	const uint64_t now_ns = ni_clock_ns(CLOCK_MONOTONIC_COARSE);
	const uint64_t start_ns = ni_recorder.trace->start_ns;

	return now_ns < start_ns ? 0 : (uint32_t)((now_ns - start_ns) / 1000000);
}

void ni_open_counts_peak(struct ni_trace_open_count *row)
{
	uint32_t open = row->open;

	row->peak = open;
	row->peak_ms = now_ms();
	if ((open & (open - 1)) == 0)
		row->doubled_ms = row->peak_ms;
}

/* ---- a process ----------------------------------------------------------- */

static void count_all(void)
{
	const int last = ni_slots_highest();

	for (int fd = 3; fd <= last; fd = ni_slots_next(fd + 1)) {
		struct ni_slot slot = ni_slots_get(fd);

		if (slot.state & NI_SLOT_OPEN)
			ni_open_counts_row(slot.created)->open++;
	}
}

static void note_peaks(struct ni_trace_open *open, uint32_t ms)
{
	for (unsigned i = 0; i < NI_OPEN_COUNTS; i++) {
		struct ni_trace_open_count *row = &open->counts[i];

		row->peak = row->open;
		row->peak_ms = row->doubled_ms = row->open ? ms : 0;
	}
}

void ni_open_counts_begin(void)
{
	/* The kernel has already wiped them (since Linux 4.14). */
	memset(ni_open_own.parts, 0, ni_open_own.end * sizeof(ni_open_own.parts[0]));
	ni_open_own.time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	take(0);
	count_all();
	for (unsigned i = 0; i < ni_open_own.end; i++)
		if (ni_open_own.parts[i])
			note_peaks(ni_open_own.parts[i], now_ms());
}

void ni_open_counts_start(void)
{
	ni_raw3(SYS_madvise, (long)&ni_open_own, sizeof(ni_open_own), MADV_WIPEONFORK);
	ni_open_counts_begin();
}

uint32_t ni_open_counts_of(unsigned number)
{
	const struct ni_trace_open *open = number < NUMBERS ?
		ni_open_own.parts[number / NI_OPEN_COUNTS] : NULL;

	return open ? open->counts[number % NI_OPEN_COUNTS].open : 0;
}

/* ---- the end ------------------------------------------------------------- */

static void set_state(enum ni_trace_open_state state)
{
	for (unsigned i = 0; i < ni_open_own.end; i++)
		if (ni_open_own.parts[i])
			__atomic_store_n(&ni_open_own.parts[i]->state, state,
					 __ATOMIC_RELAXED);
}

static bool has_rows(void)
{
	return ni_is_active() && !ni_is_vforked() && ni_open_own.time_ns;
}

/* Other processes may use the rows at once, so no thread of this process may be
 * using them any more. */
static bool may_give_back(void)
{
	return ni_recorder.pid != ni_recorder.trace->pid &&
	       !ni_threads_has_second();
}

static void give_all_back(void)
{
	for (unsigned i = 0; i < ni_open_own.end; i++) {
		struct ni_trace_open *open = ni_open_own.parts[i];

		ni_open_own.parts[i] = &nobody;
		if (open && open != &nobody)
			give_back(open);
	}
}

void ni_open_counts_end(void)
{
	if (has_rows() && may_give_back())
		give_all_back();
}

void ni_open_counts_leave(void)
{
	if (!has_rows())
		return;
	if (may_give_back())
		give_all_back();
	else
		set_state(NI_OPEN_EXECS);
}

void ni_open_counts_come_back(void)
{
	if (!has_rows())
		return;
	if (ni_open_own.parts[0] == &nobody)
		ni_open_counts_begin();
	else
		set_state(NI_OPEN_LIVE);
}
