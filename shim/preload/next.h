/*
 * next.h - where a call goes behind the shim.
 *
 * Every pointer can be called at any time: before the constructor ran it makes
 * the system call itself. Written by the constructor, and those of rare calls
 * by the first call of each.
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

/* True: another loaded object than libc defines the call. */
struct ni_foreign {
#define CALL(name, ...) bool name;
#include "preload/calls.def"
};

extern struct ni_next ni_next;

/* Another object in front of us defines some of the calls: what it does with
 * them we may not see. */
extern bool ni_is_shadowed;
extern struct ni_foreign ni_foreign;

/* Finds what is behind us. For the constructor, or a call that may take the
 * loader's lock; a second time changes nothing. */
void ni_next_resolve(void);

/* For syscall.S alone: where ni_next.syscall lies. */
extern long (*const *const ni_syscall_next)(long, ...);

/* For vfork.S alone. */
extern bool ni_vfork_is_foreign;
extern pid_t (*ni_vfork_foreign)(void);
pid_t ni_vfork_failed(long result);

/* An interposed function: the one symbol of its name that programs see. */
#define NI_EXPORT __attribute__((visibility("default")))
#define NI_ALIAS(name) \
	__attribute__((visibility("default"), alias(#name)))

/* Hot: for speed, whatever the rest of the file is built for. Cold: apart. */
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
