/*
 * peer.c - one question to the kernel for each descriptor; never cached.
 */
#include "preload/peer.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/raw.h"

#define SYSTEM_LOG "/dev/log"

static bool stat_path(const char *path, struct stat *status)
{
	return ni_raw6(SYS_newfstatat, AT_FDCWD, (long)path, (long)status, 0, 0,
		       0) == 0;
}

/* /dev/log may be a link to where the log listens. */
static bool is_same_file(const char *path)
{
	struct stat log, other;

	return stat_path(SYSTEM_LOG, &log) && stat_path(path, &other) &&
	       log.st_ino == other.st_ino && log.st_dev == other.st_dev;
}

static bool is_system_log(const struct sockaddr_un *peer)
{
	return peer->sun_family == AF_UNIX && peer->sun_path[0] == '/' &&
	       (!strcmp(peer->sun_path, SYSTEM_LOG) ||
		is_same_file(peer->sun_path));
}

/* A filter may refuse the question, and some families have no answer. */
static bool is_socket(int fd)
{
	struct stat status;

	return ni_raw3(SYS_fstat, fd, (long)&status, 0) == 0 &&
	       S_ISSOCK(status.st_mode);
}

/* One call answers for nearly all: there may be thousands. */
enum ni_peer ni_peer(int fd)
{
	struct sockaddr_un peer;
	socklen_t length = sizeof(peer) - 1;

	switch (ni_raw3(SYS_getpeername, fd, (long)&peer, (long)&length)) {
	case 0:
		/* An unnamed one is shorter than the field, and a path of the
		 * full length has no zero behind it. */
		if (length >= sizeof(peer) || length < sizeof(peer.sun_family))
			length = sizeof(peer.sun_family);
		((char *)&peer)[length] = '\0';
		return length > sizeof(peer.sun_family) &&
		       is_system_log(&peer) ? NI_PEER_SYSTEM_LOG : NI_PEER_OTHER;
	case -ENOTCONN:
		return NI_PEER_OTHER;
	case -ENOTSOCK:
	case -EBADF:
		return NI_PEER_NO_SOCKET;
	default:
		return is_socket(fd) ? NI_PEER_OTHER : NI_PEER_NO_SOCKET;
	}
}
