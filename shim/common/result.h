/*
 * result.h - converts between the kernel's convention for errors and libc's.
 *
 * A raw system call returns a negative errno; libc returns -1 and sets errno.
 * Only here is one turned into the other.
 */
#ifndef NI_COMMON_RESULT_H
#define NI_COMMON_RESULT_H

#include <errno.h>
#include <unistd.h>

/* Turns a libc result into what this project uses: >= 0, or -errno. */
static inline int ni_result(int result)
{
	return result < 0 ? -errno : result;
}

static inline ssize_t ni_result_size(ssize_t result)
{
	return result < 0 ? -errno : result;
}

/* Closes on a path that already has its error: errno is kept. */
static inline void ni_close(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

#endif
