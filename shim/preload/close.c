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
#include "preload/marks.h"

/* Linux releases the number on every error but EBADF; only a filter can refuse
 * the call and leave it open. */
static NI_COLD int close_failed(int fd, int result, unsigned char mark)
{
	if (ni_raw3(SYS_fcntl, fd, F_GETFD, 0) >= 0)
		ni_marks_set(fd, mark);
	return result;
}

/* Apart, so that closing what is not ours saves no register. */
static NI_HOT __attribute__((noinline)) int
close_marked(int (*next)(int), int fd, unsigned char mark)
{
	int result;

	if (NI_LIKELY(!ni_in_vfork_child))
		ni_marks[(unsigned)fd] = 0;
	result = next(fd);
	return NI_LIKELY(result >= 0) ? result : close_failed(fd, result, mark);
}

static inline int close_by(int (*next)(int), int fd)
{
	unsigned char mark = ni_marks_get(fd);

	if (NI_LIKELY(!mark))
		return next(fd);
	return close_marked(next, fd, mark);
}

int ni_close(const struct ni_next *next, int fd)
{
	return close_by(next->close, fd);
}

static int flag_range(const struct ni_next *next, unsigned first, unsigned last,
		      int flags)
{
	int result = next->close_range(first, last, flags);
	unsigned end = ni_marks_end;

	if (result < 0)
		return result;
	/* The program's own word from now on (rule 8). */
	for (unsigned fd = first; fd <= last && fd < end; fd++)
		if (ni_marks[fd] & NI_MARK_OURS)
			ni_marks_set((int)fd, 0);
	return result;
}

int ni_close_range(const struct ni_next *next, unsigned first, unsigned last,
		   int flags)
{
	int result;

	if (flags & CLOSE_RANGE_CLOEXEC)
		return flag_range(next, first, last, flags);
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
