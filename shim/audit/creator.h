/*
 * creator.h - what creators.def says of each call, by its number.
 */
#ifndef NI_AUDIT_CREATOR_H
#define NI_AUDIT_CREATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/kernel.h"
#include "common/trace.h"

/* Flags of calls that are not asked for close-on-exec by a bit. */
#define NI_NEVER 0
#define NI_ALWAYS INT64_C(-1)
#define NI_ASK INT64_C(-2)
#define NI_SAID INT64_C(-3)

/* The argument of a system call that has no flags. */
#define NI_NO_FLAGS (-1)

struct ni_creator {
	enum ni_trace_type type;	/* NI_TYPE_UNKNOWN: makes nothing, or
					   only the kernel knows what */
	int64_t flag;
};

extern const struct ni_creator ni_creators[NI_CALLS]
	__attribute__((visibility("hidden")));

/* Is @fd, which was made with @flags, close-on-exec? If libc made it by several
 * calls, only the kernel can tell, and is asked. */
static inline bool ni_creator_is_atomic(const struct ni_creator *creator,
					unsigned flags, int fd)
{
	if (creator->flag >= 0)
		return flags & (uint64_t)creator->flag;
	return creator->flag == NI_ALWAYS ||
	       (ni_kernel_flags(fd) & FD_CLOEXEC);
}

#endif
