/*
 * threads.h - whether the process has, or had, a second thread.
 */
#ifndef NI_AUDIT_THREADS_H
#define NI_AUDIT_THREADS_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* At start; @single_threaded: glibc's __libc_single_threaded, or NULL. */
void ni_threads_start(const char *single_threaded);

/* In a fork child: alone again, but libc's variable stays as it was. */
void ni_threads_forked(void);

bool ni_threads_has_second(void);

/* libc's variable, or one that is 0: it may not be the only thread. */
extern const volatile char *ni_threads_single;

/* Is this certainly the only thread? Costs two loads. */
static inline bool ni_threads_is_single(void)
{
	return *ni_threads_single;
}

#pragma GCC visibility pop

#endif
