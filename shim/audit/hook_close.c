/*
 * hook_close.c - close and what closes many.
 */
#include "audit/hook.h"
#include "audit/hook_close.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "audit/newer.h"

void ni_close_begin(struct ni_closing *closing, const struct ni_caller *caller,
		    int fd)
{
	closing->fd = -1;
	if (ni_is_active())
		ni_closing_begin(closing, caller, fd);
}

int ni_close_end(const struct ni_closing *closing, int result)
{
	if (ni_is_active())
		ni_closing_end(closing, result < 0 ? errno : 0);
	return result;
}

NI_EXPORT int close(int fd)
{
	const struct ni_caller caller = NI_CALLER(close);
	struct ni_closing closing;

	ni_hook_enter();
	ni_close_begin(&closing, &caller, fd);
	return ni_close_end(&closing, ni_beyond.close(fd));
}

NI_ALSO_KNOWN_AS(__close, close);

/* ---- ranges ---------------------------------------------------------------- */

static void mark_range(const struct ni_caller *caller, unsigned first,
		       unsigned last)
{
	const int end = ni_slots_last_in(first, last);

	if (end < 0)
		return;
	for (int fd = (int)first; fd <= end; fd = ni_slots_next(fd + 1))
		if (ni_slots_get(fd).state & NI_SLOT_OPEN)
			ni_descriptors_flagged(caller, fd, true);
}

static bool is_valid(unsigned first, unsigned last, int flags)
{
	return first <= last && first <= INT_MAX &&
	       !((unsigned)flags &
		 ~(unsigned)(CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE));
}

bool ni_range_begin(const struct ni_caller *caller, unsigned first,
		    unsigned last, int flags)
{
	if (!ni_is_active() || !is_valid(first, last, flags))
		return false;
	if (!(flags & CLOSE_RANGE_CLOEXEC))
		ni_closing_range(caller, first, last);
	return true;
}

int ni_range_end(const struct ni_caller *caller, unsigned first, unsigned last,
		 int flags, int result)
{
	if (flags & CLOSE_RANGE_CLOEXEC) {
		if (result == 0)
			mark_range(caller, first, last);
	} else if (result < 0) {
		ni_closing_range_undo(first, last);
	}
	return result;
}

NI_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	const struct ni_caller caller = NI_CALLER(close_range);
	bool noted;
	int r;

	ni_hook_enter();
	noted = ni_range_begin(&caller, first, last, flags);
	r = ni_beyond.close_range(first, last, flags);
	return noted ? ni_range_end(&caller, first, last, flags, r) : r;
}

NI_EXPORT void closefrom(int first)
{
	const struct ni_caller caller = NI_CALLER(closefrom);

	ni_hook_enter();
	if (ni_is_active())
		ni_closing_range(&caller, first < 0 ? 0 : (unsigned)first,
				 INT_MAX);
	ni_beyond.closefrom(first);
}
