/*
 * driver.h - making random programs, running each twice, judging the pair.
 */
#ifndef TESTS_RULE_ZERO_DRIVER_H
#define TESTS_RULE_ZERO_DRIVER_H

#include <stdio.h>

#include "ops.h"

/* Writes the program of @seed; @is_inline: with calls that no shim sees. */
void generate(struct program *program, uint64_t seed, bool is_inline);

/* One line for each step, followed by @control's answers if it is not NULL. */
void print_program(FILE *to, const struct program *program,
		   const struct control *native, const struct control *shim);

/* What is wrong between two runs of one program. */
enum verdict {
	FINE,
	MORE_THAN_NATIVE,	/* (a) arrives only under the shim */
	SOCKET_IN_OTHER,	/* (b) a socket that nobody made inheritable */
	LOST_IN_SELF,		/* (c) a socket that natively arrives */
	LOST_NAMED,		/* the same, named by the exec */
	LOST_OTHER,		/* something that is not the shim's */
	DIFFERENT_ANSWER,	/* a call's result or errno */
	DIFFERENT_END,		/* an image missing, another exit status */
	VERDICTS,
};

struct finding {
	enum verdict verdict;
	unsigned step;
	int fd;
};

extern const char *const verdict_texts[VERDICTS];

struct finding judge(const struct control *native, const struct control *shim,
		     bool is_inline);

/* Runs @program both ways and judges; in main.c. */
struct pair;
struct finding try_program(struct pair *pair, const struct program *program);

/* Takes steps away as long as the verdict stays. */
void shrink(struct pair *pair, struct program *program, enum verdict verdict);

/* Gives the programs a /dev/log, if it can; @directory must stay visible. */
void provide_log(const char *directory);

#endif
