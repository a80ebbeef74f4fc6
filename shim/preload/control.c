/*
 * control.c - fcntl and ioctl: rules 5 and 8. Every other command is passed on
 * unchanged.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "preload/create.h"
#include "preload/marks.h"
#include "preload/policy.h"

/* The program sets or clears the flag itself: from now on it is the program's.
 * The mark stops counting before the call is made. */
static int programs_word(const struct ni_next *next, int fd, long flags)
{
	int result;

	ni_marks_begin_closing((unsigned)fd, (unsigned)fd);
	result = next->fcntl(fd, F_SETFD, flags);
	ni_marks_end_closing((unsigned)fd, (unsigned)fd, result >= 0);
	return result;
}

static int set_flags(const struct ni_next *next, int fd, long flags)
{
	/* O_CLOEXEC in place of FD_CLOEXEC would take the flag off, the
	 * opposite of what the program wants. */
	if ((flags & (O_CLOEXEC | FD_CLOEXEC)) == O_CLOEXEC &&
	    ni_marks_vouch(fd) && ni_policy_now()->is_enforcing)
		return next->fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	return programs_word(next, fd, flags);
}

/* A minimum above the standard streams means "dup to this number", as shells
 * use it; one from 0 to 2 is used like dup(), or to avoid the streams. */
static int duplicate(const struct ni_next *next, int fd, long minimum)
{
	bool is_foreign = next == &ni_next && ni_foreign.fcntl;
	int copy, errno_before = errno;

	if ((int)minimum < 0 || (int)minimum > STDERR_FILENO ||
	    !ni_enforces(NI_SCOPE_DUP) || !ni_is_compat() ||
	    ni_marks_kept(fd))
		return ni_created_by_program(next->fcntl(fd, F_DUPFD, minimum),
					     ni_marks_kept(fd));
	if (is_foreign)
		return ni_created_without_flag(next->fcntl(fd, F_DUPFD,
							   minimum));
	copy = next->fcntl(fd, F_DUPFD_CLOEXEC, minimum);
	if (copy >= 0 || !ni_may_be_our_flag(errno))
		return ni_created(copy);
	copy = (int)ni_second_try(next->fcntl(fd, F_DUPFD, minimum),
				  errno_before);
	return ni_created_without_flag(copy);
}

int ni_fcntl(const struct ni_next *next, int fd, int command, long argument)
{
	switch (command) {
	case F_SETFD:
		return set_flags(next, fd, argument);
	case F_DUPFD:
		return duplicate(next, fd, argument);
	case F_DUPFD_CLOEXEC:
		return ni_created_by_program(
			next->fcntl(fd, command, argument), 0);
	default:
		return next->fcntl(fd, command, argument);
	}
}

int ni_ioctl(const struct ni_next *next, int fd, unsigned long request,
	     long argument)
{
	int result;

	if (NI_LIKELY(request != FIOCLEX && request != FIONCLEX))
		return next->ioctl(fd, request, argument);
	ni_marks_begin_closing((unsigned)fd, (unsigned)fd);
	result = next->ioctl(fd, request, argument);
	ni_marks_end_closing((unsigned)fd, (unsigned)fd, result >= 0);
	return result;
}

/* The third argument may be absent, an int or a pointer, so a whole register is
 * passed on. */
NI_EXPORT int fcntl(int fd, int command, ...)
{
	va_list list;
	long argument;

	va_start(list, command);
	argument = va_arg(list, long);
	va_end(list);
	return ni_fcntl(&ni_next, fd, command, argument);
}

/* The kernel reads 32 bits of the request, and musl's callers pass no more. */
NI_EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	long argument;

	va_start(list, request);
	argument = va_arg(list, long);
	va_end(list);
	return ni_ioctl(&ni_next, fd, (unsigned)request, argument);
}

NI_ALIAS(fcntl) int fcntl64(int fd, int command, ...);
NI_ALIAS(fcntl) int __fcntl(int fd, int command, ...);
