/*
 * reach_answer.h - what the reach check finds out about a program.
 */
#ifndef NI_CLI_REACH_ANSWER_H
#define NI_CLI_REACH_ANSWER_H

#include <limits.h>
#include <stdbool.h>

enum ni_reach_answer {
	NI_REACHED,
	NI_NOT_REACHED,		/* it runs, without what was preloaded */
	NI_REACH_CANNOT_RUN,	/* the kernel or the loader will refuse it */
	NI_REACH_NOT_FOUND,	/* its interpreter or loader is missing */
	NI_REACH_UNKNOWN,	/* it may not be read */
};

struct ni_reach {
	enum ni_reach_answer answer;
	char file[PATH_MAX];	/* what decided: the program, or the
				 * interpreter of the script */
	const char *advice;	/* what to do about it, or NULL */
	bool is_harmed;		/* it would not start with the object */
	bool is_foreign;		/* no CPU of this family runs it, and no
				 * emulator that we know of */
	const char *note;	/* what is missed although it is reached, or
				 * NULL */
	char why[512];		/* "it is ..."; "" where it is reached */
};

#endif
