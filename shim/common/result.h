/*
 * result.h - between the kernel's convention and C's.
 *
 * A raw system call answers a negative errno; libc answers -1 and sets errno.
 * These are the only places where one becomes the other.
 */
#ifndef NI_COMMON_RESULT_H
#define NI_COMMON_RESULT_H

#include <errno.h>
#include <unistd.h>

/* A libc result as the rest of this project speaks: >= 0, or -errno. */
static inline int ni_result(int result)
{
	return result < 0 ? -errno : result;
}

static inline ssize_t ni_result_size(ssize_t result)
{
	return result < 0 ? -errno : result;
}

/* Close on a way out that already has its error: errno is kept. */
static inline void ni_close(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

#endif
