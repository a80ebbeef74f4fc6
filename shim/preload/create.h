/*
 * create.h - what the interposed calls do, and what happens to a descriptor that
 * one of them has made.
 */
#ifndef NI_PRELOAD_CREATE_H
#define NI_PRELOAD_CREATE_H

#include <errno.h>
#include <stdbool.h>

#include "preload/next.h"

#pragma GCC visibility push(hidden)

/*
 * ni_NAME(next, the arguments), for each system call of calls.def. @next says
 * what to call: ni_next for a libc-named call, the numbered system calls for
 * syscall(2). No system call but fcntl is added.
 */
#define ARGUMENTS(...) __VA_ARGS__
#define SYSTEM(name, result, parameters, ...) \
	result ni_##name(const struct ni_next *next, ARGUMENTS parameters);
#define REQUEST(name, type, way)                                   \
	int ni_##name(const struct ni_next *next, int fd, type request, \
		      long argument);
#include "preload/calls.def"
#undef ARGUMENTS
#ifndef SYS_dup2
int ni_dup2(const struct ni_next *next, int fd, int fd2);
#endif

/* For the constructor. */
void ni_receive_start(void);

/* For a result that is close-on-exec because we asked for it: applies rule 7
 * and NOINHERIT_KEEP, and marks it. Passes a failure on. */
int ni_created(int fd);

/* The same for one that does not have the flag yet; not atomic. */
int ni_created_without_flag(int fd);

/* For a result whose flags the program chose. @mark: NI_MARK_KEPT or 0. */
int ni_created_by_program(int fd, unsigned char mark);

/* Could a call with this error have failed because of the flag we added? */
bool ni_may_be_our_flag(int error);

/* Returns from a call that was made a second time, without our flag: on success
 * errno is as the program had it. */
static inline long ni_second_try(long result, int errno_before)
{
	if (result >= 0)
		errno = errno_before;
	return result;
}

#pragma GCC visibility pop

#endif
