/*
 * hook_process.c - forks that run no handlers, filters, and unloading.
 */
#include "audit/hook.h"

#include <dlfcn.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "audit/clock.h"
#include "audit/hook_process.h"
#include "audit/newer.h"
#include "audit/open_counts.h"
#include "audit/site.h"
#include "audit/stack.h"
#include "audit/vfork.h"

int ni_vfork_refused(int error);

/* Sets errno for vfork.S. */
int ni_vfork_refused(int error)
{
	errno = error;
	return -1;
}

/* fork() runs the handler that was registered at start; this one does not. */
NI_EXPORT pid_t _Fork(void)
{
	pid_t pid;

	ni_hook_enter();
	ni_recorder_forking();
	pid = ni_beyond._Fork();
	if (pid == 0)
		ni_recorder_forked();
	return pid;
}

/* exit() ends in ni_unclosed_at_exit(). */
NI_EXPORT void _exit(int status)
{
	ni_hook_enter();
	ni_open_counts_end();
	ni_beyond._exit(status);
	__builtin_unreachable();
}

NI_ALSO_KNOWN_AS(_Exit, _exit);

/* ---- the program's own filter -------------------------------------------- */

void ni_filter_begin(struct ni_filter *filter, bool installs)
{
	filter->installs = installs && ni_is_active() && !ni_is_vforked();
	/* After the call, asking the clock may be forbidden. */
	filter->time_ns = filter->installs ? ni_clock_ns(CLOCK_MONOTONIC) : 0;
}

void ni_filter_end(const struct ni_filter *filter, bool is_installed)
{
	if (filter->installs && is_installed)
		ni_recorder_stop(NI_STOP_SECCOMP, filter->time_ns);
}

NI_EXPORT int prctl(int option, ...)
{
	struct ni_filter filter;
	unsigned long a, b, c, d;
	va_list list;
	int r;

	va_start(list, option);
	a = va_arg(list, unsigned long);
	b = va_arg(list, unsigned long);
	c = va_arg(list, unsigned long);
	d = va_arg(list, unsigned long);
	va_end(list);
	ni_hook_enter();
	ni_filter_begin(&filter, option == PR_SET_SECCOMP);
	r = ni_beyond.prctl(option, a, b, c, d);
	ni_filter_end(&filter, r == 0);
	return r;
}

/* ---- unloading ----------------------------------------------------------- */

NI_EXPORT int dlclose(void *library)
{
	int r;

	ni_hook_enter();
	NI_BEYOND_LATE(dlclose);
	r = ni_beyond.dlclose(library);
	/* Other code may be loaded at the same address. */
	if (r == 0 && ni_is_active()) {
		ni_stack_forget();
		ni_site_forget();
	}
	return r;
}
