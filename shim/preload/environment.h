/*
 * environment.h - what is added to the environment of a re-exec (rule 10), and
 * how the new image takes it in.
 */
#ifndef NI_PRELOAD_ENVIRONMENT_H
#define NI_PRELOAD_ENVIRONMENT_H

#include "preload/carried.h"
#include "preload/handover.h"

#pragma GCC visibility push(hidden)

enum {
	/* How many more pointers than envp are needed: what is carried, the
	 * list of numbers, the NULL at the end. */
	NI_ENVIRONMENT_EXTRA = NI_CARRIED_MAX + 2,
	/* An environment of more variables is passed on as it is: it may be a
	 * thread with a small stack that calls exec. */
	NI_ENVIRONMENT_MAX = 1200,
};

/* The strings that a completed environment points to. Lies on the stack, which
 * may be a signal handler's. What does not fit is left out. */
struct ni_environment_text {
	char preload[640];	/* LD_PRELOAD= with our entry at its end */
	char adopt[384];	/* NOINHERIT_ADOPT= */
	unsigned length;	/* of adopt */
	unsigned first, last;	/* the range that is being written */
};

size_t ni_environment_count(char *const *envp);

/* Is it certain that the kernel accepts what is added to the environment? */
bool ni_environment_fits(char *const *argv, char *const *envp);

/* Begins the list of what is handed over. @is_spawn: the ID of the new process
 * is not known yet, and @pid is its parent's. */
void ni_environment_begin(struct ni_environment_text *text, bool is_spawn,
			  pid_t pid);

/* Adds a number, in ascending order; for ni_handover_each(). */
void ni_environment_add(struct ni_environment_text *text, unsigned fd);

/**
 * ni_environment_complete - write the environment of the new image
 * @to: room for @count pointers and NI_ENVIRONMENT_EXTRA more
 * @text: what @to points into; its list is complete
 * @envp: at most @count variables are read: another thread may add some
 */
void ni_environment_complete(char **to, struct ni_environment_text *text,
			     char *const *envp, size_t count);

/* The environment of a program that must leave every call as it is: what a filter
 * of ours kills for, kills there. @to: room for @count and two more. */
void ni_environment_switch_off(char **to, char *const *envp, size_t count);

/* The same for what libc itself starts, for system() and popen(): these use the
 * environment of this process, which is therefore replaced. */
void ni_environment_switch_off_own(void);

/* At the start of the new image: makes what was handed over ours again, and
 * removes the variable. @envp: changed in place. */
void ni_environment_adopt(char **envp);

#pragma GCC visibility pop

#endif
