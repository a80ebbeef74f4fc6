/*
 * libtwostep.so - an inadequate shim, which sets the flag in a second call. The
 * race test must find that it leaks.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int flagged(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int socket(int domain, int type, int protocol)
{
	return flagged(NEXT(socket)(domain, type, protocol));
}

int socketpair(int domain, int type, int protocol, int pair[2])
{
	int result = NEXT(socketpair)(domain, type, protocol, pair);

	if (result == 0) {
		flagged(pair[0]);
		flagged(pair[1]);
	}
	return result;
}

int accept(int fd, struct sockaddr *restrict address,
	   socklen_t *restrict length)
{
	return flagged(NEXT(accept)(fd, address, length));
}

int dup(int fd)
{
	return flagged(NEXT(dup)(fd));
}
