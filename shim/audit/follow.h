/*
 * follow.h - the environment that a new image gets, so that it is recorded, or,
 * under a seccomp filter of the program's own, so that it is left alone.
 */
#ifndef NI_AUDIT_FOLLOW_H
#define NI_AUDIT_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ni_follow {
	char *const *given;	/* by the program */
	size_t room;		/* bytes to have on the stack; 0: take given */
	uint16_t flags;		/* NI_EXEC_COMPLETED or NI_EXEC_UNFOLLOWED */
	bool removes;		/* takes the trace directory out */
};

/* What is to be done for this environment. */
struct ni_follow ni_follow_plan(char *const *environment);

/* The environment to pass on; @memory has room bytes. */
char *const *ni_follow_environment(const struct ni_follow *follow,
				   void *memory);

#endif
