/*
 * musl_lacks.c - functions that tests call and musl does not have.
 */
#include <sys/syscall.h>

#include "musl_lacks.h"

int close_range(unsigned first, unsigned last, int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

void closefrom(int first)
{
	syscall(SYS_close_range, first < 0 ? 0 : first, ~0U, 0);
}

int execveat(int fd, const char *path, char *const *argv, char *const *envp,
	     int flags)
{
	return (int)syscall(SYS_execveat, fd, path, argv, envp, flags);
}
