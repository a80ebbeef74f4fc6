/*
 * world.h - the process that a random program runs in.
 */
#ifndef TESTS_RULE_ZERO_WORLD_H
#define TESTS_RULE_ZERO_WORLD_H

#include "ops.h"

struct world {
	struct control *control;
	const char *control_path;
	char self[PATH_SIZE];
	/* The main process: a new image of itself goes on with the program. */
	bool is_main;
	/* A vfork or clone(CLONE_VM) child: the memory is its parent's. */
	bool is_lent;
	/* Two tables, or two processes that run, share this memory. */
	bool is_split;
};

extern struct world world;

/* For this thread's descriptor table: the numbers that natively are inheritable
 * by omission, so that the shim adds its flag. */
struct table {
	uint64_t forced;
	/* Of these: the shim cannot prove where they come from, and it may
	 * keep them back. The whole list of such cases:
	 *   made in a child that runs in its parent's memory, or there while
	 *   a child of that child did the same;
	 *   in a process whose memory was shared with another that runs
	 *   (clone(CLONE_VM) without CLONE_VFORK), from then on;
	 *   leading to the system log, as libc's own (arrival.is_log);
	 *   in a process where a thread got a table of its own, from then on. */
	uint64_t unproved;
	/* dup2(a, a) on an unproved one, or F_SETFD with O_CLOEXEC by mistake
	 * in a child that runs in its parent's memory: the flag may stay or
	 * not. */
	uint64_t either;
};

extern __thread struct table *table;

/* What an operand stands for now. */
int value(struct operand operand);

/* Moves a descriptor of the fuzzer's own out of the program's numbers. */
int work_fd(long fd);

void set_forced(int fd, bool is_forced);

/* Runs the steps from @first to the end of the block; returns what follows. */
unsigned run_steps(unsigned first);

/* The thread's table is no longer the process's. */
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
