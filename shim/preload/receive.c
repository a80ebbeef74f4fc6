/*
 * receive.c - recvmsg and recvmmsg: rule 3, descriptors in SCM_RIGHTS.
 */
#include <errno.h>

#include "common/rights.h"
#include "preload/create.h"
#include "preload/marks.h"
#include "preload/policy.h"

/* How the descriptors of a message got their flag. */
enum arrival { FLAGGED_BY_US, WITHOUT_FLAG, AS_PROGRAM_SAID };

static void arrived(int fd, enum arrival arrival)
{
	if (arrival == FLAGGED_BY_US)
		ni_created(fd);
	else if (arrival == WITHOUT_FLAG)
		ni_created_without_flag(fd);
	else
		ni_created_by_program(fd, 0);
}

static void read_message(struct msghdr *message, enum arrival arrival)
{
	const struct cmsghdr *header = NULL;

	/* The kernel returns the bit with every message (S-104). */
	if (arrival == FLAGGED_BY_US)
		message->msg_flags &= ~MSG_CMSG_CLOEXEC;
	while ((header = ni_rights_next(message, header)))
		for (size_t i = 0; i < ni_rights_count(header); i++)
			arrived(ni_rights_get(header, i), arrival);
}

static enum arrival arrival_of(int fd, int flags)
{
	if ((flags & MSG_CMSG_CLOEXEC) || !ni_enforces(NI_SCOPE_RECEIVE) ||
	    !ni_is_compat())
		return AS_PROGRAM_SAID;
	return ni_marks_get(fd) & NI_MARK_REFUSES_FLAG ? WITHOUT_FLAG : FLAGGED_BY_US;
}

/* Packet sockets fail with EINVAL for a flag that they do not know. This is
 * remembered for each socket, so that only its first receive costs two
 * calls. */
static void remember_refusal(int fd, ssize_t result)
{
	if (result >= 0)
		ni_marks_set(fd, ni_marks_get(fd) | NI_MARK_REFUSES_FLAG);
}

static ssize_t recvmsg_without_flag(const struct ni_next *next, int fd,
				    struct msghdr *message, int flags,
				    int errno_before)
{
	ssize_t size = next->recvmsg(fd, message, flags);

	ni_second_try(size, errno_before);
	remember_refusal(fd, size);
	if (size >= 0)
		read_message(message, WITHOUT_FLAG);
	return size;
}

ssize_t ni_recvmsg(const struct ni_next *next, int fd, struct msghdr *message,
		   int flags)
{
	enum arrival arrival = arrival_of(fd, flags);
	int errno_before = errno;
	ssize_t size;

	if (arrival == FLAGGED_BY_US) {
		size = next->recvmsg(fd, message, flags | MSG_CMSG_CLOEXEC);
		if (size < 0 && errno == EINVAL)
			return recvmsg_without_flag(next, fd, message, flags,
						    errno_before);
	} else {
		size = next->recvmsg(fd, message, flags);
	}
	if (size >= 0)
		read_message(message, arrival);
	return size;
}

int ni_recvmmsg(const struct ni_next *next, int fd, struct mmsghdr *messages,
		unsigned count, int flags, struct timespec *timeout)
{
	enum arrival arrival = arrival_of(fd, flags);
	int received, errno_before = errno;

	if (arrival == FLAGGED_BY_US) {
		received = next->recvmmsg(fd, messages, count,
					  flags | MSG_CMSG_CLOEXEC, timeout);
		if (received < 0 && errno == EINVAL) {
			arrival = WITHOUT_FLAG;
			received = next->recvmmsg(fd, messages, count, flags,
						  timeout);
			ni_second_try(received, errno_before);
			remember_refusal(fd, received);
		}
	} else {
		received = next->recvmmsg(fd, messages, count, flags, timeout);
	}
	for (int i = 0; i < received; i++)
		read_message(&messages[i].msg_hdr, arrival);
	return received;
}

static NI_COLD ssize_t recvmsg_slow(int fd, struct msghdr *message, int flags)
{
	return ni_recvmsg(&ni_next, fd, message, flags);
}

/* What the hot path of recvmsg leaves: descriptors, or a failure. */
static NI_COLD ssize_t recvmsg_rest(int fd, struct msghdr *message, int flags,
				    ssize_t size, int errno_before)
{
	if (size < 0)
		return errno == EINVAL ?
			recvmsg_without_flag(&ni_next, fd, message, flags,
					     errno_before) : size;
	read_message(message, FLAGGED_BY_US);
	return size;
}

/* The offset of errno from the thread pointer, the same in every thread: asking
 * libc for the address costs the hot path more than everything else it does. */
static long errno_offset;

void ni_receive_start(void)
{
	errno_offset = (long)&errno - (long)__builtin_thread_pointer();
}

static inline int quick_errno(void)
{
	return *(const int *)((const char *)__builtin_thread_pointer() +
			      errno_offset);
}

NI_EXPORT NI_HOT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	int errno_before;
	ssize_t size;

	if (NI_UNLIKELY(!ni_fast.receive || (flags & MSG_CMSG_CLOEXEC) ||
			(ni_marks_get(fd) & NI_MARK_REFUSES_FLAG)))
		return recvmsg_slow(fd, message, flags);
	errno_before = quick_errno();
	size = ni_next.recvmsg(fd, message, flags | MSG_CMSG_CLOEXEC);
	if (NI_UNLIKELY(size < 0 || message->msg_controllen))
		return recvmsg_rest(fd, message, flags, size, errno_before);
	message->msg_flags &= ~MSG_CMSG_CLOEXEC;
	return size;
}

NI_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count,
		       int flags, struct timespec *timeout)
{
	return ni_recvmmsg(&ni_next, fd, messages, count, flags, timeout);
}
