/*
 * environment.h - what the environment of a re-exec is completed by (rule 10),
 * and taking it in at the other side.
 */
#ifndef NI_PRELOAD_ENVIRONMENT_H
#define NI_PRELOAD_ENVIRONMENT_H

#include "preload/carried.h"
#include "preload/handover.h"

#pragma GCC visibility push(hidden)

enum {
	/* Pointers more than envp has: what is carried, the list of numbers,
	 * the end. */
	NI_ENVIRONMENT_EXTRA = NI_CARRIED_MAX + 2,
	/* An environment of more variables is passed on as it is. */
	NI_ENVIRONMENT_MAX = 4096,
};

/* The texts that a completed environment points into; on the stack. */
struct ni_environment_text {
	char preload[4096];	/* LD_PRELOAD= with our entry at its end */
	char adopt[2048];	/* NOINHERIT_ADOPT= */
};

size_t ni_environment_count(char *const *envp);

/**
 * ni_environment_complete - write the environment of the new image
 * @to: room for the variables of @envp and NI_ENVIRONMENT_EXTRA more
 * @text: what @to points into
 * @is_spawn: the new process' number is not known yet; @pid is its parent's
 */
void ni_environment_complete(char **to, struct ni_environment_text *text,
			     char *const *envp,
			     const struct ni_handover *handover, bool is_spawn,
			     pid_t pid);

/* At the start of the new image: makes what was handed over ours again, and
 * removes the variable. @envp: changed in place. */
void ni_environment_adopt(char **envp);

#pragma GCC visibility pop

#endif
