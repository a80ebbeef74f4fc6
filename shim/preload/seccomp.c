/*
 * seccomp.c - prctl: rule 11. A filter may allow exactly the calls that the
 * program makes, with exactly those arguments.
 */
#if __has_include(<linux/seccomp.h>)
#include <linux/seccomp.h>
#endif
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "preload/environment.h"
#include "preload/next.h"
#include "preload/policy.h"
#include "preload/seccomp.h"

/* @filter: NULL for strict mode. */
static void obey(const void *filter)
{
	bool could_kill = ni_policy.filter_may_kill;

	ni_policy_stop(filter);
	if (ni_policy.filter_may_kill && !could_kill)
		ni_environment_switch_off_own();
}

void ni_seccomp_after_prctl(long option, long mode, long filter, long result)
{
	if (option == PR_SET_SECCOMP && result == 0)
		obey(mode == SECCOMP_MODE_FILTER ? (const void *)filter : NULL);
}

/* Probing what the kernel supports switches nothing off. A positive result is
 * the listener's descriptor or, with TSYNC alone, the thread that failed. */
void ni_seccomp_after_seccomp(long operation, long flags, long filter,
			      long result)
{
	bool sets = operation == SECCOMP_SET_MODE_STRICT ||
		    operation == SECCOMP_SET_MODE_FILTER;
	bool failed = result < 0 ||
		      (result > 0 && (flags & SECCOMP_FILTER_FLAG_TSYNC) &&
		       !(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER));

	if (sets && !failed)
		obey(operation == SECCOMP_SET_MODE_FILTER ?
			     (const void *)filter : NULL);
}

NI_EXPORT int prctl(int option, ...)
{
	long a, b, c, d;
	va_list list;
	int result;

	va_start(list, option);
	a = va_arg(list, long);
	b = va_arg(list, long);
	c = va_arg(list, long);
	d = va_arg(list, long);
	va_end(list);
	result = ni_next.prctl(option, a, b, c, d);
	ni_seccomp_after_prctl(option, a, b, result);
	return result;
}
