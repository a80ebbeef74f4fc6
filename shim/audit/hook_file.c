/*
 * hook_file.c - files, directories and terminals.
 */
#include "audit/hook.h"

#include <pty.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Only these have a mode after the flags. */
static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

NI_EXPORT int open(const char *path, int flags, ...)
{
	const struct ni_caller caller = NI_CALLER(open);
	mode_t mode = 0;
	va_list list;
	int fd;

	va_start(list, flags);
	if (takes_mode(flags))
		mode = va_arg(list, mode_t);
	va_end(list);
	fd = ni_beyond_get()->open(path, flags, mode);
	return ni_made(&caller, fd, flags);
}

NI_EXPORT int openat(int directory, const char *path, int flags, ...)
{
	const struct ni_caller caller = NI_CALLER(openat);
	mode_t mode = 0;
	va_list list;
	int fd;

	va_start(list, flags);
	if (takes_mode(flags))
		mode = va_arg(list, mode_t);
	va_end(list);
	fd = ni_beyond_get()->openat(directory, path, flags, mode);
	return ni_made(&caller, fd, flags);
}

NI_ALSO_KNOWN_AS(open64, open);
NI_ALSO_KNOWN_AS(__open, open);
NI_ALSO_KNOWN_AS(__open64, open);
NI_ALSO_KNOWN_AS(openat64, openat);

/* What -D_FORTIFY_SOURCE makes of them. */
int __open_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);

NI_EXPORT int __open_2(const char *path, int flags)
{
	const struct ni_caller caller = NI_CALLER(open);
	int fd = ni_beyond_get()->__open_2(path, flags);

	return ni_made(&caller, fd, flags);
}

NI_EXPORT int __openat_2(int directory, const char *path, int flags)
{
	const struct ni_caller caller = NI_CALLER(openat);
	int fd = ni_beyond_get()->__openat_2(directory, path, flags);

	return ni_made(&caller, fd, flags);
}

NI_ALSO_KNOWN_AS(__open64_2, __open_2);
NI_ALSO_KNOWN_AS(__openat64_2, __openat_2);

NI_EXPORT int creat(const char *path, mode_t mode)
{
	const struct ni_caller caller = NI_CALLER(creat);

	return ni_made(&caller, ni_beyond_get()->creat(path, mode), 0);
}

NI_ALSO_KNOWN_AS(creat64, creat);

NI_EXPORT int open_by_handle_at(int mount, struct file_handle *handle,
				int flags)
{
	const struct ni_caller caller = NI_CALLER(open_by_handle_at);
	int fd = ni_beyond_get()->open_by_handle_at(mount, handle, flags);

	return ni_made(&caller, fd, flags);
}

/* ---- temporary files ----------------------------------------------------- */

NI_EXPORT int mkstemp(char *name)
{
	const struct ni_caller caller = NI_CALLER(mkstemp);

	return ni_made(&caller, ni_beyond_get()->mkstemp(name), 0);
}

NI_EXPORT int mkostemp(char *name, int flags)
{
	const struct ni_caller caller = NI_CALLER(mkostemp);

	return ni_made(&caller, ni_beyond_get()->mkostemp(name, flags), flags);
}

NI_EXPORT int mkstemps(char *name, int suffix)
{
	const struct ni_caller caller = NI_CALLER(mkstemps);

	return ni_made(&caller, ni_beyond_get()->mkstemps(name, suffix), 0);
}

NI_EXPORT int mkostemps(char *name, int suffix, int flags)
{
	const struct ni_caller caller = NI_CALLER(mkostemps);

	return ni_made(&caller, ni_beyond_get()->mkostemps(name, suffix, flags),
		       flags);
}

NI_ALSO_KNOWN_AS(mkstemp64, mkstemp);
NI_ALSO_KNOWN_AS(mkostemp64, mkostemp);
NI_ALSO_KNOWN_AS(mkstemps64, mkstemps);
NI_ALSO_KNOWN_AS(mkostemps64, mkostemps);

/* ---- shared memory, message queues --------------------------------------- */

NI_EXPORT int shm_open(const char *name, int flags, mode_t mode)
{
	const struct ni_caller caller = NI_CALLER(shm_open);
	int fd;

	ni_beyond_get();
	NI_BEYOND_LATE(shm_open);
	fd = ni_beyond.shm_open(name, flags, mode);
	return ni_made(&caller, fd, 0);
}

/* A queue's descriptor always has close-on-exec. */
NI_EXPORT mqd_t mq_open(const char *name, int flags, ...)
{
	const struct ni_caller caller = NI_CALLER(mq_open);
	struct mq_attr *attributes = NULL;
	mode_t mode = 0;
	va_list list;

	va_start(list, flags);
	if (flags & O_CREAT) {
		mode = va_arg(list, mode_t);
		attributes = va_arg(list, struct mq_attr *);
	}
	va_end(list);
	ni_beyond_get();
	NI_BEYOND_LATE(mq_open);
	return ni_made(&caller, ni_beyond.mq_open(name, flags, mode, attributes),
		       0);
}

mqd_t __mq_open_2(const char *name, int flags);

NI_EXPORT mqd_t __mq_open_2(const char *name, int flags)
{
	const struct ni_caller caller = NI_CALLER(mq_open);

	ni_beyond_get();
	NI_BEYOND_LATE(__mq_open_2);
	return ni_made(&caller, ni_beyond.__mq_open_2(name, flags), 0);
}

/* ---- directories --------------------------------------------------------- */

NI_EXPORT DIR *opendir(const char *path)
{
	const struct ni_caller caller = NI_CALLER(opendir);
	DIR *directory = ni_beyond_get()->opendir(path);

	if (!directory)
		ni_exhausted_look(&caller);
	else if (ni_is_active())
		ni_made(&caller, dirfd(directory), 0);
	return directory;
}

/* glibc sets close-on-exec on the caller's descriptor. */
NI_EXPORT DIR *fdopendir(int fd)
{
	const struct ni_caller caller = NI_CALLER(fdopendir);
	DIR *directory = ni_beyond_get()->fdopendir(fd);

	if (directory && ni_is_active() &&
	    (ni_slots_get(fd).state & NI_SLOT_INHERITABLE) &&
	    (ni_kernel_flags(fd) & FD_CLOEXEC))
		ni_descriptors_flagged(&caller, fd, true);
	return directory;
}

/* ---- terminals ----------------------------------------------------------- */

NI_EXPORT int openpty(int *master, int *slave, char *name,
		      const struct termios *settings,
		      const struct winsize *size)
{
	const struct ni_caller caller = NI_CALLER(openpty);
	int r;

	ni_beyond_get();
	NI_BEYOND_LATE(openpty);
	r = ni_beyond.openpty(master, slave, name, settings, size);
	if (r == 0)
		ni_made(&caller, *slave, 0);
	ni_made(&caller, r == 0 ? *master : r, 0);
	return r;
}

/* The child has seen its fork in ni_recorder_forked(). */
NI_EXPORT pid_t forkpty(int *master, char *name, const struct termios *settings,
			const struct winsize *size)
{
	const struct ni_caller caller = NI_CALLER(forkpty);
	pid_t pid;

	ni_beyond_get();
	NI_BEYOND_LATE(forkpty);
	pid = ni_beyond.forkpty(master, name, settings, size);
	if (pid)
		ni_made(&caller, pid > 0 ? *master : -1, 0);
	return pid;
}

NI_EXPORT int posix_openpt(int flags)
{
	const struct ni_caller caller = NI_CALLER(posix_openpt);

	return ni_made(&caller, ni_beyond_get()->posix_openpt(flags), flags);
}

NI_EXPORT int getpt(void)
{
	const struct ni_caller caller = NI_CALLER(getpt);

	return ni_made(&caller, ni_beyond_get()->getpt(), 0);
}
