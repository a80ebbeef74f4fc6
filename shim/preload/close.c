/*
 * close.c - close, close_range and closefrom: the mark of a number must not
 * outlive the descriptor.
 *
 * The mark is removed before the call: after it, another thread may already
 * have been given the number.
 */
#include <errno.h>
#include <fcntl.h>
#if __has_include(<linux/close_range.h>)
#include <linux/close_range.h>
#endif

#include "preload/create.h"
#include "preload/marks.h"
#include "preload/task.h"

/* A function of its own, so that closing an unmarked descriptor saves no
 * registers. Once the kernel has released the number, another thread may get
 * it, even if the call then fails (a file system may report EIO or EDQUOT). So
 * the mark is never put back, not even if a filter refused the call: such a
 * descriptor is not handed over. */
static NI_HOT __attribute__((noinline)) int
close_marked(int (*next)(int), int fd)
{
	if (NI_UNLIKELY(ni_marks_detached))
		ni_marks_set(fd, 0);
	else
		ni_marks[(unsigned)fd] = 0;
	return next(fd);
}

static inline int close_by(int (*next)(int), int fd)
{
	if (NI_LIKELY(!ni_marks_get(fd)))
		return next(fd);
	return close_marked(next, fd);
}

int ni_close(const struct ni_next *next, int fd)
{
	return close_by(next->close, fd);
}

/* Closes the range, or sets the flag because the program asked to (rule 8). */
int ni_close_range(const struct ni_next *next, unsigned first, unsigned last,
		   int flags)
{
	bool splits = (flags & CLOSE_RANGE_UNSHARE) && !ni_is_single_thread();
	int result;

	if (splits) {
		result = next->close_range(first, last, flags);
		if (result >= 0)
			ni_marks_split();
		return result;
	}
	ni_marks_begin_closing(first, last);
	result = next->close_range(first, last, flags);
	ni_marks_end_closing(first, last, result >= 0);
	return result;
}

NI_EXPORT NI_HOT int close(int fd)
{
	return close_by(ni_next.close, fd);
}

NI_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	return ni_close_range(&ni_next, first, last, flags);
}

NI_EXPORT void closefrom(int first)
{
	unsigned from = first < 0 ? 0 : (unsigned)first;

	ni_marks_begin_closing(from, ~0U);
	ni_next.closefrom(first);
	ni_marks_end_closing(from, ~0U, true);
}

NI_ALIAS(close) NI_HOT int __close(int fd);
