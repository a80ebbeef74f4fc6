/*
 * hook_close.h - noting closes, for close and close_range and for syscall.
 */
#ifndef NI_AUDIT_HOOK_CLOSE_H
#define NI_AUDIT_HOOK_CLOSE_H

#include "audit/closing.h"
#include "audit/hook.h"

void ni_close_begin(struct ni_closing *closing, const struct ni_caller *caller,
		    int fd);
int ni_close_end(const struct ni_closing *closing, int result);

/* Return: whether ni_range_end() is to be called. */
bool ni_range_begin(const struct ni_caller *caller, unsigned first,
		    unsigned last, int flags);
int ni_range_end(const struct ni_caller *caller, unsigned first, unsigned last,
		 int flags, int result);

#endif
