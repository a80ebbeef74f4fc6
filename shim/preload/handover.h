/*
 * handover.h - which of our descriptors a new image is meant to get (rule 9),
 * and the proof that each is what its mark says (rule 0).
 *
 * Works on the caller's stack; asks the kernel about flags and files; writes to
 * no other memory.
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
 * The mark must be vouched for. A socket that took the number since then
 * without our seeing it can only have been made by a system call that bypassed
 * libc.
 */
bool ni_is_proved(int fd);

struct ni_handover {
	bool is_same_program;
	unsigned end;			/* one past the highest number */
	struct ni_announced_to to;	/* for another program */
};

/**
 * ni_handover_decide - which descriptors is the new image meant to get?
 * @file: what will be executed; its path may be NULL if it was not found
 * @argv, @envp: of the new image; any pointer, for the kernel reads them first
 * @pid: the process that it will be; 0 if not known yet
 *
 * Return: false if none.
 */
bool ni_handover_decide(struct ni_handover *handover,
			const struct ni_file *file, char *const *argv,
			char *const *envp, pid_t pid);

typedef void ni_handover_visit(void *data, unsigned fd);

/* Visits each descriptor that is to be handed over and can be proved now: for
 * the same program in ascending order; for others some may come twice, unless
 * the visit changes them. Return: how many were visited. */
unsigned ni_handover_each(const struct ni_handover *handover,
			  ni_handover_visit *visit, void *data);

/* How many would be visited; @most if they are more. */
unsigned ni_handover_count(const struct ni_handover *handover, unsigned most);

/* Takes the flag off; for ni_handover_each(). */
void ni_handover_release(void *nothing, unsigned fd);

/* Exec failed: the flags that were taken off are put back. */
void ni_handover_put_back(void);

#pragma GCC visibility pop

#endif
