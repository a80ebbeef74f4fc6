#include "preload/marks.h"

#include <stdint.h>
#include <string.h>

unsigned char ni_marks[NI_MARKS_SIZE] __attribute__((aligned(64)));
unsigned ni_marks_end;
__thread unsigned ni_marks_limit;
__thread unsigned char ni_in_vfork_child;

/* Steps of a page of numbers, so that most marks are one store. */
enum { STEP = 1024 };

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

void ni_marks_set(int fd, unsigned char mark)
{
	if (ni_in_vfork_child || (unsigned)fd >= NI_MARKS_SIZE)
		return;
	if (mark)
		raise_end((unsigned)fd);
	if (mark || (unsigned)fd < ni_marks_end)
		ni_marks[fd] = mark;
}

/* The marked numbers of a range: true if there are any. */
static bool clip(unsigned first, unsigned *last)
{
	unsigned end = ni_marks_end;

	if (ni_in_vfork_child || first >= end)
		return false;
	if (*last >= end)
		*last = end - 1;
	return first <= *last;
}

void ni_marks_begin_closing(unsigned first, unsigned last)
{
	if (!clip(first, &last))
		return;
	for (unsigned fd = first; fd <= last; fd++)
		if (ni_marks[fd])
			ni_marks[fd] |= NI_MARK_CLOSING;
}

/* Another thread may have been given a number of the range meanwhile: it wrote
 * a mark without NI_MARK_CLOSING, which stays. */
void ni_marks_end_closing(unsigned first, unsigned last, bool closed)
{
	if (!clip(first, &last))
		return;
	for (unsigned fd = first; fd <= last; fd++) {
		unsigned char mark = ni_marks[fd];
		unsigned char next = closed ? 0 : mark & ~NI_MARK_CLOSING;

		if (mark & NI_MARK_CLOSING)
			__atomic_compare_exchange_n(&ni_marks[fd], &mark, next,
						    false, __ATOMIC_RELAXED,
						    __ATOMIC_RELAXED);
	}
}

unsigned ni_marks_top(void)
{
	unsigned fd = ni_marks_end;
	uint64_t eight;

	/* Most programs own a few low numbers: skip the rest by words. */
	for (; fd >= 8; fd -= 8) {
		memcpy(&eight, &ni_marks[fd - 8], sizeof(eight));
		if (eight)
			break;
	}
	while (fd && !(ni_marks[fd - 1] & NI_MARK_OURS))
		fd--;
	return fd;
}
