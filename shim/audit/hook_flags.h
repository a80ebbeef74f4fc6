/*
 * hook_flags.h - noting flag changes, for fcntl and ioctl and for syscall.
 */
#ifndef NI_AUDIT_HOOK_FLAGS_H
#define NI_AUDIT_HOOK_FLAGS_H

#include "audit/hook.h"

int ni_fcntl_done(const struct ni_caller *caller, int fd, int command,
		  long argument, int result);
int ni_ioctl_done(const struct ni_caller *caller, int fd, unsigned long request,
		  int result);

#endif
