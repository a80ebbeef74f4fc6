/* timeout.h - modes, deadlines and waiting, shared by every operation. */
#ifndef NI_LIB_TIMEOUT_H
#define NI_LIB_TIMEOUT_H

#include <stdint.h>
#include <sys/types.h>

#include "noinherit.h"

/* S-5, S-6: the timeout that a new socket of @type starts with; tells the
 * kernel, if it must know. 0 or a negative errno value. */
int ni_timeout_start(int fd, int type, int64_t *timeout_ns);

int ni_timeout_set_mode(int fd, int64_t timeout_ns);

/* The time that one call may take. It begins to run at the first wait. */
struct ni_deadline {
	int64_t timeout_ns, end_ns;
	int is_running;
};

/* What is left, in nanoseconds; negative when it is over. Starts the clock. */
int64_t ni_deadline_left(struct ni_deadline *deadline);

/* Until @fd is ready for @events: 0, -ETIMEDOUT, or -EINTR if the program
 * wants to stop. A timeout below 0 waits without limit. */
int ni_wait(int fd, short events, struct ni_deadline *deadline);

/* One operation: waits first if there is a timeout, repeats after EINTR and
 * after false readiness. @attempt answers >= 0 or a negative errno value. */
ssize_t ni_operate(int fd, short events, int64_t timeout_ns,
		   ssize_t (*attempt)(int fd, void *call), void *call);

/* Does the program want a call that a signal interrupted to end? */
int ni_interrupt_should_stop(void);

#endif
