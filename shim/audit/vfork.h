/*
 * vfork.h - whether this is a vfork child.
 *
 * Such a child has descriptors of its own but its parent's memory, its thread
 * variables included. The interposed vfork (vfork.S) counts the depth there.
 */
#ifndef NI_AUDIT_VFORK_H
#define NI_AUDIT_VFORK_H

#include <stdbool.h>
#include <stdint.h>

enum { NI_VFORK_DEPTH = 4, NI_OVERLAY_MAX = 24 };

/* vfork.S knows the first two members by their offsets. */
struct ni_vfork {
	uint64_t depth;				/* 0: not in a vfork child */
	uint64_t returns[NI_VFORK_DEPTH];	/* where each vfork returns */
	/* What the child did to numbers; forgotten when its parent goes on. */
	uint32_t count;
	bool is_full;
	int32_t fds[NI_OVERLAY_MAX];
	struct { uint64_t low, high; } slots[NI_OVERLAY_MAX];
};

extern __thread struct ni_vfork ni_vfork
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline bool ni_is_vforked(void)
{
	return ni_vfork.depth != 0;
}

#endif
