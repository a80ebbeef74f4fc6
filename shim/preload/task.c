/*
 * task.c - counts threads and clones a task with a table of its own.
 */
#include "preload/task.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "common/next_symbol.h"
#include "common/raw.h"
#include "preload/marks.h"
#include "preload/policy.h"
#include "preload/valgrind.h"

/* In copied_table.S: a thread that runs body(data) on this stack, while this
 * one sleeps; 0 or less: the kernel's error. */
long ni_clone_and_sleep(long flags, void (*body)(void *), void *data);

/* The kernel's set of signals. */
typedef uint64_t signals;

static __thread signals signals_before;

bool ni_is_single_thread(void)
{
	struct stat status;

	/* There is one directory for each thread, besides "." and "..". */
	return !ni_policy.filter_may_forbid &&
	       ni_raw6(SYS_newfstatat, AT_FDCWD, (long)"/proc/self/task",
		       (long)&status, 0, 0, 0) == 0 &&
	       status.st_nlink == 3;
}

/* No Linux calls a thread with a table of its own invalid: qemu does (10.0),
 * and lists a thread of its own among the program's. */
static bool is_emulated;

bool ni_task_makes_threads;

bool ni_is_single_when_emulated(void)
{
	static const char name[] = "__libc_single_threaded";
	const struct ni_symbol symbol = { .name = name,
					  .hash = ni_symbol_hash(name) };
	const char *is_single = NULL;

	if (is_emulated && !ni_task_makes_threads)
		is_single = ni_libc_symbol(&symbol);
	return is_single && *is_single;
}

static void set_signals(const signals *wanted, signals *before)
{
	ni_raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)wanted, (long)before,
		sizeof(*wanted), 0, 0);
}

void ni_admit_signals(void)
{
	set_signals(&signals_before, NULL);
}

struct job {
	void (*body)(void *);
	void *data;
	int death_signal;	/* the thread's own: it must survive exec */
};

static void run_job(void *data)
{
	const struct job *job = data;

	if (job->death_signal)
		ni_raw3(SYS_prctl, PR_SET_PDEATHSIG, job->death_signal, 0);
	job->body(job->data);
}

/* This one is woken when the new thread has let go of the memory; that it is out
 * of the table of descriptors, and no longer counted, comes a moment later. Until
 * then a socket that the program closes is open, and what only a process of one
 * thread may do is refused. Not for ever: a tracer may not fetch it. */
static void wait_until_gone(long thread)
{
	enum { ROUNDS = 1 << 20 };
	long process;

	if (ni_policy.has_filter)
		return;
	process = ni_raw3(SYS_getpid, 0, 0, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (ni_raw3(SYS_tgkill, process, thread, 0) < 0)
			return;
		ni_raw3(SYS_sched_yield, 0, 0, 0);
	}
}

bool ni_in_copied_table(void (*body)(void *), void *data)
{
	const long flags = CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD |
			   CLONE_SYSVSEM | CLONE_VFORK;
	const signals all = ~(signals)0;
	const unsigned detached = ni_marks_detached;
	struct job job = { body, data, 0 };
	long thread;

	if (ni_is_in_valgrind())
		return false;
	ni_raw3(SYS_prctl, PR_GET_PDEATHSIG, (long)&job.death_signal, 0);
	set_signals(&all, &signals_before);
	ni_marks_detached = ni_marks_copy_begins();
	ni_marks_limit = 0;
	thread = ni_clone_and_sleep(flags, run_job, &job);
	ni_marks_copy_ends();
	ni_marks_detached = detached;
	if (thread > 0)
		wait_until_gone(thread);
	ni_admit_signals();
	is_emulated = thread == -EINVAL;
	return thread > 0;
}
