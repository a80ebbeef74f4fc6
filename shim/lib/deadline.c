/*
 * deadline.c - points in time that several calls share, and cancelling them.
 *
 * Cancelling sets a word in memory, which every call reads before it acts, and
 * makes a descriptor readable, which wakes the calls that wait.
 */
#include "noinherit.h"

#include <sys/eventfd.h>
#include <time.h>

#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/timeout.h"

int64_t ni_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t ni_later_ns(int64_t now_ns, int64_t span_ns)
{
	return span_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + span_ns;
}

static int64_t end_of(int64_t timeout_ns)
{
	return timeout_ns == NOINHERIT_BLOCKING ? timeout_ns :
		ni_later_ns(ni_now_ns(), timeout_ns);
}

static bool is_cancelled(const struct noinherit_deadline *deadline)
{
	return __atomic_load_n(&deadline->is_cancelled, __ATOMIC_ACQUIRE);
}

static void set_cancelled(struct noinherit_deadline *deadline, int value)
{
	__atomic_store_n(&deadline->is_cancelled, value, __ATOMIC_RELEASE);
}

int noinherit_deadline_init(struct noinherit_deadline *deadline,
			    int64_t timeout_ns, unsigned flags)
{
	int fd = -1;

	*deadline = (struct noinherit_deadline){ .cancel_fd = -1 };
	if (timeout_ns < NOINHERIT_BLOCKING || flags & ~NOINHERIT_CANCELLABLE)
		return -EINVAL;
	if (flags & NOINHERIT_CANCELLABLE) {
		fd = ni_sys_eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (fd < 0)
			return fd;
	}
	deadline->end_ns = end_of(timeout_ns);
	deadline->cancel_fd = fd;
	deadline->flags = flags;
	return 0;
}

int noinherit_deadline_set_ns(struct noinherit_deadline *deadline,
			      int64_t timeout_ns)
{
	uint64_t count;

	if (timeout_ns < NOINHERIT_BLOCKING)
		return -EINVAL;
	if (is_cancelled(deadline))
		ni_sys_read(deadline->cancel_fd, &count, sizeof(count));
	set_cancelled(deadline, 0);
	deadline->end_ns = end_of(timeout_ns);
	return 0;
}

int64_t noinherit_deadline_left_ns(const struct noinherit_deadline *deadline)
{
	int64_t left;

	if (is_cancelled(deadline))
		return -ECANCELED;
	if (deadline->end_ns == NOINHERIT_BLOCKING)
		return NOINHERIT_BLOCKING;
	left = deadline->end_ns - ni_now_ns();
	return left < 0 ? 0 : left;
}

int noinherit_deadline_cancel(struct noinherit_deadline *deadline)
{
	const uint64_t one = 1;
	ssize_t r;

	if (!(deadline->flags & NOINHERIT_CANCELLABLE))
		return -EINVAL;
	if (is_cancelled(deadline))
		return 0;
	set_cancelled(deadline, 1);
	r = ni_sys_write(deadline->cancel_fd, &one, sizeof(one));
	return r < 0 ? (int)r : 0;
}

int noinherit_deadline_close(struct noinherit_deadline *deadline)
{
	bool has_descriptor = deadline->flags & NOINHERIT_CANCELLABLE;
	int fd = deadline->cancel_fd;

	*deadline = (struct noinherit_deadline){ .cancel_fd = -1 };
	return has_descriptor ? ni_sys_close(fd) : 0;
}

int ni_deadline_check(const struct noinherit_deadline *deadline)
{
	if (!deadline)
		return 0;
	if (is_cancelled(deadline))
		return -ECANCELED;
	return deadline->end_ns >= 0 && deadline->end_ns <= ni_now_ns() ?
		-ETIMEDOUT : 0;
}

int noinherit_set_deadline(struct noinherit_socket *s,
			   const struct noinherit_deadline *deadline)
{
	s->deadline = deadline;
	return ni_timeout_set_mode(ni_socket_fd(s),
				   deadline || s->timeout_ns !=
				   NOINHERIT_BLOCKING);
}
