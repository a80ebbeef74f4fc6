/*
 * system.h - the kernel's convention over libc's calls, errno kept.
 *
 * ni_sys_NAME() is NAME(), answering >= 0 or a negative errno value. This is
 * the only place in the library where errno is read; it is put back, so that
 * a signal handler may use what is built on this.
 */
#ifndef NI_LIB_SYSTEM_H
#define NI_LIB_SYSTEM_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/errors.h"

#define SYSTEM(type, name, parameters, arguments) \
	static inline type ni_sys_##name parameters \
	{ \
		int kept = errno; \
		type r = name arguments; \
\
		if (r < 0) { \
			r = ni_error_of_errno(errno); \
			errno = kept; \
		} \
		return r; \
	}
#include "lib/system.def"
#undef SYSTEM

#endif
