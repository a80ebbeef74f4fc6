/*
 * wait.c - deadlines, and how an operation waits, repeats and ends.
 */
#include "timeout.h"

#include <limits.h>
#include <time.h>

#include "system.h"

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t ni_deadline_left(struct ni_deadline *deadline)
{
	int64_t now = now_ns();

	if (deadline->is_running)
		return deadline->end_ns - now;
	deadline->is_running = 1;
	deadline->end_ns = deadline->timeout_ns > INT64_MAX - now ?
		INT64_MAX : now + deadline->timeout_ns;
	return deadline->timeout_ns;
}

/* Rounded up: 1 ns must not become a poll that does not wait (S-54). */
static int64_t to_ms(int64_t ns)
{
	return ns / NS_PER_MS + (ns % NS_PER_MS > 0);
}

int ni_wait(int fd, short events, struct ni_deadline *deadline)
{
	struct pollfd ready = { .fd = fd, .events = events };
	int is_limited = deadline->timeout_ns >= 0;

	/* poll() skips negative numbers; the operation will say EBADF. */
	if (fd < 0)
		return 0;
	for (;;) {
		int64_t left_ns = is_limited ? ni_deadline_left(deadline) : 0;
		int64_t left_ms = is_limited ? to_ms(left_ns) : -1;
		int r;

		/* Also a signal that came before the wait must end it. */
		if (ni_interrupt_should_stop())
			return -EINTR;
		if (left_ns < 0)
			return -ETIMEDOUT;
		r = ni_sys_poll(&ready, 1, left_ms > INT_MAX ? INT_MAX :
							       (int)left_ms);
		if (r > 0)
			return 0;
		if (r == 0 && left_ms <= INT_MAX)
			return -ETIMEDOUT;
		if (r < 0 && r != -EINTR)
			return r;
	}
}

ssize_t ni_operate(int fd, short events, int64_t timeout_ns,
		   ssize_t (*attempt)(int fd, void *call), void *call)
{
	struct ni_deadline deadline = { .timeout_ns = timeout_ns };

	for (;;) {
		ssize_t r = 0;

		if (timeout_ns > 0)
			r = ni_wait(fd, events, &deadline);
		if (r < 0)
			return r;
		do {
			if (ni_interrupt_should_stop())
				return -EINTR;
			r = attempt(fd, call);
		} while (r == -EINTR);
		if (timeout_ns <= 0 || r != -EAGAIN)
			return r;
	}
}
