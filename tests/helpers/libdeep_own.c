/*
 * libdeep_own.so - wants RTLD_DEEPBIND for its proper purpose: its own dup.
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
