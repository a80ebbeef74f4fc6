/*
 * latch.h - remembers whether the kernel has an atomic feature.
 *
 * Unknown at first. It becomes "missing" only when the old way worked after
 * the new one was refused: a bad argument gives the same errno as an old
 * kernel, and must not cost the process its atomicity (B-1).
 */
#ifndef NI_LIB_LATCH_H
#define NI_LIB_LATCH_H

#include <errno.h>
#include <stdatomic.h>

typedef atomic_int ni_latch;

enum { NI_LATCH_UNKNOWN, NI_LATCH_WORKS, NI_LATCH_MISSING };

static inline int ni_latch_is_missing(ni_latch *latch)
{
	return atomic_load_explicit(latch, memory_order_relaxed) ==
	       NI_LATCH_MISSING;
}

static inline void ni_latch_learn(ni_latch *latch, int state)
{
	int unknown = NI_LATCH_UNKNOWN;

	/* Not written again: creating threads share the cache line. */
	if (atomic_load_explicit(latch, memory_order_relaxed) == unknown)
		atomic_compare_exchange_strong(latch, &unknown, state);
}

/* The old way worked where the new one did not. */
static inline void ni_latch_missing(ni_latch *latch)
{
	ni_latch_learn(latch, NI_LATCH_MISSING);
}

/* After the new way: should the old one be tried? @refusal is what a kernel
 * without the feature answers. */
static inline int ni_latch_should_retry(ni_latch *latch, int result, int refusal)
{
	/* ENOSYS is never about the arguments, so the old way is always worth
	 * trying: even where the new one has worked, a filter installed later
	 * may refuse it, perhaps in this thread only. */
	if (result == refusal)
		return refusal == -ENOSYS ||
		       atomic_load_explicit(latch, memory_order_relaxed) !=
		       NI_LATCH_WORKS;
	if (result >= 0)
		ni_latch_learn(latch, NI_LATCH_WORKS);
	return 0;
}

#endif
