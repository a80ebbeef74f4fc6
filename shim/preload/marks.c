/*
 * marks.c - the byte of each descriptor, and the tasks for which they count.
 */
#include "preload/marks.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

unsigned char ni_marks[NI_MARKS_SIZE] __attribute__((aligned(64)));
unsigned ni_marks_end;
__thread unsigned ni_marks_limit;
__thread unsigned ni_marks_detached;

/* What a detached task has closed, replaced or flagged. It is a log: a child's
 * child appends to it, and its entries disappear when it ends. */
enum { GONE_MAX = 12 };

struct range {
	unsigned first, last;
};

static __thread struct range gone[GONE_MAX]
	__attribute__((tls_model("initial-exec")));

/* Values of ni_marks_detached: 1 plus the length of the log; LOST: the log is
 * full; SPLIT: a thread that has, or may have, a table of its own. From LOST
 * on, nothing is vouched for. */
enum { DETACHED = 1, LOST = GONE_MAX + DETACHED + 1, SPLIT };

/* The limit grows by so many numbers at once, so that most marks are one
 * store. */
enum { STEP = 1024 };

static const void *owner;	/* identifies the constructor's thread */
static bool is_split;		/* some thread has a table of its own */
static bool has_given_up;

void ni_marks_start(void)
{
	owner = &ni_marks_limit;
}

/* If a thread had marked nothing before some thread left the table, it may have
 * been started by that thread, and share that thread's new table. */
static bool may_belong_elsewhere(void)
{
	return is_split && !ni_marks_limit && owner != &ni_marks_limit;
}

static void raise_end(unsigned fd)
{
	unsigned wanted = (fd / STEP + 1) * STEP;
	unsigned end = __atomic_load_n(&ni_marks_end, __ATOMIC_RELAXED);

	while (end < wanted &&
	       !__atomic_compare_exchange_n(&ni_marks_end, &end, wanted, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	ni_marks_limit = (end > wanted ? end : wanted) - 3;
}

/* ---- a detached task ---- */

static bool is_gone(unsigned first, unsigned last)
{
	for (unsigned i = 0; i + DETACHED < ni_marks_detached; i++)
		if (first >= gone[i].first && last <= gone[i].last)
			return true;
	return false;
}

/* Most often numbers are closed one after the other. */
static bool extends_last(unsigned first, unsigned last)
{
	struct range *range = &gone[ni_marks_detached - DETACHED - 1];

	if (ni_marks_detached == DETACHED || range->last + 1 != first)
		return false;
	range->last = last;
	return true;
}

static void note_gone(unsigned first, unsigned last)
{
	if (ni_marks_detached >= LOST || is_gone(first, last) ||
	    extends_last(first, last))
		return;
	if (ni_marks_detached - DETACHED == GONE_MAX) {
		ni_marks_detached = LOST;
		return;
	}
	gone[ni_marks_detached - DETACHED] = (struct range){ first, last };
	ni_marks_detached++;
}

/* ---- marks ---- */

void ni_marks_set(int fd, unsigned char mark)
{
	if ((unsigned)fd >= NI_MARKS_SIZE)
		return;
	if (mark && may_belong_elsewhere())
		ni_marks_detached = SPLIT;
	if (ni_marks_detached) {
		note_gone((unsigned)fd, (unsigned)fd);
		return;
	}
	if (mark)
		raise_end((unsigned)fd);
	if (mark & NI_MARK_OURS)
		mark |= NI_MARK_YOUNG;
	if (mark || (unsigned)fd < ni_marks_end)
		ni_marks[fd] = mark;
}

/* The marked numbers of a range: true if there are any. */
static bool clip(unsigned first, unsigned *last)
{
	unsigned end = ni_marks_end;

	if (first >= end)
		return false;
	if (*last >= end)
		*last = end - 1;
	return first <= *last;
}

/* If another thread gets one of the numbers meanwhile, its mark is without
 * CLOSING. */
void ni_marks_begin_closing(unsigned first, unsigned last)
{
	if (!clip(first, &last) || ni_marks_detached)
		return;
	for (unsigned fd = first; fd <= last; fd++)
		if (ni_marks[fd])
			__atomic_fetch_or(&ni_marks[fd], NI_MARK_CLOSING,
					  __ATOMIC_RELAXED);
}

void ni_marks_end_closing(unsigned first, unsigned last, bool closed)
{
	if (!clip(first, &last))
		return;
	if (ni_marks_detached) {
		if (closed)
			note_gone(first, last);
		return;
	}
	for (unsigned fd = first; fd <= last; fd++) {
		unsigned char mark = ni_marks[fd];
		unsigned char next = closed ? 0 : mark & ~NI_MARK_CLOSING;

		if (mark & NI_MARK_CLOSING)
			__atomic_compare_exchange_n(&ni_marks[fd], &mark, next,
						    false, __ATOMIC_RELAXED,
						    __ATOMIC_RELAXED);
	}
}

bool ni_marks_vouch(int fd)
{
	unsigned char mark = ni_marks_get(fd);

	if ((mark & (NI_MARK_OURS | NI_MARK_CLOSING)) != NI_MARK_OURS ||
	    has_given_up || ni_marks_detached >= LOST || may_belong_elsewhere())
		return false;
	return !ni_marks_detached ||
	       (!(mark & NI_MARK_YOUNG) &&
		!is_gone((unsigned)fd, (unsigned)fd));
}

unsigned ni_marks_top(void)
{
	unsigned fd = ni_marks_end;
	uint64_t eight;

	/* Most programs have few, low numbers: skip the rest word by word. */
	for (; fd >= 8; fd -= 8) {
		memcpy(&eight, &ni_marks[fd - 8], sizeof(eight));
		if (eight)
			break;
	}
	while (fd && !(ni_marks[fd - 1] & NI_MARK_OURS))
		fd--;
	return fd;
}

/* ---- the table of descriptors is copied ---- */

/* How many copies are being made, and whether young marks are being made old:
 * meanwhile no other copy can tell young marks from old ones. */
static unsigned copies;
enum { GROWING_UP = 1U << 31 };

/* Makes every young mark old, or removes it. */
static void change_young(unsigned char take_off)
{
	const uint64_t young = UINT64_C(0x0101010101010101) * NI_MARK_YOUNG;
	uint64_t eight;

	for (unsigned fd = 0; fd < ni_marks_end; fd++) {
		unsigned char mark;

		memcpy(&eight, &ni_marks[fd & ~7U], sizeof(eight));
		if (!(eight & young)) {
			fd |= 7;
			continue;
		}
		mark = ni_marks[fd];
		if (mark & NI_MARK_YOUNG)
			__atomic_compare_exchange_n(
				&ni_marks[fd], &mark, mark & ~take_off, false,
				__ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
}

unsigned ni_marks_copy_begins(void)
{
	unsigned before = 0;

	if (__atomic_compare_exchange_n(&copies, &before, 1 | GROWING_UP, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		change_young(NI_MARK_YOUNG);
		__atomic_fetch_and(&copies, ~(unsigned)GROWING_UP,
				   __ATOMIC_SEQ_CST);
	} else {
		before = __atomic_fetch_add(&copies, 1, __ATOMIC_SEQ_CST);
	}
	if ((before & GROWING_UP) || ni_marks_detached == SPLIT ||
	    may_belong_elsewhere())
		return LOST;
	return ni_marks_detached ? ni_marks_detached : DETACHED;
}

void ni_marks_copy_ends(void)
{
	__atomic_fetch_sub(&copies, 1, __ATOMIC_SEQ_CST);
}

static void forget_all(void)
{
	for (unsigned fd = 0; fd < ni_marks_end; fd++)
		if (ni_marks[fd])
			ni_marks[fd] = 0;
}

static void forget_gone(unsigned detached)
{
	for (unsigned i = 0; i + DETACHED < detached; i++)
		for (unsigned fd = gone[i].first;
		     fd <= gone[i].last && fd < ni_marks_end; fd++)
			ni_marks[fd] = 0;
}

void ni_marks_copied(unsigned detached)
{
	copies = 0;
	is_split = false;
	owner = &ni_marks_limit;
	change_young(0xff);
	if (detached == LOST)
		forget_all();
	else
		forget_gone(detached);
	ni_marks_detached = 0;
	ni_marks_limit = 0;
}

void ni_marks_split(void)
{
	is_split = true;
	ni_marks_detached = SPLIT;
	ni_marks_limit = 0;
}

bool ni_marks_memory_is_lent(void)
{
	return ni_marks_detached && ni_marks_detached != SPLIT;
}

void ni_marks_give_up(void)
{
	has_given_up = true;
}
