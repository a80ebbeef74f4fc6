/*
 * descriptors.h - what tests ask the kernel about descriptors.
 *
 * Only the kernel is asked: through /proc/self/fd, F_GETFD, and an exec'd
 * child.
 */
#ifndef TESTS_DESCRIPTORS_H
#define TESTS_DESCRIPTORS_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/array.h"
#include "common/raw.h"

/* AArch64 has no such system call. */
#ifdef SYS_dup2
#define IF_SYS_DUP2(...) __VA_ARGS__
#else
#define IF_SYS_DUP2(...)
#endif

/* A raw call, which no interposed function can answer. */
static inline bool is_open(int fd)
{
	return ni_raw3(SYS_fcntl, fd, F_GETFD, 0) >= 0;
}

static inline bool is_inheritable(int fd)
{
	long flags = ni_raw3(SYS_fcntl, fd, F_GETFD, 0);

	return flags >= 0 && !(flags & FD_CLOEXEC);
}

static inline bool is_non_inheritable(int fd)
{
	return is_open(fd) && !is_inheritable(fd);
}

static inline int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		abort();
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

#endif
