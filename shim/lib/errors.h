/* errors.h - the range of the resolver's errors. */
#ifndef NI_LIB_ERRORS_H
#define NI_LIB_ERRORS_H

#include <errno.h>

#include "noinherit.h"

/* What the library returns for an errno value from the kernel, whose ETIMEDOUT
 * is not a timeout of the library's (S-62, O-11). */
static inline int ni_error_of_errno(int number)
{
	return number == ETIMEDOUT ? NOINHERIT_KERNEL_TIMEOUT : -number;
}

/* What the library returns for an EAI_ code; EAI_SYSTEM is not one of these. */
int ni_error_of_eai(int code);

#endif
