/*
 * kernel.h - the recorder's own questions to the kernel.
 *
 * Raw system calls: no interposed function is called, errno is not touched.
 */
#ifndef NI_AUDIT_KERNEL_H
#define NI_AUDIT_KERNEL_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/raw.h"
#include "common/trace.h"

/* The descriptor's flags, or -EBADF. */
static inline int ni_kernel_flags(int fd)
{
	return (int)ni_raw3(SYS_fcntl, fd, F_GETFD, 0);
}

static inline bool ni_kernel_is_open(int fd)
{
	return ni_kernel_flags(fd) >= 0;
}

static inline uint32_t ni_kernel_pid(void)
{
	return (uint32_t)ni_raw3(SYS_getpid, 0, 0, 0);
}

static inline uint32_t ni_kernel_parent(void)
{
	return (uint32_t)ni_raw3(SYS_getppid, 0, 0, 0);
}

/* What a descriptor is, with room for all the text that goes with it. */
struct ni_description {
	struct ni_trace_what what;
	size_t size;		/* bytes used, in the order of the sizes */
	char bytes[576];
};

/**
 * ni_kernel_describe - ask everything about a descriptor
 * @fd: need not be open
 * @description: filled in as far as there are answers
 */
void ni_kernel_describe(int fd, struct ni_description *description);

/* Only its type. */
enum ni_trace_type ni_kernel_type(int fd);

/* Can a descriptor that the recorder believes to be @seen be of type @found? */
bool ni_kernel_types_agree(enum ni_trace_type seen, enum ni_trace_type found);

/* Appends the text that explains, e.g. the name of a variable. */
void ni_description_detail(struct ni_description *description,
			   const char *text, size_t length);

#endif
