/*
 * double_close.h - a number closed again, and telling that from loops that
 * close everything.
 */
#ifndef NI_AUDIT_DOUBLE_CLOSE_H
#define NI_AUDIT_DOUBLE_CLOSE_H

#include <stdint.h>

#include "audit/descriptors.h"

/*
 * A closed number was closed and the kernel said EBADF. Recorded at once, for
 * the process may be killed next, and taken back if the stack goes on to close
 * the neighbouring numbers.
 */
void ni_double_close_seen(uint32_t site, int fd, const struct ni_slot *slot);

/* Any other close: it may continue a run. */
void ni_double_close_not(uint32_t site, int fd);

#endif
