/*
 * libdeep.so - a library that a program loads with RTLD_DEEPBIND, and that makes
 * descriptors by each kind of import. The other libdeep_*.so are linked
 * differently.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "libdeep.h"

static int (*const pointers[])(int) = { dup };

int deep_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

int deep_dup(int fd)
{
	return dup(fd);
}

int deep_dup_by_pointer(int fd)
{
	/* From memory, so that the compiler cannot use the value that it knows. */
	int (*const *volatile at)(int) = pointers;

	return at[0](fd);
}

const void *deep_constant(void)
{
	return pointers;
}
