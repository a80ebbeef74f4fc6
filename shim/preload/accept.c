/*
 * accept.c - accept and accept4: rule 2.
 *
 * libc's accept4 is called, not the system call itself: it is a cancellation
 * point, and a thread that sleeps in a system call of ours cannot be cancelled.
 */
#include <errno.h>

#include "preload/create.h"
#include "preload/marks.h"
#include "preload/policy.h"

/* After the first success, the hot path no longer has to allow for ENOSYS. */
static int learn_accept4(const struct ni_next *next, int peer)
{
	if (peer >= 0 && next == &ni_next && !ni_policy.has_accept4) {
		ni_policy.has_accept4 = true;
		ni_policy_choose_fast();
	}
	return ni_created(peer);
}

int ni_accept4(const struct ni_next *next, int fd, struct sockaddr *address,
	       socklen_t *length, int flags)
{
	int peer, errno_before = errno;

	if ((flags & SOCK_CLOEXEC) || !ni_enforces(NI_SCOPE_ACCEPT) ||
	    ni_marks_kept(fd))
		return ni_created_by_program(
			next->accept4(fd, address, length, flags),
			ni_marks_kept(fd));
	peer = next->accept4(fd, address, length, flags | SOCK_CLOEXEC);
	if (peer >= 0 || !ni_may_be_our_flag(errno))
		return learn_accept4(next, peer);
	peer = next->accept4(fd, address, length, flags);
	return ni_created_without_flag((int)ni_second_try(peer, errno_before));
}

/* If another library defines accept, it is called by that name: it may not
 * know accept4. */
static bool can_use_accept4(const struct ni_next *next)
{
	bool is_foreign = next == &ni_next && ni_foreign.accept;

	return !is_foreign && !ni_policy.lacks_accept4;
}

int ni_accept(const struct ni_next *next, int fd, struct sockaddr *address,
	      socklen_t *length)
{
	int peer, errno_before = errno;

	if (!ni_enforces(NI_SCOPE_ACCEPT) || ni_marks_kept(fd))
		return ni_created_by_program(next->accept(fd, address, length),
					     ni_marks_kept(fd));
	if (!can_use_accept4(next))
		return ni_created_without_flag(next->accept(fd, address,
							    length));
	peer = next->accept4(fd, address, length, SOCK_CLOEXEC);
	/* An old kernel answers ENOSYS, a filter possibly EPERM. */
	if (peer >= 0 || (errno != ENOSYS && errno != EPERM))
		return learn_accept4(next, peer);
	peer = next->accept(fd, address, length);
	if (peer >= 0)
		ni_policy.lacks_accept4 = true;
	return ni_created_without_flag((int)ni_second_try(peer, errno_before));
}

/* A function of its own, so that the hot paths below save no registers. */
static NI_COLD int accept_slow(int fd, struct sockaddr *address,
			       socklen_t *length)
{
	return ni_accept(&ni_next, fd, address, length);
}

NI_EXPORT NI_HOT int accept(int fd, struct sockaddr *address,
			    socklen_t *length)
{
	int peer;

	if (NI_UNLIKELY(!ni_fast.accept))
		return accept_slow(fd, address, length);
	peer = ni_next.accept4(fd, address, length, SOCK_CLOEXEC);
	if (NI_LIKELY(ni_mark_fast(peer)))
		return peer;
	return ni_created(peer);
}

static NI_COLD int accept4_slow(int fd, struct sockaddr *address,
				socklen_t *length, int flags)
{
	return ni_accept4(&ni_next, fd, address, length, flags);
}

NI_EXPORT NI_HOT int accept4(int fd, struct sockaddr *address,
			     socklen_t *length, int flags)
{
	int peer;

	if (NI_UNLIKELY(!ni_fast.accept || (flags & SOCK_CLOEXEC)))
		return accept4_slow(fd, address, length, flags);
	peer = ni_next.accept4(fd, address, length, flags | SOCK_CLOEXEC);
	if (NI_LIKELY(ni_mark_fast(peer)))
		return peer;
	return ni_created(peer);
}
