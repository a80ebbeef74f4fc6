/*
 * close.c - close, close_range and closefrom: the mark of a number must not
 * outlive the descriptor.
 *
 * It is taken off before the call: afterwards the number may be another
 * thread's already.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>

#include "common/raw.h"
#include "preload/create.h"
#include "preload/ours.h"

static int close_marked(const struct ni_next *next, int fd)
{
	unsigned char mark = ni_ours_take(fd);
	int result = next->close(fd);

	/* Linux releases the number on every error but EBADF; only a filter
	 * can refuse the call and leave it open. */
	if (result < 0 && ni_raw3(SYS_fcntl, fd, F_GETFD, 0) >= 0)
		ni_ours_set(fd, mark);
	return result;
}

int ni_close(const struct ni_next *next, int fd)
{
	if (NI_UNLIKELY(ni_ours_get(fd)))
		return close_marked(next, fd);
	return next->close(fd);
}

static int flag_range(const struct ni_next *next, unsigned first, unsigned last,
		      int flags)
{
	int result = next->close_range(first, last, flags);
	unsigned end = ni_ours_end;

	if (result < 0)
		return result;
	/* The program's own word from now on (rule 8). */
	for (unsigned fd = first; fd <= last && fd < end; fd++)
		if (ni_ours[fd] & NI_OURS)
			ni_ours_set((int)fd, 0);
	return result;
}

int ni_close_range(const struct ni_next *next, unsigned first, unsigned last,
		   int flags)
{
	int result;

	if (flags & CLOSE_RANGE_CLOEXEC)
		return flag_range(next, first, last, flags);
	ni_ours_begin_closing(first, last);
	result = next->close_range(first, last, flags);
	ni_ours_end_closing(first, last, result >= 0);
	return result;
}

NI_EXPORT int close(int fd)
{
	return ni_close(&ni_next, fd);
}

NI_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	return ni_close_range(&ni_next, first, last, flags);
}

NI_EXPORT void closefrom(int first)
{
	unsigned from = first < 0 ? 0 : (unsigned)first;

	ni_ours_begin_closing(from, ~0U);
	ni_next.closefrom(first);
	ni_ours_end_closing(from, ~0U, true);
}

NI_ALIAS(close) int __close(int fd);
