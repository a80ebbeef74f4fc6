/* passing.h - the reader of control messages. */
#ifndef NI_LIB_PASSING_H
#define NI_LIB_PASSING_H

#include "noinherit.h"

/* Put the descriptors of @msg into @fds, at most @room; every other one, of
 * whatever control message, is given to @surplus. Returns how many fitted. */
size_t ni_passing_collect(struct msghdr *msg, int *fds, size_t room,
			  void (*surplus)(int fd));

#endif
