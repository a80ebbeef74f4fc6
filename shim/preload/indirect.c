/*
 * indirect.c - syscall(2): rule 12. The creators, closers and flag changes that
 * are made by number obey the same rules; every other number is passed on
 * unchanged.
 *
 * syscall() is not a cancellation point, so these end in the numbered call,
 * never in the libc function of that name. Runtimes make every futex call
 * through syscall(): syscall.S passes on what is not in ni_own_numbers.
 */
#include <stdint.h>
#include <sys/syscall.h>

#include "preload/create.h"
#include "preload/indirect.h"
#include "preload/next.h"
#include "preload/seccomp.h"

/* ---- the calls by number ---- */

/* Made in way_on.S. */
#define SYSTEM(name, result, parameters, ...)           \
	extern __attribute__((visibility("hidden")))    \
	result ni_by_number_##name parameters;
#define REQUEST(name, type, way)                        \
	extern __attribute__((visibility("hidden")))    \
	int ni_by_number_##name(int fd, type request, ...);
#include "preload/calls.def"

static const struct ni_next by_number = {
#define SYSTEM(name, ...) .name = ni_by_number_##name,
#define REQUEST SYSTEM
#include "preload/calls.def"
};

/* ---- numbers with more to them ---- */

static long number_seccomp(long operation, long flags, long argument, long d,
			   long e)
{
	long result = ni_next.syscall(SYS_seccomp, operation, flags, argument);

	(void)d;
	(void)e;
	ni_seccomp_after_seccomp(operation, flags, result);
	return result;
}

static long number_prctl(long option, long a, long b, long c, long d)
{
	long result = ni_next.syscall(SYS_prctl, option, a, b, c, d);

	ni_seccomp_after_prctl(option, result);
	return result;
}

/* ---- which is which ---- */

/* syscall(@number, @a ... @f). What the kernel calls int is cut to int. */
long ni_syscall_own(long number, long a, long b, long c, long d, long e, long f)
{
	const struct ni_next *next = &by_number;

	switch (number) {
#define P(pointer) ((void *)(pointer))
#define ARGUMENTS(...) __VA_ARGS__
#define SYSTEM(name, result, parameters, registers, way) \
	case SYS_##name: return ni_##name(next, ARGUMENTS registers);
#define REQUEST(name, type, way) \
	case SYS_##name: return ni_##name(next, (int)a, (type)b, c);
#define NUMBER(name) \
	case SYS_##name: return number_##name(a, b, c, d, e);
#include "preload/calls.def"
	default:
		return ni_next.syscall(number, a, b, c, d, e, f);
	}
}

/* One bit for each number that is looked at: for syscall.S. */
const uint64_t ni_own_numbers[NI_OWN_NUMBERS_WORDS] = {
#define WORD 0
#include "preload/own_numbers.h"
#define WORD 1
#include "preload/own_numbers.h"
#define WORD 2
#include "preload/own_numbers.h"
#define WORD 3
#include "preload/own_numbers.h"
#define WORD 4
#include "preload/own_numbers.h"
#define WORD 5
#include "preload/own_numbers.h"
#define WORD 6
#include "preload/own_numbers.h"
};
