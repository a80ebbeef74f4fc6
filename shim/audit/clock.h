/*
 * clock.h - time for stamps (nanoseconds) and for windows (ticks).
 *
 * A tick is read in some 10 ns where clock_gettime takes 25; windows are
 * turned into time when they end, where a system call has just been made.
 */
#ifndef NI_AUDIT_CLOCK_H
#define NI_AUDIT_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "audit/recorder.h"

static inline uint64_t ni_clock_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return 0;
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline uint64_t ni_clock_ticks(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#endif
}

/* How long so many ticks are, from how far both clocks went since the start. */
static inline uint64_t ni_clock_ticks_to_ns(uint64_t ticks)
{
	uint64_t all_ticks = ni_clock_ticks() - ni_recorder.start_ticks;
	uint64_t all_ns = ni_clock_ns(CLOCK_MONOTONIC) -
			  ni_recorder.trace->start_ns;

	return all_ticks ? (uint64_t)((double)ticks * (double)all_ns /
				      (double)all_ticks) : 0;
}

#endif
