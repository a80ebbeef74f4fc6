/*
 * handover.h - which of our descriptors a new image is meant to get (rule 9),
 * and the proof that each is what its mark says (rule 0).
 *
 * Lives on the caller's stack; asks the kernel for flags and files; writes no
 * memory but its own.
 */
#ifndef NI_PRELOAD_HANDOVER_H
#define NI_PRELOAD_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/announced.h"
#include "preload/program.h"

#pragma GCC visibility push(hidden)

/**
 * ni_is_proved - is the descriptor a socket whose flag is ours and still on?
 *
 * The mark must be vouched for. What took the number unseen since is no socket,
 * or was made by a system call that bypassed libc.
 */
bool ni_is_proved(int fd);

struct ni_handover {
	bool is_same_program;
	unsigned end;			/* one past the highest number */
	struct ni_announced_to to;	/* of another program */
};

/**
 * ni_handover_decide - what is the new image meant to get?
 * @file: what will be executed; its path may be NULL if it was not found
 * @argv, @envp: of the new image; any pointer, for the kernel reads them first
 * @pid: the process that it will be; 0 if not known yet
 *
 * Return: false if it is nothing.
 */
bool ni_handover_decide(struct ni_handover *handover,
			const struct ni_file *file, char *const *argv,
			char *const *envp, pid_t pid);

typedef void ni_handover_visit(void *data, unsigned fd);

/* Visits each descriptor to be handed over, as it is proved now. Those of the
 * same program in order; others may come twice unless the visit changes them.
 * Return: how many. */
unsigned ni_handover_each(const struct ni_handover *handover,
			  ni_handover_visit *visit, void *data);

/* Takes the flag off; for ni_handover_each(). */
void ni_handover_release(void *nothing, unsigned fd);

/* Exec failed: the flags that were taken off are put back. */
void ni_handover_put_back(void);

#pragma GCC visibility pop

#endif
