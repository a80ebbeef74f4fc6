/*
 * handover.h - which of our descriptors a new image is meant to get (rule 9).
 *
 * Lives on the caller's stack; asks the kernel for flags and files; writes no
 * memory but its own.
 */
#ifndef NI_PRELOAD_HANDOVER_H
#define NI_PRELOAD_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "preload/program.h"

#pragma GCC visibility push(hidden)

struct ni_handover {
	unsigned end;		/* one past the highest number it can hold */
	unsigned count;
	bool is_same_program;
	unsigned char bits[];	/* end / 8 + 1 bytes */
};

static inline size_t ni_handover_size(unsigned end)
{
	return sizeof(struct ni_handover) + end / 8 + 1;
}

/**
 * ni_handover_choose - what is ours, still flagged, and meant
 * @end: ni_marks_top(); @handover has ni_handover_size(end) bytes
 * @file: what will be executed; its path may be NULL if it was not found
 * @argv, @envp: of the new image
 * @pid: the process that it will be; 0 if not known yet
 */
void ni_handover_choose(struct ni_handover *handover, unsigned end,
			const struct ni_file *file, char *const *argv,
			char *const *envp, pid_t pid);

/* The next number from @fd on, or handover->end. */
unsigned ni_handover_next(const struct ni_handover *handover, unsigned fd);

/* Takes the flags off, and puts them back if exec failed. */
void ni_handover_release(const struct ni_handover *handover);
void ni_handover_put_back(const struct ni_handover *handover);

#pragma GCC visibility pop

#endif
