#include "creator.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "kernel.h"
#include "newer.h"

static const struct { enum ni_trace_type type; long flag; } creators[NI_CALLS] = {
#define CREATOR(number, name, result, parameters, type, flag, cure) \
	[number] = { NI_TYPE_##type, flag },
#define NUMBERED(number, name, type, flag, cure) \
	[number] = { NI_TYPE_##type, flag },
#include "common/creators.def"
};

enum ni_trace_type ni_creator_type(enum ni_trace_call call)
{
	return creators[call].type;
}

bool ni_creator_is_atomic(enum ni_trace_call call, unsigned flags, int fd)
{
	const long flag = creators[call].flag;

	if (flag == NI_ASK)
		return ni_kernel_flags(fd) & FD_CLOEXEC;
	return flag == NI_ALWAYS || (flags & flag);
}
