/*
 * sendfile.c - files through sockets: by the kernel, or read and sent.
 */
#include "noinherit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <time.h>

#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/timeout.h"

/* How much Python asks the kernel to send at once, and reads at once. */
enum { PART_MAX = 1 << 30, BLOCK = 8192 };

struct part {
	int file;
	int64_t offset;
	size_t size;
};

static ssize_t attempt_sendfile(int fd, void *data)
{
	const struct part *part = data;
	off_t offset = (off_t)part->offset;

	return ni_sys_sendfile(fd, part->file, &offset, part->size);
}

/* For files that the kernel cannot take pages from. */
static ssize_t read_and_send(const struct noinherit_socket *s,
			     const struct part *part)
{
	char block[BLOCK];
	size_t size = part->size < sizeof(block) ? part->size : sizeof(block);
	size_t sent = 0;
	ssize_t r = ni_sys_pread(part->file, block, size, (off_t)part->offset);
	int error;

	if (r <= 0)
		return r;
	error = noinherit_sendall(s, block, (size_t)r, 0, &sent);
	return sent ? (ssize_t)sent : error;
}

static ssize_t send_part(const struct noinherit_socket *s, struct part *part,
			 bool *is_by_kernel)
{
	ssize_t r;

	if (*is_by_kernel) {
		r = ni_operate(s, POLLOUT, attempt_sendfile, part);
		if (r != -EINVAL && r != -ENOSYS && r != -EOPNOTSUPP)
			return r;
		*is_by_kernel = false;
	}
	return read_and_send(s, part);
}

/* sendfile() has no MSG_NOSIGNAL: SIGPIPE is blocked while it runs, and
 * discarded if it came. */
static void hold_sigpipe(sigset_t *own, bool *was_pending)
{
	sigset_t pipe_alone, pending;

	sigemptyset(&pipe_alone);
	sigaddset(&pipe_alone, SIGPIPE);
	sigpending(&pending);
	*was_pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe_alone, own);
}

static void release_sigpipe(const sigset_t *own, bool must_go)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t pipe_alone;
	int kept = errno;

	sigemptyset(&pipe_alone);
	sigaddset(&pipe_alone, SIGPIPE);
	if (must_go)
		sigtimedwait(&pipe_alone, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, own, NULL);
	errno = kept;
}

static int send_parts(const struct noinherit_socket *s, int file,
		      int64_t offset, int64_t count, int64_t *done)
{
	bool is_by_kernel = true;
	ssize_t r = 1;

	while (r > 0 && *done != count) {
		int64_t left = count < 0 ? PART_MAX : count - *done;
		struct part part = { file, offset + *done,
				     left < PART_MAX ? (size_t)left : PART_MAX };

		r = send_part(s, &part, &is_by_kernel);
		if (r > 0)
			*done += r;
	}
	return r < 0 ? (int)r : 0;
}

int noinherit_sendfile(const struct noinherit_socket *s, int file,
		       int64_t offset, int64_t count, int64_t *sent)
{
	bool was_pending;
	int64_t done = 0;
	sigset_t own;
	int r;

	if (sent)
		*sent = 0;
	if (offset < 0 || (count <= 0 && count != NOINHERIT_TO_THE_END))
		return -EINVAL;
	if (s->timeout_ns == NOINHERIT_NONBLOCKING || s->type != SOCK_STREAM)
		return ni_socket_fd(s) < 0 ? -EBADF : -EINVAL;
	hold_sigpipe(&own, &was_pending);
	r = send_parts(s, file, offset, count, &done);
	release_sigpipe(&own, r == -EPIPE && !was_pending);
	if (sent)
		*sent = done;
	return r;
}
