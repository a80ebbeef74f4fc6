/*
 * musl_libstdcxx.c - what Debian's libstdc++.a and libgcc_eh.a want of glibc and
 * musl lacks, so that a program of musl's in C++ runs where there is no other.
 * Enough for one that throws nothing.
 */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded;

/* Thread-local objects are not destroyed at the end of the thread. */
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *dso)
{
	(void)destroy, (void)object, (void)dso;
	return 0;
}

/* Finds nothing, so an exception ends the program. */
int _dl_find_object(void *address, void *found)
{
	(void)address, (void)found;
	return -1;
}

size_t __strftime_l(char *to, size_t size, const char *format,
		    const struct tm *time, locale_t locale)
{
	return strftime_l(to, size, format, time, locale);
}

uint32_t arc4random(void)
{
	uint32_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		abort();
	return number;
}
