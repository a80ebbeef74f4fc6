/*
 * creator.h - what creators.def says of each call, by its number.
 */
#ifndef NI_AUDIT_CREATOR_H
#define NI_AUDIT_CREATOR_H

#include <stdbool.h>

#include "common/trace.h"

/* Flags of calls that are not asked for close-on-exec by a bit. */
#define NI_NEVER 0
#define NI_ALWAYS (-1L)
#define NI_ASK (-2L)
#define NI_SAID (-3L)

/* The argument of a system call that has no flags. */
#define NI_NO_FLAGS (-1)

/* What a call makes; NI_TYPE_UNKNOWN for one that makes nothing. */
enum ni_trace_type ni_creator_type(enum ni_trace_call call);

/* Has @fd, which @call made with @flags, got close-on-exec? Where libc put the
 * descriptor together only the kernel can tell, and is asked. */
bool ni_creator_is_atomic(enum ni_trace_call call, unsigned flags, int fd);

#endif
