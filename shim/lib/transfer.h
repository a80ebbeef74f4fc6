/* transfer.h - receiving without the rule for descriptors. */
#ifndef NI_LIB_TRANSFER_H
#define NI_LIB_TRANSFER_H

#include "noinherit.h"

/* recvmsg() with the timeout and with @flags alone. */
ssize_t ni_transfer_recvmsg(const struct noinherit_socket *s, struct msghdr *msg,
			    int flags);

#endif
