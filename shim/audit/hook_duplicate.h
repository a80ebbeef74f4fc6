/*
 * hook_duplicate.h - noting copies, for dup and for fcntl and syscall.
 */
#ifndef NI_AUDIT_HOOK_DUPLICATE_H
#define NI_AUDIT_HOOK_DUPLICATE_H

#include "audit/closing.h"
#include "audit/hook.h"

/* @copy is a new descriptor for what @fd is, or an error. */
int ni_duplicated(const struct ni_caller *caller, int fd, int copy,
		  bool atomic);

/* Around a dup2 or dup3, which closes its target. */
void ni_replace_begin(struct ni_closing *closing, const struct ni_caller *caller,
		      int fd, int target);
int ni_replace_end(const struct ni_closing *closing,
		   const struct ni_caller *caller, int fd, int result,
		   bool atomic);

#endif
