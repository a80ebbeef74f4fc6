/*
 * descriptor.c - the inheritable flag, dup2 and close, on bare descriptors.
 */
#include "lib/descriptor.h"

#include <pthread.h>
#include <stdatomic.h>

#include "lib/latch.h"
#include "lib/system.h"
#include "noinherit.h"

void ni_descriptor_discard(int fd)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	ni_sys_close(fd);
	pthread_setcancelstate(state, NULL);
}

int noinherit_close_fd(int fd)
{
	int r = ni_sys_close(fd);

	/* The descriptor is gone, and the peer's reset is no news for a
	 * program that closes (S-40). */
	return r == -ECONNRESET ? 0 : r;
}

int noinherit_get_inheritable(int fd)
{
	int flags = ni_sys_fcntl(fd, F_GETFD, 0);

	return flags < 0 ? flags : !(flags & FD_CLOEXEC);
}

static int set_by_fcntl(int fd, int inheritable)
{
	int flags = ni_sys_fcntl(fd, F_GETFD, 0);
	int wanted;

	if (flags < 0)
		return flags;
	wanted = inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
	return wanted == flags ? 0 : ni_sys_fcntl(fd, F_SETFD, wanted);
}

int noinherit_set_inheritable(int fd, int inheritable)
{
	static ni_latch ioctl_latch;
	int r;

	if (ni_latch_is_missing(&ioctl_latch))
		return set_by_fcntl(fd, inheritable);
	r = ni_sys_ioctl(fd, inheritable ? FIONCLEX : FIOCLEX, NULL);
	switch (r) {
	case -ENOTTY:
	case -EACCES:
		/* No such ioctl, or a policy against it (SELinux): S-90. */
		ni_latch_missing(&ioctl_latch);
		return set_by_fcntl(fd, inheritable);
	case -EBADF:
		/* An O_PATH descriptor answers this, but fcntl() works on it;
		 * on a closed one that fails, too. */
		return set_by_fcntl(fd, inheritable);
	default:
		return r;
	}
}

/* dup3() is missing before Linux 2.6.27. */
static int dup2_in_two_steps(int fd, int fd2)
{
	int r;

	if (fd == fd2)
		return -EINVAL;
	r = ni_sys_dup2(fd, fd2);
	if (r < 0)
		return r;
	r = noinherit_set_inheritable(fd2, 0);
	if (r < 0)
		ni_descriptor_discard(fd2);
	return r < 0 ? r : fd2;
}

int noinherit_dup2(int fd, int fd2, int inheritable)
{
	static ni_latch dup3_latch;
	int r;

	if (fd < 0 || fd2 < 0)
		return -EBADF;
	if (inheritable)
		return ni_sys_dup2(fd, fd2);
	if (!ni_latch_is_missing(&dup3_latch)) {
		r = ni_sys_dup3(fd, fd2, O_CLOEXEC);
		if (!ni_latch_should_retry(&dup3_latch, r, -ENOSYS))
			return r;
	}
	r = dup2_in_two_steps(fd, fd2);
	if (r >= 0)
		ni_latch_missing(&dup3_latch);
	return r;
}
