/*
 * hook.h - what hooks have in common.
 *
 * A hook has the name and the contract of libc's function. It calls the next
 * definition with exactly the arguments that it was given, returns its result
 * and leaves errno as it is after that: the recorder's own system calls are
 * raw.
 */
#ifndef NI_AUDIT_HOOK_H
#define NI_AUDIT_HOOK_H

#include <stdarg.h>
#include <stdbool.h>

#include "audit/beyond.h"
#include "audit/caller.h"
#include "audit/creator.h"
#include "audit/descriptors.h"
#include "audit/exhausted.h"
#include "audit/kernel.h"
#include "audit/recorder.h"

/* Another name of the same function in libc. (The compiler's own alias would
 * need a declaration like libc's, attributes included.) */
#define NI_ALSO_KNOWN_AS(alias, name) \
	__asm__(".globl " #alias "\n\t.set " #alias ", " #name)

/* Comes first in every hook: the functions to call, looked up. */
static inline const struct ni_beyond *ni_beyond_get(void)
{
	ni_hook_enter();
	return &ni_beyond;
}

/* A call returned a descriptor or an error. Passes the result on. */
static inline int ni_made_as(const struct ni_caller *caller, int fd,
			     enum ni_trace_type type, bool atomic)
{
	if (fd < 0)
		ni_exhausted_look(caller);
	else if (ni_is_active())
		ni_descriptors_created(caller, fd, type,
				       atomic ? NI_ATOMIC : NI_INHERITABLE);
	return fd;
}

/* The same, as creators.def says; @flags: what the call was given. */
static inline int ni_made(const struct ni_caller *caller, int fd,
			  unsigned flags)
{
	const struct ni_creator *creator = &ni_creators[caller->call];

	return ni_made_as(caller, fd, creator->type, fd >= 0 &&
			  ni_creator_is_atomic(creator, flags, fd));
}

/* Two at once, unless @result is an error. */
static inline int ni_made_pair(const struct ni_caller *caller, int result,
			       const int pair[2], unsigned flags)
{
	if (result < 0)
		ni_exhausted_look(caller);
	for (int i = 0; result == 0 && i < 2; i++)
		ni_made(caller, pair[i], flags);
	return result;
}

#endif
