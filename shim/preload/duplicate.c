/*
 * duplicate.c - dup, dup2 and dup3: rules 4 and 6.
 */
#include <errno.h>
#include <fcntl.h>

#include "common/raw.h"
#include "preload/create.h"
#include "preload/handover.h"
#include "preload/marks.h"
#include "preload/policy.h"

/* EINVAL is also what a descriptor limit of 0 gives, for which dup has EMFILE:
 * so dup itself is asked. */
static int dup_without_flag(const struct ni_next *next, int fd,
			    int errno_before)
{
	int copy = (int)ni_second_try(next->dup(fd), errno_before);

	return ni_created_without_flag(copy);
}

int ni_dup(const struct ni_next *next, int fd)
{
	bool is_foreign = next == &ni_next && ni_foreign.dup;
	int copy, errno_before = errno;

	if (!ni_enforces(NI_SCOPE_DUP) || ni_marks_kept(fd))
		return ni_created_by_program(next->dup(fd), ni_marks_kept(fd));
	/* A library with its own dup loses track of a descriptor that was
	 * duplicated by fcntl (socket_wrapper does). */
	if (is_foreign)
		return ni_created_without_flag(next->dup(fd));
	copy = next->fcntl(fd, F_DUPFD_CLOEXEC, 0L);
	if (copy >= 0 || !ni_may_be_our_flag(errno))
		return ni_created(copy);
	return dup_without_flag(next, fd, errno_before);
}

/* A function of its own, so that the hot path below saves no registers. */
static NI_COLD int dup_again(int fd, int result)
{
	if (result < 0 && ni_may_be_our_flag(-result))
		return dup_without_flag(&ni_next, fd, errno);
	return ni_created((int)ni_libc_result(result));
}

static NI_COLD int dup_slow(int fd)
{
	return ni_dup(&ni_next, fd);
}

NI_EXPORT NI_HOT int dup(int fd)
{
	int copy;

	if (NI_UNLIKELY(!ni_fast.dup))
		return dup_slow(fd);
	copy = ni_raw3_int(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
	if (NI_LIKELY(ni_mark_fast(copy)))
		return copy;
	return dup_again(fd, copy);
}

/* Without the shim, dup2(a, a) leaves an inheritable descriptor inheritable. */
static int dup2_onto_itself(const struct ni_next *next, int fd)
{
	int result = next->dup2(fd, fd);

	if (result >= 0 && ni_is_marked(fd) && ni_is_compat() &&
	    ni_is_proved(fd)) {
		ni_raw3(SYS_fcntl, fd, F_SETFD, 0);
		ni_marks_take(fd);
	}
	return result;
}

/* What was open as @fd2 is gone, unless the call failed. */
static int onto(int result, int fd, int fd2)
{
	ni_marks_end_closing((unsigned)fd2, (unsigned)fd2, result >= 0);
	if (result >= 0 && ni_marks_kept(fd))
		ni_marks_set(fd2, NI_MARK_KEPT);
	return result;
}

int ni_dup2(const struct ni_next *next, int fd, int fd2)
{
	if (fd == fd2)
		return dup2_onto_itself(next, fd);
	ni_marks_begin_closing((unsigned)fd2, (unsigned)fd2);
	return onto(next->dup2(fd, fd2), fd, fd2);
}

int ni_dup3(const struct ni_next *next, int fd, int fd2, int flags)
{
	ni_marks_begin_closing((unsigned)fd2, (unsigned)fd2);
	return onto(next->dup3(fd, fd2, flags), fd, fd2);
}

NI_EXPORT int dup2(int fd, int fd2)
{
	return ni_dup2(&ni_next, fd, fd2);
}

NI_EXPORT int dup3(int fd, int fd2, int flags)
{
	return ni_dup3(&ni_next, fd, fd2, flags);
}

NI_ALIAS(dup2) int __dup2(int fd, int fd2) __THROW;
