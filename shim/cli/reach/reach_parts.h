/*
 * reach_parts.h - what the parts of the reach check share.
 *
 * reach:         the walk from a script to its interpreter, which uses
 * reach_program: the look at a program; both end it by
 * reach_step:    the decision
 */
#ifndef NI_CLI_REACH_PARTS_H
#define NI_CLI_REACH_PARTS_H

#include <stdbool.h>

#include "cli/reach/elf_facts.h"
#include "cli/reach/reach_answer.h"
#include "cli/reach/script.h"

/* A program on the way: the file, or an interpreter that it names. */
struct ni_reach_step {
	char path[PATH_MAX];
	int fd;
	unsigned scripts;
	const char *object;	/* what is to be preloaded */
	struct ni_elf_facts own; /* of this command: what it is built for */
	bool is_env;		/* a script named env(1), and this to run */
	struct ni_env_script env;
	struct ni_reach *reach;
};

/* The end of the walk: what decided, and why. Returns 1. */
__attribute__((format(printf, 4, 5)))
int ni_reach_decide(struct ni_reach_step *step, enum ni_reach_answer answer,
		    const char *advice, const char *why, ...);

/* The end of the walk: it is reached. Returns 1. */
int ni_reach_accept(struct ni_reach_step *step);

/* Whether the ELF program that step stands at decides: 0 where it is reached. */
int ni_reach_program(struct ni_reach_step *step);

#endif
