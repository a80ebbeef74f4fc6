/*
 * arrivals.c - one record for each descriptor above 2 that the kernel lists at
 * start: only what asks it, before anything is opened.
 */
#include "audit/arrivals.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

#include "audit/descriptors.h"
#include "audit/kernel.h"
#include "audit/recorder.h"
#include "audit/trace_writer.h"

/* How many numbers are tried without /proc, and how many descriptors are
 * described; the rest are only counted, to leave room for findings. */
enum { TRIED_MAX = 1024, DESCRIBED_MAX = 256 };

/* linux_dirent64, as getdents64 fills it. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* valgrind runs the program inside its own process and keeps its descriptors
 * above the program's limit, where the program cannot touch them, but /proc
 * lists them. To valgrind this sequence is a request, here number 0x1001: are
 * you there? Otherwise it does nothing, and no compiler emits it. */
static bool is_in_valgrind(void)
{
#if defined(__x86_64__)
	const uint64_t request[6] = { 0x1001 };
	uint64_t answer = 0;

	__asm__ volatile("rolq $3, %%rdi\n\trolq $13, %%rdi\n\t"
			 "rolq $61, %%rdi\n\trolq $51, %%rdi\n\t"
			 "xchgq %%rbx, %%rbx"
			 : "+d"(answer) : "a"(request) : "cc", "memory");
	return answer != 0;
#else
	return false;
#endif
}

/* The program's own numbers are below this one. */
static int end_of_numbers(void)
{
	struct rlimit limit;

	if (!is_in_valgrind() ||
	    ni_raw3(SYS_getrlimit, RLIMIT_NOFILE, (long)&limit, 0) < 0 ||
	    limit.rlim_cur > INT_MAX)
		return INT_MAX;
	return (int)limit.rlim_cur;
}

static void record(const struct ni_description *description)
{
	struct ni_trace_arrived *arrived;

	arrived = ni_trace_claim(NI_RECORD_ARRIVED,
				 sizeof(*arrived) + description->size, 0,
				 NI_ROOM_EVENT, NI_DROPPED_ARRIVALS);
	if (!arrived)
		return;
	arrived->what = description->what;
	memcpy(arrived + 1, description->bytes, description->size);
	ni_trace_publish(arrived);
}

static void note(int fd)
{
	struct ni_description description;
	int flags = fd < 3 ? -EBADF : ni_kernel_flags(fd);

	if (flags < 0)
		return;
	if (ni_recorder.trace->arrived++ < DESCRIBED_MAX) {
		ni_kernel_describe(fd, &description);
		record(&description);
	} else {
		description.what.type = NI_TYPE_UNKNOWN;
		ni_trace_drop(NI_DROPPED_ARRIVALS, 1);
	}
	ni_descriptors_arrived(fd, description.what.type,
			       !(flags & FD_CLOEXEC));
}

static int number_of(const char *name)
{
	int number = 0;

	for (; *name; name++) {
		if (*name < '0' || *name > '9' || number > NI_SLOTS_MAX)
			return -1;
		number = number * 10 + (*name - '0');
	}
	return number;
}

static void note_listed(int list, const char *buffer, long size, int end)
{
	for (long at = 0; at < size;) {
		const struct entry *entry = (const void *)(buffer + at);
		int fd = number_of(entry->name);

		if (fd != list && fd < end)
			note(fd);
		at += entry->size;
	}
}

void ni_arrivals_note(void)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	const int end = end_of_numbers();
	_Alignas(8) char buffer[2048];
	long size;
	int list;

	list = (int)ni_raw6(SYS_openat, AT_FDCWD, (long)"/proc/self/fd", flags,
			    0, 0, 0);
	for (int fd = 3; list < 0 && fd < TRIED_MAX; fd++)
		note(fd);
	if (list < 0)
		return;
	while ((size = ni_raw3(SYS_getdents64, list, (long)buffer,
			       sizeof(buffer))) > 0)
		note_listed(list, buffer, size, end);
	ni_raw3(SYS_close, list, 0, 0);
}
