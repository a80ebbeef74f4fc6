/*
 * libdeep_own.so - needs RTLD_DEEPBIND for its intended purpose: to use its own
 * dup.
 */
#include <unistd.h>

#include "libdeep.h"

int dup(int fd)
{
	(void)fd;
	return OWN_DUP;
}

int own_dup(int fd)
{
	return dup(fd);
}
