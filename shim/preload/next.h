/*
 * next.h - the functions that the shim calls in turn: libc's, or those of the
 * next preloaded object.
 *
 * Every pointer can be called at any time: before the constructor has run, it
 * makes the system call itself. The constructor sets them; those of rare calls
 * are set by the first call of each.
 */
#ifndef NI_PRELOAD_NEXT_H
#define NI_PRELOAD_NEXT_H

#include <dirent.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#pragma GCC visibility push(hidden)

struct ni_next {
#define CALL(name, result, parameters, way) result (*name) parameters;
#include "preload/calls.def"
};

/* True if a loaded object other than libc defines the call. */
struct ni_foreign {
#define CALL(name, ...) bool name;
#include "preload/calls.def"
};

extern struct ni_next ni_next;

/* An object listed in front of us defines some of the calls: we may not see
 * what it does with them. */
extern bool ni_is_shadowed;
extern struct ni_foreign ni_foreign;

/* Finds the functions. For the constructor, or for a call that may take the
 * loader's lock; calling it again changes nothing. */
void ni_next_resolve(void);

/* For syscall.S only: where ni_next.syscall is. */
extern long (*const *const ni_syscall_next)(long, ...);

/* For vfork.S only. */
extern bool ni_vfork_is_foreign;
extern pid_t (*ni_vfork_foreign)(void);
pid_t ni_vfork_failed(long result);

/* An interposed function: programs see this symbol instead of libc's. */
#define NI_EXPORT __attribute__((visibility("default")))
#define NI_ALIAS(name) \
	__attribute__((visibility("default"), alias(#name)))

/* Hot: built for speed, however the rest of the file is built. Cold: kept apart
 * from the hot code. */
#ifdef __clang__
#define NI_HOT __attribute__((hot))
#else
#define NI_HOT __attribute__((hot, optimize("O2", "no-align-functions", \
					     "no-align-jumps", \
					     "no-align-loops")))
#endif
#define NI_COLD __attribute__((cold, noinline))

#define NI_LIKELY(x) __builtin_expect(!!(x), 1)
#define NI_UNLIKELY(x) __builtin_expect(!!(x), 0)

#pragma GCC visibility pop

#endif
