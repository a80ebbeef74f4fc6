/*
 * world.h - the state of the process that runs a random program.
 */
#ifndef TESTS_RULE_ZERO_WORLD_H
#define TESTS_RULE_ZERO_WORLD_H

#include "ops.h"

struct world {
	struct control *control;
	const char *control_path;
	char self[PATH_SIZE];
	/* The main process, whose new image continues the program. */
	bool is_main;
	/* A vfork or clone(CLONE_VM) child, whose memory is its parent's. */
	bool is_lent;
	/* Two descriptor tables, or two running processes, share this memory. */
	bool is_split;
};

extern struct world world;

/* For the descriptor table of this thread: the numbers that are inheritable
 * natively without being asked for, so that the shim adds its flag. */
struct table {
	uint64_t forced;
	/* Those whose origin the shim cannot prove, so that it may keep them
	 * back. All such cases:
	 *   made in a child that runs in its parent's memory, or in the parent
	 *   while such a child of that child ran;
	 *   in a process that has shared its memory with another running one
	 *   (clone(CLONE_VM) without CLONE_VFORK), from then on;
	 *   connected to the system log, as libc's own socket is
	 *   (arrival.is_log);
	 *   in a process one of whose threads has got its own descriptor table,
	 *   from then on. */
	uint64_t unproved;
	/* After dup2(a, a) on an unproved one, or a mistaken F_SETFD with
	 * O_CLOEXEC in a child that runs in its parent's memory: the flag may
	 * be there or not. */
	uint64_t either;
};

extern __thread struct table *table;

/* The descriptor or number for which an operand stands now. */
int value(struct operand operand);

/* Moves a descriptor of the fuzzer above the numbers of the program. */
int work_fd(long fd);

void set_forced(int fd, bool is_forced);

/* Runs the steps from @first to the end of the block; returns the step after
 * it. */
unsigned run_steps(unsigned first);

/* Called when the thread has a descriptor table of its own. */
void table_is_own(void);

/* In processes.c. */
int in_fork(const struct step *step, long flag, int results[2]);
int in_vfork(const struct step *step, long flag, int results[2]);
int in_clone(const struct step *step, long flag, int results[2]);
int in_thread(const struct step *step, long flag, int results[2]);
int end_block(const struct step *step, long flag, int results[2]);
int fail_exec(const struct step *step, long flag, int results[2]);
int execute(const struct step *step, long flag, int results[2]);
int spawn(const struct step *step, long flag, int results[2]);
int unshare_files(const struct step *step, long flag, int results[2]);

#endif
