/*
 * indirect.h - shared by syscall.S and indirect.c.
 */
#ifndef NI_PRELOAD_INDIRECT_H
#define NI_PRELOAD_INDIRECT_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* None of ours is 448 or higher; syscall.S has that number, too. */
enum { NI_OWN_NUMBERS_WORDS = 7 };

extern const uint64_t ni_own_numbers[NI_OWN_NUMBERS_WORDS];

/* syscall(2) for these numbers; for any other the same as libc's. */
long ni_syscall_own(long number, long a, long b, long c, long d, long e,
		    long f);

#pragma GCC visibility pop

#endif
