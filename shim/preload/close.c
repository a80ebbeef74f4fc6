/*
 * close.c - close, close_range and closefrom: the mark of a number must not
 * outlive the descriptor.
 *
 * It is taken off before the call: afterwards the number may be another
 * thread's already.
 */
#include <errno.h>
#include <fcntl.h>
#if __has_include(<linux/close_range.h>)
#include <linux/close_range.h>
#endif

#include "preload/create.h"
#include "preload/marks.h"
#include "preload/task.h"

/* Apart, so that closing what is not marked saves no register. The number may
 * be another's as soon as the kernel has it, whatever the call then answers: a
 * file system says EIO or EDQUOT after that. So the mark never comes back, not
 * even where a filter refused the call: such a descriptor is not handed over. */
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

/* Closes, or sets the program's own flag (rule 8). */
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
