/*
 * stack.h - the stack of a caller, as the trace writes frames.
 *
 * Walks by .eh_frame rules, each of which is read once per return address and
 * then remembered. No lock, no allocation; may run in a signal handler. If a
 * stack cannot be followed further, it ends there and is marked as such.
 */
#ifndef NI_AUDIT_STACK_H
#define NI_AUDIT_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/caller.h"
#include "common/trace.h"

/* Words of the stack on which a walk depended, see site.c. */
enum { NI_STACK_WORDS = 44 };

struct ni_trail {
	uint16_t depth;
	uint16_t flags;			/* NI_SITE_CUT, NI_SITE_BROKEN */
	/* As long as these words, so many steps of 8 bytes above the caller's
	 * sp, have these values (and so has the caller's bp, if it was used),
	 * the stack is the same, because each step of the walk depended only on
	 * them. They are in the order of the walk: a word may be read if all
	 * words before it are equal. */
	bool is_repeatable;
	bool used_bp;
	uint16_t count;
	uint32_t steps[NI_STACK_WORDS];
	uint64_t words[NI_STACK_WORDS];
	uint64_t frames[NI_TRACE_FRAMES_MAX];
};

/**
 * ni_stack_walk - collect at most @frames_max frames, innermost first
 */
void ni_stack_walk(const struct ni_caller *caller, unsigned frames_max,
		   struct ni_trail *stack);

/* Code may have been unloaded: forget every rule. */
void ni_stack_forget(void);

#endif
