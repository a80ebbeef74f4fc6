/*
 * wrong_flag.h - calls that look like setting close-on-exec and do nothing.
 */
#ifndef NI_AUDIT_WRONG_FLAG_H
#define NI_AUDIT_WRONG_FLAG_H

#include <stdbool.h>

#include "audit/caller.h"

/* F_SETFD knows FD_CLOEXEC only; F_SETFL ignores O_CLOEXEC. */
bool ni_wrong_flag_is(int fd, int command, int argument);

void ni_wrong_flag_seen(const struct ni_caller *caller, int fd, int command,
			int argument);

#endif
