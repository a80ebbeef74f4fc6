/*
 * socket.c - socket and socketpair: rule 1.
 */
#include <errno.h>

#include "common/raw.h"
#include "preload/create.h"
#include "preload/marks.h"
#include "preload/policy.h"

/* Can the error depend on our flag? An old kernel's EINVAL only as long as the
 * flag was never seen to work; a filter's EPERM or ENOSYS at any time. */
static bool may_be_our_flag(int error)
{
	if (error == EINVAL && ni_policy.has_socket_flag)
		return false;
	return ni_may_be_our_flag(error);
}

/* It failed with the flag; if it succeeds without, the flag was the reason. */
static void learn(int result)
{
	if (result < 0 || ni_policy.lacks_socket_flag)
		return;
	ni_policy.lacks_socket_flag = true;
	ni_policy_choose_fast();
}

static int socket_without_flag(const struct ni_next *next, int domain, int type,
			       int protocol, int errno_before)
{
	int fd = next->socket(domain, type, protocol);

	learn(fd);
	return ni_created_without_flag((int)ni_second_try(fd, errno_before));
}

int ni_socket(const struct ni_next *next, int domain, int type, int protocol)
{
	int fd, errno_before = errno;

	if ((type & SOCK_CLOEXEC) || !ni_enforces(NI_SCOPE_SOCKET))
		return ni_created_by_program(
			next->socket(domain, type, protocol), 0);
	if (ni_keeps_kind(domain, type))
		return ni_created_by_program(
			next->socket(domain, type, protocol), NI_MARK_KEPT);
	if (!ni_policy.lacks_socket_flag) {
		fd = next->socket(domain, type | SOCK_CLOEXEC, protocol);
		if (fd >= 0 || !may_be_our_flag(errno))
			return ni_created(fd);
	}
	return socket_without_flag(next, domain, type, protocol, errno_before);
}

static int both(int result, const int *pair, int (*created)(int))
{
	if (result < 0)
		return result;
	created(pair[0]);
	created(pair[1]);
	return result;
}

static int by_program(int fd)
{
	return ni_created_by_program(fd, 0);
}

static int kept(int fd)
{
	return ni_created_by_program(fd, NI_MARK_KEPT);
}

static int pair_without_flag(const struct ni_next *next, int domain, int type,
			     int protocol, int *pair, int errno_before)
{
	int result = next->socketpair(domain, type, protocol, pair);

	learn(result);
	return both((int)ni_second_try(result, errno_before), pair,
		    ni_created_without_flag);
}

int ni_socketpair(const struct ni_next *next, int domain, int type,
		  int protocol, int *pair)
{
	int result, errno_before = errno;

	if ((type & SOCK_CLOEXEC) || !ni_enforces(NI_SCOPE_SOCKET))
		return both(next->socketpair(domain, type, protocol, pair),
			    pair, by_program);
	if (ni_keeps_kind(domain, type))
		return both(next->socketpair(domain, type, protocol, pair),
			    pair, kept);
	if (!ni_policy.lacks_socket_flag) {
		result = next->socketpair(domain, type | SOCK_CLOEXEC, protocol,
					  pair);
		if (result >= 0 || !may_be_our_flag(errno))
			return both(result, pair, ni_created);
	}
	return pair_without_flag(next, domain, type, protocol, pair,
				 errno_before);
}

/* What the hot path below leaves, so that it saves no registers: the mark takes
 * more than one store, or the raw call failed, and errno is not set yet. */
static NI_COLD int socket_again(int domain, int type, int protocol, int result)
{
	if (result < 0 && may_be_our_flag(-result))
		return socket_without_flag(&ni_next, domain,
					   type & ~SOCK_CLOEXEC, protocol,
					   errno);
	if (result >= 0)
		ni_policy.has_socket_flag = true;
	return ni_created((int)ni_libc_result(result));
}

/* Nearly as frequent: the program asks for close-on-exec itself. */
static NI_HOT __attribute__((noinline)) int
socket_as_asked(int domain, int type, int protocol)
{
	int fd;

	if (NI_UNLIKELY(!ni_fast.socket_flag))
		return ni_socket(&ni_next, domain, type, protocol);
	fd = ni_raw3_int(SYS_socket, domain, type, protocol);
	if (NI_LIKELY(fd >= 0 && !ni_marks_get(fd)))
		return fd;
	return ni_created_by_program((int)ni_libc_result(fd), 0);
}

/* One system call, one store. */
NI_EXPORT NI_HOT int socket(int domain, int type, int protocol)
{
	int flagged = type | ni_fast.socket_flag;
	int fd;

	if (NI_UNLIKELY(flagged == type))
		return socket_as_asked(domain, type, protocol);
	fd = ni_raw3_int(SYS_socket, domain, flagged, protocol);
	if (NI_LIKELY(ni_mark_fast(fd)))
		return fd;
	return socket_again(domain, flagged, protocol, fd);
}

static NI_COLD int socketpair_again(int domain, int type, int protocol,
				    int *pair, int result)
{
	if (result < 0 && may_be_our_flag(-result))
		return pair_without_flag(&ni_next, domain, type, protocol, pair,
					 errno);
	if (result >= 0)
		ni_policy.has_socket_flag = true;
	return both((int)ni_libc_result(result), pair, ni_created);
}

NI_EXPORT NI_HOT int socketpair(int domain, int type, int protocol, int pair[2])
{
	int flagged = type | ni_fast.socket_flag;
	int result;

	if (NI_UNLIKELY(flagged == type || ni_foreign.socketpair))
		return ni_socketpair(&ni_next, domain, type, protocol, pair);
	result = (int)ni_raw6(SYS_socketpair, domain, flagged, protocol,
			      (long)pair, 0, 0);
	if (NI_LIKELY(!result && ni_mark_fast(pair[0]) &&
		      ni_mark_fast(pair[1])))
		return 0;
	return socketpair_again(domain, type, protocol, pair, result);
}
