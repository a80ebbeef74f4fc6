/*
 * recorder.h - the state that all parts of the recorder share.
 *
 * Set up once at start, read in every hook. Everything is static memory:
 * nothing is allocated, no lock is taken, no descriptor is held.
 */
#ifndef NI_AUDIT_RECORDER_H
#define NI_AUDIT_RECORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/trace.h"

#define NI_EXPORT __attribute__((visibility("default")))

#pragma GCC visibility push(hidden)

struct ni_recorder {
	atomic_bool is_started;
	/* False: every call is passed on and nothing else happens. That is so
	 * without a trace, and for good once the program has installed a
	 * seccomp filter, which may allow exactly the calls that it makes. */
	atomic_bool is_active;
	atomic_bool is_stopped;		/* ... by that */
	bool is_following;		/* environments are completed */
	bool has_scripts;		/* stacks go on through JIT code */
	bool has_shim;
	bool has_forked;		/* other processes write the trace, too */
	uint8_t generation;		/* counts forks, to tell whose
					 * descriptor it is */
	unsigned frames_max;
	uintptr_t stack_end;		/* of the main thread */
	atomic_uint_least32_t pid;	/* as of start or the last fork seen */
	struct ni_trace_header *trace;
	uint64_t start_ticks;
};

extern struct ni_recorder ni_recorder;

/* The constructor's work; earlier, if another constructor makes a call. */
void ni_recorder_start(void);

/* Before a fork, and in its child. */
void ni_recorder_forking(void);
void ni_recorder_forked(void);

/* Leaves the process alone from now on. */
void ni_recorder_stop(enum ni_trace_stop reason, uint64_t time_ns);

static inline bool ni_is_active(void)
{
	return atomic_load_explicit(&ni_recorder.is_active,
				    memory_order_relaxed);
}

/* What the program makes through a ring is not seen from now on. */
static inline void ni_recorder_has_ring(void)
{
	__atomic_fetch_or(&ni_recorder.trace->flags, NI_TRACE_RING,
			  __ATOMIC_RELAXED);
}

/* Starts the recorder if no constructor has done so yet. */
static inline void ni_hook_enter(void)
{
	if (__builtin_expect(!atomic_load_explicit(&ni_recorder.is_started,
						   memory_order_acquire), 0))
		ni_recorder_start();
}

#pragma GCC visibility pop

#endif
