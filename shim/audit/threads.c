/*
 * threads.c - asks libc's own note of a second thread, or else the kernel.
 */
#include "audit/threads.h"

#include <stddef.h>
#include <sys/stat.h>

#include "audit/kernel.h"
#include "common/raw.h"

static const char unknown;

const volatile char *ni_threads_single = &unknown;

void ni_threads_start(const char *variable)
{
	if (variable)
		ni_threads_single = variable;
}

void ni_threads_forked(void)
{
	if (!*ni_threads_single)
		ni_threads_single = &unknown;
}

/* /proc/self/task has two links and one for each thread; no descriptor is
 * needed to ask. */
static bool counts_two(void)
{
	struct stat status;

	return ni_raw6(SYS_newfstatat, AT_FDCWD, (long)"/proc/self/task",
		       (long)&status, 0, 0, 0) == 0 && status.st_nlink > 3;
}

bool ni_threads_has_second(void)
{
	if (ni_threads_single == &unknown)
		return counts_two();
	return !*ni_threads_single;
}
