/* transfer.h - receiving within a limit, and without adding close-on-exec to
 * received descriptors. */
#ifndef NI_LIB_TRANSFER_H
#define NI_LIB_TRANSFER_H

#include "lib/timeout.h"
#include "noinherit.h"

/* recv() within a limit that several calls share. */
ssize_t ni_transfer_recv(const struct noinherit_socket *s,
			 struct ni_limit *limit, void *buf, size_t size);

/* recvmsg() with the timeout, and with no flags but @flags. */
ssize_t ni_transfer_recvmsg(const struct noinherit_socket *s, struct msghdr *msg,
			    int flags);

#endif
