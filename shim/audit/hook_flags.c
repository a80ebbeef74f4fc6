/*
 * hook_flags.c - fcntl and ioctl: what the program says about close-on-exec.
 */
#include "audit/hook.h"
#include "audit/hook_duplicate.h"
#include "audit/hook_flags.h"
#include "audit/wrong_flag.h"

#include <sys/ioctl.h>

int ni_fcntl_done(const struct ni_caller *caller, int fd, int command,
		  long argument, int result)
{
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		return ni_duplicated(caller, fd, result,
				     command == F_DUPFD_CLOEXEC);
	if (result < 0 || !ni_is_active())
		return result;
	switch (command) {
	case F_SETFD:
	case F_SETFL:
		/* The kernel looks at the lower half, too. */
		if (ni_wrong_flag_is(fd, command, (int)argument))
			ni_wrong_flag_seen(caller, fd, command, (int)argument);
		else if (command == F_SETFD)
			ni_descriptors_flagged(caller, fd,
					       argument & FD_CLOEXEC);
	}
	return result;
}

/* Every command has at most one argument that fits a register. */
NI_EXPORT int fcntl(int fd, int command, ...)
{
	const struct ni_caller caller = NI_CALLER(fcntl);
	va_list list;
	long argument;
	int r;

	va_start(list, command);
	argument = va_arg(list, long);
	va_end(list);
	r = ni_beyond_get()->fcntl(fd, command, argument);
	return ni_fcntl_done(&caller, fd, command, argument, r);
}

NI_ALSO_KNOWN_AS(fcntl64, fcntl);
NI_ALSO_KNOWN_AS(__fcntl, fcntl);

int ni_ioctl_done(const struct ni_caller *caller, int fd, unsigned long request,
		  int result)
{
	if (result == 0 && (request == FIOCLEX || request == FIONCLEX) &&
	    ni_is_active())
		ni_descriptors_flagged(caller, fd, request == FIOCLEX);
	return result;
}

NI_EXPORT int ioctl(int fd, unsigned long request, ...)
{
	const struct ni_caller caller = NI_CALLER(ioctl);
	va_list list;
	long argument;
	int r;

	va_start(list, request);
	argument = va_arg(list, long);
	va_end(list);
	r = ni_beyond_get()->ioctl(fd, request, argument);
	/* The kernel reads 32 bits, and musl's callers pass no more. */
	return ni_ioctl_done(&caller, fd, (unsigned)request, r);
}
