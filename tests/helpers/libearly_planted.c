/*
 * libearly_planted: a library whose constructor makes and closes descriptors
 * before a library that is listed in front of it has been initialised.
 */
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

int early_eventfd = -1;

__attribute__((constructor)) static void make_descriptors(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || close(fd) < 0)
		abort();
	early_eventfd = eventfd(0, 0);
}
