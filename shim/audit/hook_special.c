/*
 * hook_special.c - descriptors that are no file and no socket.
 */
#include "hook.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "newer.h"

NI_EXPORT int pipe(int ends[2])
{
	const struct ni_caller caller = NI_CALLER(pipe);
	int r = ni_next_get()->pipe(ends);

	for (int i = 0; r == 0 && i < 2; i++)
		ni_made(&caller, ends[i], NI_TYPE_PIPE, false);
	return r;
}

NI_ALIAS(__pipe, pipe);

NI_EXPORT int pipe2(int ends[2], int flags)
{
	const struct ni_caller caller = NI_CALLER(pipe2);
	int r = ni_next_get()->pipe2(ends, flags);

	for (int i = 0; r == 0 && i < 2; i++)
		ni_made(&caller, ends[i], NI_TYPE_PIPE, flags & O_CLOEXEC);
	return r;
}

NI_EXPORT int eventfd(unsigned count, int flags)
{
	const struct ni_caller caller = NI_CALLER(eventfd);

	return ni_made(&caller, ni_next_get()->eventfd(count, flags),
		       NI_TYPE_EVENTFD, flags & EFD_CLOEXEC);
}

NI_EXPORT int epoll_create(int size)
{
	const struct ni_caller caller = NI_CALLER(epoll_create);

	return ni_made(&caller, ni_next_get()->epoll_create(size),
		       NI_TYPE_EPOLL, false);
}

NI_EXPORT int epoll_create1(int flags)
{
	const struct ni_caller caller = NI_CALLER(epoll_create1);

	return ni_made(&caller, ni_next_get()->epoll_create1(flags),
		       NI_TYPE_EPOLL, flags & EPOLL_CLOEXEC);
}

NI_EXPORT int memfd_create(const char *name, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(memfd_create);

	return ni_made(&caller, ni_next_get()->memfd_create(name, flags),
		       NI_TYPE_MEMFD, flags & MFD_CLOEXEC);
}

NI_EXPORT int timerfd_create(int clock, int flags)
{
	const struct ni_caller caller = NI_CALLER(timerfd_create);

	return ni_made(&caller, ni_next_get()->timerfd_create(clock, flags),
		       NI_TYPE_TIMERFD, flags & TFD_CLOEXEC);
}

/* With a descriptor given it changes that one. */
NI_EXPORT int signalfd(int fd, const sigset_t *signals, int flags)
{
	const struct ni_caller caller = NI_CALLER(signalfd);
	int made = ni_next_get()->signalfd(fd, signals, flags);

	if (fd == -1)
		ni_made(&caller, made, NI_TYPE_SIGNALFD, flags & SFD_CLOEXEC);
	return made;
}

NI_EXPORT int inotify_init(void)
{
	const struct ni_caller caller = NI_CALLER(inotify_init);

	return ni_made(&caller, ni_next_get()->inotify_init(), NI_TYPE_INOTIFY,
		       false);
}

NI_EXPORT int inotify_init1(int flags)
{
	const struct ni_caller caller = NI_CALLER(inotify_init1);

	return ni_made(&caller, ni_next_get()->inotify_init1(flags),
		       NI_TYPE_INOTIFY, flags & IN_CLOEXEC);
}

NI_EXPORT int fanotify_init(unsigned flags, unsigned event_flags)
{
	const struct ni_caller caller = NI_CALLER(fanotify_init);

	return ni_made(&caller, ni_next_get()->fanotify_init(flags, event_flags),
		       NI_TYPE_FANOTIFY, flags & FAN_CLOEXEC);
}

/* The kernel gives pidfds close-on-exec by itself. */
NI_EXPORT int pidfd_open(pid_t pid, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(pidfd_open);

	return ni_made(&caller, ni_next_get()->pidfd_open(pid, flags),
		       NI_TYPE_PIDFD, true);
}

NI_EXPORT int pidfd_getfd(int pidfd, int fd, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(pidfd_getfd);

	return ni_made(&caller, ni_next_get()->pidfd_getfd(pidfd, fd, flags),
		       NI_TYPE_UNKNOWN, true);
}

/* ---- mounts ------------------------------------------------------------------ */

/* All of these flags are 1, but for O_CLOEXEC of open_tree. */
enum { MOUNT_CLOEXEC = 1 };

NI_EXPORT int open_tree(int directory, const char *path, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(open_tree);

	return ni_made(&caller, ni_next_get()->open_tree(directory, path, flags),
		       NI_TYPE_DIRECTORY, flags & O_CLOEXEC);
}

NI_EXPORT int fsopen(const char *name, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(fsopen);

	return ni_made(&caller, ni_next_get()->fsopen(name, flags),
		       NI_TYPE_OTHER, flags & MOUNT_CLOEXEC);
}

NI_EXPORT int fsmount(int fd, unsigned flags, unsigned attributes)
{
	const struct ni_caller caller = NI_CALLER(fsmount);

	return ni_made(&caller, ni_next_get()->fsmount(fd, flags, attributes),
		       NI_TYPE_DIRECTORY, flags & MOUNT_CLOEXEC);
}

NI_EXPORT int fspick(int directory, const char *path, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(fspick);

	return ni_made(&caller, ni_next_get()->fspick(directory, path, flags),
		       NI_TYPE_OTHER, flags & MOUNT_CLOEXEC);
}
