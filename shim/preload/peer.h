/*
 * peer.h - what a descriptor is, by what it is connected to. Asks the kernel; for
 * exec.
 */
#ifndef NI_PRELOAD_PEER_H
#define NI_PRELOAD_PEER_H

#pragma GCC visibility push(hidden)

enum ni_peer {
	NI_PEER_NO_SOCKET,
	/* libc's own. syslog() closes and opens it inside, where no call is
	 * seen: it can take the number of a descriptor that was ours. */
	NI_PEER_SYSTEM_LOG,
	NI_PEER_OTHER,		/* or none */
};

enum ni_peer ni_peer(int fd);

#pragma GCC visibility pop

#endif
