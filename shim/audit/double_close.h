/*
 * double_close.h - a number that is closed twice, as distinct from loops that
 * close everything.
 */
#ifndef NI_AUDIT_DOUBLE_CLOSE_H
#define NI_AUDIT_DOUBLE_CLOSE_H

#include <stdint.h>

#include "audit/slots.h"

/*
 * A closed number was closed again and the kernel answered EBADF. Recorded at
 * once, because the process may be killed next, and taken back if the same
 * stack goes on to close the neighbouring numbers.
 */
void ni_double_close_seen(uint32_t site, int fd, const struct ni_slot *slot);

/* Any other close: it may continue a run. */
void ni_double_close_not(uint32_t site, int fd);

#endif
