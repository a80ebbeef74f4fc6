/*
 * creator.c - the columns of creators.def that a hook needs, by number.
 */
#include "audit/creator.h"

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

#include "audit/newer.h"

const struct ni_creator ni_creators[NI_CALLS] = {
#define CREATOR(number, name, result, parameters, type, flag, cure) \
	[number] = { NI_TYPE_##type, flag },
#define NUMBERED(number, name, type, flag, cure) \
	[number] = { NI_TYPE_##type, flag },
#include "common/creators.def"
};
