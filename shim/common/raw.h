/*
 * raw.h - a system call without libc: nothing is looked up, no lock is taken,
 * errno is not touched, no cancellation point is added.
 *
 * The result is the kernel's: >= 0 or a negative errno.
 */
#ifndef NI_COMMON_RAW_H
#define NI_COMMON_RAW_H

#include <errno.h>
#include <sys/syscall.h>

#if defined(__x86_64__) && !defined(__ILP32__)

static inline long ni_raw6(long number, long a, long b, long c, long d, long e,
			   long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
			   "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* The common case: with three arguments, the other registers are left alone. */
static inline long ni_raw3(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

/* The same for calls that take ints and return one: nothing is widened. */
static inline int ni_raw3_int(int number, int a, int b, int c)
{
	int result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

static inline long ni_raw6(long number, long a, long b, long c, long d, long e,
			   long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4),
			   "r"(x5)
			 : "memory");
	return x0;
}

static inline long ni_raw3(long number, long a, long b, long c)
{
	return ni_raw6(number, a, b, c, 0, 0, 0);
}

static inline int ni_raw3_int(int number, int a, int b, int c)
{
	return (int)ni_raw3(number, a, b, c);
}

#else
#error "the preloaded objects support x86-64 and AArch64"
#endif

/* A kernel result as libc gives it to a program. */
static inline long ni_libc_result(long result)
{
	if (__builtin_expect(result < 0 && result >= -4095, 0)) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

#endif
