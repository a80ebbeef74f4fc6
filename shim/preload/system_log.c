/*
 * system_log.c - recognises libc's socket by its peer's name.
 */
#include "preload/system_log.h"

#include <fcntl.h>
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

/* /dev/log may be a link to the socket on which the log listens. */
static bool is_same_file(const char *path)
{
	struct stat log, other;

	return stat_path(SYSTEM_LOG, &log) && stat_path(path, &other) &&
	       log.st_ino == other.st_ino && log.st_dev == other.st_dev;
}

bool ni_is_system_log(int fd)
{
	struct sockaddr_un peer;
	socklen_t length = sizeof(peer) - 1;

	/* A path of the full length is not followed by a zero. */
	memset(&peer, 0, sizeof(peer));
	if (ni_raw3(SYS_getpeername, fd, (long)&peer, (long)&length) < 0 ||
	    peer.sun_family != AF_UNIX || peer.sun_path[0] != '/')
		return false;
	return !strcmp(peer.sun_path, SYSTEM_LOG) ||
	       is_same_file(peer.sun_path);
}
