/*
 * driver.h - making random programs, running each twice, judging the pair.
 */
#ifndef TESTS_RULE_ZERO_DRIVER_H
#define TESTS_RULE_ZERO_DRIVER_H

#include <stdio.h>

#include "ops.h"

/* Makes the program of @seed; @is_inline: with system calls that no shim sees. */
void generate(struct program *program, uint64_t seed, bool is_inline);

/* Prints a line for each step, with the answers of both runs if they are not
 * NULL. */
void print_program(FILE *to, const struct program *program,
		   const struct control *native, const struct control *shim);

/* What may be wrong with two runs of one program. */
enum verdict {
	FINE,
	MORE_THAN_NATIVE,	/* (a) arrives only under the shim */
	SOCKET_IN_OTHER,	/* (b) a socket that nobody made inheritable */
	LOST_IN_SELF,		/* (c) a socket that natively arrives */
	LOST_NAMED,		/* (c) the same, if the exec names it */
	LOST_OTHER,		/* a descriptor that is not the shim's */
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

/* Runs @program both ways and judges the runs; in main.c. */
struct pair;
struct finding try_program(struct pair *pair, const struct program *program);

/* Removes steps as long as the verdict stays the same. */
void shrink(struct pair *pair, struct program *program, enum verdict verdict);

/* Provides a /dev/log if it can; @directory must stay visible. */
void provide_log(const char *directory);

#endif
