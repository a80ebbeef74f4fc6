/*
 * hook_duplicate.c - descriptors made from others.
 */
#include "audit/hook.h"
#include "audit/hook_duplicate.h"

#include <unistd.h>

static enum ni_trace_type type_of(int fd)
{
	return ni_is_active() ? ni_slots_get(fd).type : NI_TYPE_UNKNOWN;
}

int ni_duplicated(const struct ni_caller *caller, int fd, int copy, bool atomic)
{
	return ni_made_as(caller, copy, type_of(fd), atomic);
}

NI_EXPORT int dup(int fd)
{
	const struct ni_caller caller = NI_CALLER(dup);

	return ni_duplicated(&caller, fd, ni_beyond_get()->dup(fd), false);
}

void ni_replace_begin(struct ni_closing *closing, const struct ni_caller *caller,
		      int fd, int target)
{
	closing->fd = -1;
	if (fd != target && ni_is_active())
		ni_closing_begin(closing, caller, target);
}

int ni_replace_end(const struct ni_closing *closing,
		   const struct ni_caller *caller, int fd, int result,
		   bool atomic)
{
	if (!ni_is_active() || fd == result)
		return result;
	if (result < 0) {
		ni_closing_undo(closing);
		return result;
	}
	ni_closing_end(closing, 0);
	ni_duplicated(caller, fd, result, atomic);
	ni_descriptors_moved(fd, result);
	return result;
}

NI_EXPORT int dup2(int fd, int target)
{
	const struct ni_caller caller = NI_CALLER(dup2);
	struct ni_closing closing;
	int r;

	ni_hook_enter();
	ni_replace_begin(&closing, &caller, fd, target);
	r = ni_beyond.dup2(fd, target);
	return ni_replace_end(&closing, &caller, fd, r, false);
}

NI_ALSO_KNOWN_AS(__dup2, dup2);

NI_EXPORT int dup3(int fd, int target, int flags)
{
	const struct ni_caller caller = NI_CALLER(dup3);
	struct ni_closing closing;
	int r;

	ni_hook_enter();
	ni_replace_begin(&closing, &caller, fd, target);
	r = ni_beyond.dup3(fd, target, flags);
	return ni_replace_end(&closing, &caller, fd, r, flags & O_CLOEXEC);
}
