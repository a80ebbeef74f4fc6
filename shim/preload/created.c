/*
 * created.c - what becomes of a new descriptor: standard stream, kept or
 * marked.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/raw.h"
#include "preload/create.h"
#include "preload/marks.h"
#include "preload/policy.h"

int ni_created(int fd)
{
	bool is_standard = fd <= STDERR_FILENO && ni_is_compat();

	if (fd < 0)
		return fd;
	if (is_standard || ni_keeps_number(fd)) {
		ni_raw3(SYS_fcntl, fd, F_SETFD, 0);
		ni_marks_take(fd);
		return fd;
	}
	if (!ni_mark_fast(fd))
		ni_marks_set(fd, NI_MARK_OURS);
	return fd;
}

/* If the flag is refused (only a filter can do that), the descriptor is given
 * out without it: what worked before must go on working. */
int ni_created_without_flag(int fd)
{
	if (fd < 0)
		return fd;
	if (ni_raw3(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC) < 0)
		return ni_created_by_program(fd, 0);
	return ni_created(fd);
}

int ni_created_by_program(int fd, unsigned char mark)
{
	if (fd >= 0 && ni_marks_get(fd) != mark)
		ni_marks_set(fd, mark);
	return fd;
}

/* An old kernel answers EINVAL, a filter EPERM or ENOSYS. */
bool ni_may_be_our_flag(int error)
{
	return error == EINVAL || error == EPERM || error == ENOSYS;
}
