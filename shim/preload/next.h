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

extern struct ni_foreign ni_foreign;

/* Finds the functions. For the constructor, or for a call that may take the
 * loader's lock; calling it again changes nothing. */
void ni_next_resolve(void);

/* Does another object in front of us define some of the calls? What it does with
 * them we may not see. Takes no lock once the constructor ran. */
bool ni_is_shadowed(void);

/* What it answers, once it was asked. */
extern enum ni_shadow {
	NI_SHADOW_UNKNOWN, NI_SHADOW_NONE, NI_SHADOW_SOME
} ni_shadow;

/* The path by which the loader opened us. */
const char *ni_next_own_file(void);

/* For syscall.S and way_on.S: where ni_next.syscall lies. */
extern long (*const *const ni_syscall_next)(long, ...);

/* For vfork.S only. */
extern bool ni_vfork_is_foreign;
extern pid_t (*ni_vfork_foreign)(void);

/* For vfork.S and way_on.S: sets errno, and answers -1. */
int ni_call_failed(long result);

/* For way_on.S alone: where the call of this row of calls.def leads. */
void *ni_next_later(unsigned row);

/* The same for a program that was linked before libc changed the function: the
 * older version, if libc has one. */
void *ni_next_old(unsigned row);

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
