#include "threads.h"

#include <stddef.h>
#include <sys/stat.h>

#include "common/raw.h"
#include "kernel.h"

static const volatile char *single_threaded;

void ni_threads_start(const char *variable)
{
	single_threaded = variable;
}

void ni_threads_forked(void)
{
	if (single_threaded && !*single_threaded)
		single_threaded = NULL;
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
	return single_threaded ? !*single_threaded : counts_two();
}
