#include "preload/ours.h"

#include <stdint.h>
#include <string.h>

unsigned char ni_ours[NI_OURS_SIZE] __attribute__((aligned(64)));
unsigned ni_ours_end;
__thread unsigned ni_ours_limit;
__thread unsigned char ni_in_vfork_child;

/* Steps of a page of numbers, so that most marks are one store. */
enum { STEP = 1024 };

static void raise_end(unsigned fd)
{
	unsigned wanted = (fd / STEP + 1) * STEP;
	unsigned end = __atomic_load_n(&ni_ours_end, __ATOMIC_RELAXED);

	while (end < wanted &&
	       !__atomic_compare_exchange_n(&ni_ours_end, &end, wanted, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	ni_ours_limit = (end > wanted ? end : wanted) - 3;
}

void ni_ours_set(int fd, unsigned char mark)
{
	if (ni_in_vfork_child || (unsigned)fd >= NI_OURS_SIZE)
		return;
	if (mark)
		raise_end((unsigned)fd);
	if (mark || (unsigned)fd < ni_ours_end)
		ni_ours[fd] = mark;
}

/* The marked numbers of a range: true if there are any. */
static bool clip(unsigned first, unsigned *last)
{
	unsigned end = ni_ours_end;

	if (ni_in_vfork_child || first >= end)
		return false;
	if (*last >= end)
		*last = end - 1;
	return first <= *last;
}

void ni_ours_begin_closing(unsigned first, unsigned last)
{
	if (!clip(first, &last))
		return;
	for (unsigned fd = first; fd <= last; fd++)
		if (ni_ours[fd])
			ni_ours[fd] |= NI_CLOSING;
}

/* Another thread may have been given a number of the range meanwhile: it wrote
 * a mark without NI_CLOSING, which stays. */
void ni_ours_end_closing(unsigned first, unsigned last, bool closed)
{
	if (!clip(first, &last))
		return;
	for (unsigned fd = first; fd <= last; fd++) {
		unsigned char mark = ni_ours[fd];
		unsigned char next = closed ? 0 : mark & ~NI_CLOSING;

		if (mark & NI_CLOSING)
			__atomic_compare_exchange_n(&ni_ours[fd], &mark, next,
						    false, __ATOMIC_RELAXED,
						    __ATOMIC_RELAXED);
	}
}

unsigned ni_ours_top(void)
{
	unsigned fd = ni_ours_end;
	uint64_t eight;

	/* Most programs own a few low numbers: skip the rest by words. */
	for (; fd >= 8; fd -= 8) {
		memcpy(&eight, &ni_ours[fd - 8], sizeof(eight));
		if (eight)
			break;
	}
	while (fd && !(ni_ours[fd - 1] & NI_OURS))
		fd--;
	return fd;
}
