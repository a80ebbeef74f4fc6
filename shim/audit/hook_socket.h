/*
 * hook_socket.h - noting received descriptors, for recvmsg and for syscall.
 */
#ifndef NI_AUDIT_HOOK_SOCKET_H
#define NI_AUDIT_HOOK_SOCKET_H

#include "audit/hook.h"

void ni_received(const struct ni_caller *caller, struct msghdr *message,
		 int flags);

#endif
