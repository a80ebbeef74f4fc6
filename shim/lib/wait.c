/*
 * wait.c - limits, and how an operation waits, repeats and ends.
 */
#include "lib/timeout.h"

#include <limits.h>

#include "lib/socket_fd.h"
#include "lib/system.h"

enum { NS_PER_MS = 1000000 };

int64_t ni_limit_left(struct ni_limit *limit)
{
	const bool is_timed = limit->timeout_ns >= 0;
	const bool has_deadline = limit->deadline &&
				  limit->deadline->end_ns >= 0;
	int64_t now, left = INT64_MAX;

	if (!is_timed && !has_deadline)
		return left;
	now = ni_now_ns();
	if (is_timed && !limit->is_running) {
		limit->is_running = true;
		limit->end_ns = ni_later_ns(now, limit->timeout_ns);
		left = limit->timeout_ns;
	} else if (is_timed) {
		left = limit->end_ns - now;
	}
	if (has_deadline && limit->deadline->end_ns - now < left)
		left = limit->deadline->end_ns - now;
	return left;
}

/* For poll(): rounded up, because 1 ns must not become a poll that does not
 * wait (S-54), and no more than poll() can take (S-55). */
static int to_ms(int64_t ns)
{
	int64_t ms = ns / NS_PER_MS + (ns % NS_PER_MS > 0);

	if (ns == INT64_MAX)
		return -1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

static bool is_cancellable(const struct noinherit_deadline *deadline)
{
	return deadline && (deadline->flags & NOINHERIT_CANCELLABLE);
}

int ni_wait(int fd, short events, struct ni_limit *limit)
{
	struct pollfd ready[2] = { { .fd = fd, .events = events } };
	nfds_t count = 1;

	/* poll() skips negative numbers; the operation will say EBADF. */
	if (fd < 0)
		return 0;
	if (is_cancellable(limit->deadline))
		ready[count++] = (struct pollfd){
			.fd = limit->deadline->cancel_fd, .events = POLLIN };
	for (;;) {
		int64_t left_ns = ni_limit_left(limit);
		int r;

		/* A signal that came before the wait must end it, too. */
		if (ni_interrupt_should_stop())
			return -EINTR;
		if (left_ns < 0)
			return -ETIMEDOUT;
		r = ni_sys_poll(ready, count, to_ms(left_ns));
		if (r > 0 && ready[1].revents)
			return -ECANCELED;
		if (r > 0)
			return ready[0].revents;
		if (r == 0 && left_ns <= INT_MAX * (int64_t)NS_PER_MS)
			return -ETIMEDOUT;
		if (r < 0 && r != -EINTR)
			return r;
	}
}

static ssize_t attempt_until_done(int fd, ni_attempt *attempt, void *call)
{
	ssize_t r;

	do {
		if (ni_interrupt_should_stop())
			return -EINTR;
		r = attempt(fd, call);
	} while (r == -EINTR);
	return r;
}

ssize_t ni_operate_within(const struct noinherit_socket *s,
			  struct ni_limit *limit, short events,
			  ni_attempt *attempt, void *call)
{
	bool waits = ni_timeout_waits(s);
	bool is_tried = waits && (s->flags & NOINHERIT_TRY_FIRST);
	int fd = ni_socket_fd(s);

	for (;;) {
		ssize_t r = ni_deadline_check(limit->deadline);

		if (r == 0 && waits && !is_tried)
			r = ni_wait(fd, events, limit);
		if (r < 0)
			return r;
		is_tried = false;
		r = attempt_until_done(fd, attempt, call);
		if (r != -EAGAIN || !waits)
			return r;
	}
}

ssize_t ni_operate(const struct noinherit_socket *s, short events,
		   ni_attempt *attempt, void *call)
{
	struct ni_limit limit = ni_limit_of(s);

	/* As most sockets are. */
	if (ni_timeout_is_none(s))
		return attempt_until_done(ni_socket_fd(s), attempt, call);
	return ni_operate_within(s, &limit, events, attempt, call);
}

int noinherit_wait(const struct noinherit_socket *s, int events)
{
	struct ni_limit limit = ni_limit_of(s);
	int r = ni_deadline_check(s->deadline);

	if (ni_socket_fd(s) < 0)
		return -EBADF;
	if (r == 0)
		r = ni_wait(s->fd, (short)events, &limit);
	if (r > 0 && (r & POLLNVAL))
		return -EBADF;
	return r == -ETIMEDOUT && !s->timeout_ns ? -EAGAIN : r;
}
