/* timeout.h - modes, limits and waiting, shared by every operation. */
#ifndef NI_LIB_TIMEOUT_H
#define NI_LIB_TIMEOUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "noinherit.h"

/* S-5, S-6: the timeout that a new socket of @type starts with; sets the
 * kernel's mode if it has to change. 0 or a negative errno value. */
int ni_timeout_start(int fd, int type, int64_t *timeout_ns);

int ni_timeout_set_mode(int fd, bool is_nonblocking);

/* A blocking socket without a deadline: the kernel does the waiting. */
static inline bool ni_timeout_is_none(const struct noinherit_socket *s)
{
	return s->timeout_ns < 0 && !s->deadline;
}

/* Does a call on @s wait before it acts? */
bool ni_timeout_waits(const struct noinherit_socket *s);

/* Nanoseconds of CLOCK_MONOTONIC, and @span_ns later, at most INT64_MAX. */
int64_t ni_now_ns(void);
int64_t ni_later_ns(int64_t now_ns, int64_t span_ns);

/* What one call may take: the timeout, from its first wait on, and the deadline
 * that it shares with others. */
struct ni_limit {
	int64_t timeout_ns, end_ns;
	const struct noinherit_deadline *deadline;
	bool is_running;
};

static inline struct ni_limit ni_limit_of(const struct noinherit_socket *s)
{
	return (struct ni_limit){ .timeout_ns = s->timeout_ns,
				  .deadline = s->deadline };
}

/* The nanoseconds that are left, negative when the time is over; INT64_MAX if
 * there is no limit. The first call starts the clock. */
int64_t ni_limit_left(struct ni_limit *limit);

/* 0, or -ECANCELED or -ETIMEDOUT if the deadline says so; no system call. */
int ni_deadline_check(const struct noinherit_deadline *deadline);

/* Waits until @fd is ready for @events. Returns what is ready, -ETIMEDOUT,
 * -ECANCELED, or -EINTR if the program wants to stop. */
int ni_wait(int fd, short events, struct ni_limit *limit);

/* One operation: waits first if the socket says so, repeats after EINTR and
 * after false readiness. @attempt returns >= 0 or a negative error. */
typedef ssize_t ni_attempt(int fd, void *call);
ssize_t ni_operate(const struct noinherit_socket *s, short events,
		   ni_attempt *attempt, void *call);
ssize_t ni_operate_within(const struct noinherit_socket *s,
			  struct ni_limit *limit, short events,
			  ni_attempt *attempt, void *call);

/* Counts calls of noinherit_set_interrupt(); most programs make none. */
extern atomic_uint ni_interrupt_generation;
bool ni_interrupt_ask(void);

/* Does the program want its calls to end? Every operation asks. */
static inline bool ni_interrupt_should_stop(void)
{
	return atomic_load_explicit(&ni_interrupt_generation,
				    memory_order_relaxed) &&
	       ni_interrupt_ask();
}

#endif
