/*
 * indirect.c - syscall(2): rule 12. The creators, closers and flag changes that
 * are made by number obey the same rules; every other number is passed on
 * unchanged.
 *
 * syscall() is not a cancellation point, so these end in the numbered call,
 * never in the libc function of that name. Runtimes make every futex call
 * through syscall(): syscall.S passes on what is not in ni_own_numbers.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "preload/create.h"
#include "preload/indirect.h"
#include "preload/next.h"
#include "preload/seccomp.h"

/* ---- the calls by number ---- */

/* In way_on.S: functions, and how far from their start each row's is. */
extern const char ni_by_number[] __attribute__((visibility("hidden")));
extern const uint16_t ni_by_number_offsets[]
	__attribute__((visibility("hidden")));

/* Filled by the first call that needs it. Two threads write the same. */
static const struct ni_next *by_number(void)
{
	static struct ni_next table;
	static bool is_filled;
	const void **to = (const void **)&table;

	if (!__atomic_load_n(&is_filled, __ATOMIC_ACQUIRE)) {
		for (size_t i = 0; i < sizeof(table) / sizeof(*to); i++)
			to[i] = ni_by_number + ni_by_number_offsets[i];
		__atomic_store_n(&is_filled, true, __ATOMIC_RELEASE);
	}
	return &table;
}

/* ---- numbers with more to them ---- */

static long number_seccomp(long operation, long flags, long argument, long d,
			   long e)
{
	long result = ni_next.syscall(SYS_seccomp, operation, flags, argument);

	(void)d;
	(void)e;
	ni_seccomp_after_seccomp(operation, flags, argument, result);
	return result;
}

static long number_prctl(long option, long a, long b, long c, long d)
{
	long result = ni_next.syscall(SYS_prctl, option, a, b, c, d);

	ni_seccomp_after_prctl(option, a, b, result);
	return result;
}

/* ---- which is which ---- */

/* syscall(@number, @a ... @f). What the kernel calls int is cut to int. */
long ni_syscall_own(long number, long a, long b, long c, long d, long e, long f)
{
	const struct ni_next *next = by_number();

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
