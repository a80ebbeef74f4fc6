/*
 * transfer.c - sending and receiving: the system calls, with a timeout.
 */
#include "lib/transfer.h"

#include <poll.h>

#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/timeout.h"

/* The arguments of any of these calls. */
struct call {
	void *into;
	const void *from;
	size_t size;
	int flags;
	struct sockaddr *addr;
	socklen_t *addrlen;
	const struct sockaddr *to;
	socklen_t to_size;
};

static ssize_t attempt_recv(int fd, void *data)
{
	struct call *call = data;

	return ni_sys_recv(fd, call->into, call->size, call->flags);
}

static ssize_t attempt_recvfrom(int fd, void *data)
{
	struct call *call = data;

	return ni_sys_recvfrom(fd, call->into, call->size, call->flags,
			       call->addr, call->addrlen);
}

static ssize_t attempt_recvmsg(int fd, void *data)
{
	struct call *call = data;

	return ni_sys_recvmsg(fd, call->into, call->flags);
}

static ssize_t attempt_send(int fd, void *data)
{
	struct call *call = data;

	return ni_sys_send(fd, call->from, call->size, call->flags);
}

static ssize_t attempt_sendto(int fd, void *data)
{
	struct call *call = data;

	return ni_sys_sendto(fd, call->from, call->size, call->flags, call->to,
			     call->to_size);
}

static ssize_t attempt_sendmsg(int fd, void *data)
{
	struct call *call = data;

	return ni_sys_sendmsg(fd, call->from, call->flags);
}

static ssize_t recv_in_time(const struct noinherit_socket *s, void *buf,
			    size_t size, int flags)
{
	struct call call = { .into = buf, .size = size, .flags = flags };

	return ni_operate(s, POLLIN, attempt_recv, &call);
}

/* Without a timeout, which is what most sockets are, straight to the kernel. */
ssize_t noinherit_recv(const struct noinherit_socket *s, void *buf,
		       size_t size, int flags)
{
	ssize_t r;

	if (!size)
		return 0;
	if (!ni_timeout_is_none(s))
		return recv_in_time(s, buf, size, flags);
	do {
		if (ni_interrupt_should_stop())
			return -EINTR;
		r = ni_sys_recv(ni_socket_fd(s), buf, size, flags);
	} while (r == -EINTR);
	return r;
}

ssize_t ni_transfer_recv(const struct noinherit_socket *s,
			 struct ni_limit *limit, void *buf, size_t size)
{
	struct call call = { .into = buf, .size = size };

	return ni_operate_within(s, limit, POLLIN, attempt_recv, &call);
}

ssize_t noinherit_recvfrom(const struct noinherit_socket *s, void *buf, size_t size,
			   int flags, struct sockaddr *addr,
			   socklen_t *addrlen)
{
	struct call call = { .into = buf, .size = size, .flags = flags,
			     .addr = addr, .addrlen = addrlen };

	return ni_operate(s, POLLIN, attempt_recvfrom, &call);
}

ssize_t ni_transfer_recvmsg(const struct noinherit_socket *s, struct msghdr *msg,
			    int flags)
{
	struct call call = { .into = msg, .flags = flags };

	return ni_operate(s, POLLIN, attempt_recvmsg, &call);
}

ssize_t noinherit_recvmsg(const struct noinherit_socket *s, struct msghdr *msg,
			  int flags)
{
	ssize_t r = ni_transfer_recvmsg(s, msg, flags | MSG_CMSG_CLOEXEC);

	/* The kernel echoes the flag in every message (S-104). */
	if (r >= 0 && !(flags & MSG_CMSG_CLOEXEC))
		msg->msg_flags &= ~MSG_CMSG_CLOEXEC;
	return r;
}

static ssize_t send_in_time(const struct noinherit_socket *s, const void *buf,
			    size_t size, int flags)
{
	struct call call = { .from = buf, .size = size, .flags = flags };

	return ni_operate(s, POLLOUT, attempt_send, &call);
}

ssize_t noinherit_send(const struct noinherit_socket *s, const void *buf,
		       size_t size, int flags)
{
	ssize_t r;

	flags |= MSG_NOSIGNAL;
	if (!ni_timeout_is_none(s))
		return send_in_time(s, buf, size, flags);
	do {
		if (ni_interrupt_should_stop())
			return -EINTR;
		r = ni_sys_send(ni_socket_fd(s), buf, size, flags);
	} while (r == -EINTR);
	return r;
}

ssize_t noinherit_sendto(const struct noinherit_socket *s, const void *buf,
			 size_t size, int flags, const struct sockaddr *addr,
			 socklen_t addrlen)
{
	struct call call = { .from = buf, .size = size,
			     .flags = flags | MSG_NOSIGNAL,
			     .to = addr, .to_size = addrlen };

	return ni_operate(s, POLLOUT, attempt_sendto, &call);
}

ssize_t noinherit_sendmsg(const struct noinherit_socket *s, const struct msghdr *msg,
			  int flags)
{
	struct call call = { .from = msg, .flags = flags | MSG_NOSIGNAL };

	return ni_operate(s, POLLOUT, attempt_sendmsg, &call);
}

/* One part of a sendall: what the socket takes in the time that is left. */
static ssize_t send_part(const struct noinherit_socket *s, struct call *call,
			 struct ni_limit *limit)
{
	/* When the time is over no further part is sent, even if it could be;
	 * the deadline is looked at with every part. */
	if (s->timeout_ns > 0 && ni_limit_left(limit) <= 0)
		return -ETIMEDOUT;
	return ni_operate_within(s, limit, POLLOUT, attempt_send, call);
}

int noinherit_sendall(const struct noinherit_socket *s, const void *buf,
		      size_t size, int flags, size_t *sent)
{
	struct ni_limit limit = ni_limit_of(s);
	const char *bytes = buf;
	size_t done = 0;
	ssize_t r;

	do {
		struct call call = { .from = bytes + done, .size = size - done,
				     .flags = flags | MSG_NOSIGNAL };

		r = send_part(s, &call, &limit);
		if (r > 0)
			done += (size_t)r;
	} while (r >= 0 && done < size);
	if (sent)
		*sent = done;
	return r < 0 ? (int)r : 0;
}
