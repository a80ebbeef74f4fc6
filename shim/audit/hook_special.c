/*
 * hook_special.c - descriptors that are neither files nor sockets.
 */
#include "audit/hook.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "audit/newer.h"

NI_EXPORT int pipe(int ends[2])
{
	const struct ni_caller caller = NI_CALLER(pipe);

	return ni_made_pair(&caller, ni_beyond_get()->pipe(ends), ends, 0);
}

NI_ALSO_KNOWN_AS(__pipe, pipe);

NI_EXPORT int pipe2(int ends[2], int flags)
{
	const struct ni_caller caller = NI_CALLER(pipe2);
	int r = ni_beyond_get()->pipe2(ends, flags);

	return ni_made_pair(&caller, r, ends, (unsigned)flags);
}

NI_EXPORT int eventfd(unsigned count, int flags)
{
	const struct ni_caller caller = NI_CALLER(eventfd);

	return ni_made(&caller, ni_beyond_get()->eventfd(count, flags), flags);
}

NI_EXPORT int epoll_create(int size)
{
	const struct ni_caller caller = NI_CALLER(epoll_create);

	return ni_made(&caller, ni_beyond_get()->epoll_create(size), 0);
}

NI_EXPORT int epoll_create1(int flags)
{
	const struct ni_caller caller = NI_CALLER(epoll_create1);

	return ni_made(&caller, ni_beyond_get()->epoll_create1(flags), flags);
}

NI_EXPORT int memfd_create(const char *name, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(memfd_create);

	return ni_made(&caller, ni_beyond_get()->memfd_create(name, flags),
		       flags);
}

NI_EXPORT int timerfd_create(int clock, int flags)
{
	const struct ni_caller caller = NI_CALLER(timerfd_create);

	return ni_made(&caller, ni_beyond_get()->timerfd_create(clock, flags),
		       flags);
}

/* If a descriptor is given, it changes that one. */
NI_EXPORT int signalfd(int fd, const sigset_t *signals, int flags)
{
	const struct ni_caller caller = NI_CALLER(signalfd);
	int made = ni_beyond_get()->signalfd(fd, signals, flags);

	if (fd == -1)
		ni_made(&caller, made, flags);
	return made;
}

NI_EXPORT int inotify_init(void)
{
	const struct ni_caller caller = NI_CALLER(inotify_init);

	return ni_made(&caller, ni_beyond_get()->inotify_init(), 0);
}

NI_EXPORT int inotify_init1(int flags)
{
	const struct ni_caller caller = NI_CALLER(inotify_init1);

	return ni_made(&caller, ni_beyond_get()->inotify_init1(flags), flags);
}

NI_EXPORT int fanotify_init(unsigned flags, unsigned event_flags)
{
	const struct ni_caller caller = NI_CALLER(fanotify_init);

	return ni_made(&caller, ni_beyond_get()->fanotify_init(flags, event_flags),
		       flags);
}

/* The kernel gives pidfds close-on-exec by itself. */
NI_EXPORT int pidfd_open(pid_t pid, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(pidfd_open);

	return ni_made(&caller, ni_beyond_get()->pidfd_open(pid, flags), 0);
}

NI_EXPORT int pidfd_getfd(int pidfd, int fd, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(pidfd_getfd);

	return ni_made(&caller, ni_beyond_get()->pidfd_getfd(pidfd, fd, flags),
		       0);
}

/* ---- mounts -------------------------------------------------------------- */

NI_EXPORT int open_tree(int directory, const char *path, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(open_tree);

	return ni_made(&caller, ni_beyond_get()->open_tree(directory, path, flags),
		       flags);
}

NI_EXPORT int fsopen(const char *name, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(fsopen);

	return ni_made(&caller, ni_beyond_get()->fsopen(name, flags), flags);
}

NI_EXPORT int fsmount(int fd, unsigned flags, unsigned attributes)
{
	const struct ni_caller caller = NI_CALLER(fsmount);

	return ni_made(&caller, ni_beyond_get()->fsmount(fd, flags, attributes),
		       flags);
}

NI_EXPORT int fspick(int directory, const char *path, unsigned flags)
{
	const struct ni_caller caller = NI_CALLER(fspick);

	return ni_made(&caller, ni_beyond_get()->fspick(directory, path, flags),
		       flags);
}
