/*
 * closing.h - descriptors that are closed: by whom, and whether twice.
 */
#ifndef NI_AUDIT_CLOSING_H
#define NI_AUDIT_CLOSING_H

#include <stdint.h>

#include "audit/caller.h"
#include "audit/slots.h"

/* A number that is being closed. Recorded before the call, because another
 * thread may get the number as soon as the kernel has closed it. */
struct ni_closing {
	struct ni_slot before;
	uint32_t site;
	int fd;			/* -1: nothing to note */
};

void ni_closing_begin(struct ni_closing *closing,
		      const struct ni_caller *caller, int fd);

/* After the call; @error: 0 or the errno. EBADF may mean a double close. */
void ni_closing_end(const struct ni_closing *closing, int error);

/* The call failed and the number is as it was. */
void ni_closing_undo(const struct ni_closing *closing);

/* Numbers first..last are closed; if that failed, they are looked at again. */
void ni_closing_range(const struct ni_caller *caller, unsigned first,
		      unsigned last);
void ni_closing_range_undo(unsigned first, unsigned last);

#endif
