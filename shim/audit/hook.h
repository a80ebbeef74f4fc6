/*
 * hook.h - what hooks have in common.
 *
 * A hook has the name and the contract of libc's function. It calls the next
 * definition with the very arguments it was given, returns its result and
 * leaves errno as that one left it: the recorder's own system calls are raw.
 */
#ifndef NI_AUDIT_HOOK_H
#define NI_AUDIT_HOOK_H

#include <stdarg.h>
#include <stdbool.h>

#include "caller.h"
#include "descriptors.h"
#include "kernel.h"
#include "next.h"
#include "recorder.h"

/* Another name of the same function in libc. (The compiler's own alias would
 * need a declaration like libc's, attributes included.) */
#define NI_ALIAS(alias, name) \
	__asm__(".globl " #alias "\n\t.set " #alias ", " #name)

/* A call gave a descriptor or an error; @atomic: with close-on-exec. */
static inline int ni_made(const struct ni_caller *caller, int fd,
			  enum ni_trace_type type, bool atomic)
{
	if (fd >= 0 && ni_is_active())
		ni_descriptors_created(caller, fd, type,
				       atomic ? NI_ATOMIC : NI_INHERITABLE);
	return fd;
}

/* The same, where libc put the descriptor together and only the kernel knows
 * its flag. */
static inline int ni_made_somehow(const struct ni_caller *caller, int fd,
				  enum ni_trace_type type)
{
	if (fd >= 0 && ni_is_active())
		ni_made(caller, fd, type, ni_kernel_flags(fd) & FD_CLOEXEC);
	return fd;
}

#endif
