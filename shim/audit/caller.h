/*
 * caller.h - where a hook was called from: the start of every stack.
 */
#ifndef NI_AUDIT_CALLER_H
#define NI_AUDIT_CALLER_H

#include <stdint.h>

#include "common/trace.h"

struct ni_caller {
	uintptr_t pc;		/* return address */
	uintptr_t sp;		/* stack pointer after the return */
	uintptr_t bp;		/* the caller's frame pointer register */
	enum ni_trace_call call; /* the function that was called */
};

/*
 * Only at the top of an exported hook: __builtin_frame_address makes the
 * compiler keep a frame pointer there, and the three values lie around it.
 */
#if defined(__x86_64__)
#define NI_CALLER(name) ((struct ni_caller) { \
	.pc = (uintptr_t)__builtin_return_address(0), \
	.sp = (uintptr_t)__builtin_frame_address(0) + 16, \
	.bp = *(uintptr_t *)__builtin_frame_address(0), \
	.call = NI_CALL_##name })
#elif defined(__aarch64__)
/* Our frame begins with its record: the caller's frame pointer and the return
 * address. sp is below everything that a walk reads, and for a given call site
 * always at the same distance. */
#define NI_CALLER(name) ((struct ni_caller) { \
	.pc = (uintptr_t)__builtin_return_address(0), \
	.sp = (uintptr_t)__builtin_frame_address(0), \
	.bp = *(uintptr_t *)__builtin_frame_address(0), \
	.call = NI_CALL_##name })
#endif

#endif
