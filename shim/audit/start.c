/*
 * start.c - starts the recorder once, before the first hook works, follows it
 * through forks, and stops it for good.
 *
 * It calls all the parts; hooks call it, and no part does.
 */
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "audit/arrivals.h"
#include "audit/beyond.h"
#include "audit/clock.h"
#include "audit/slots.h"
#include "audit/environment.h"
#include "audit/kernel.h"
#include "audit/modules.h"
#include "audit/open_counts.h"
#include "audit/options.h"
#include "audit/recorder.h"
#include "audit/threads.h"
#include "audit/trace_file.h"
#include "audit/trace_header.h"
#include "audit/trace_writer.h"
#include "audit/unclosed.h"
#include "common/next_symbol.h"

/* <stdlib.h> has no declaration for the first two, and <pthread.h> one for
 * glibc's third, which lies in each program. Weak: of the last two, glibc has
 * one and musl the other. */
#pragma weak __register_atfork
#pragma weak pthread_atfork
int __cxa_atexit(void (*function)(void *), void *argument, void *library);
int __register_atfork(void (*prepare)(void), void (*parent)(void),
		      void (*child)(void), void *library);
int pthread_atfork(void (*prepare)(void), void (*parent)(void),
		   void (*child)(void));

static atomic_flag is_starting = ATOMIC_FLAG_INIT;

/* ---- starting ------------------------------------------------------------------- */

/* The shim's file name in LD_PRELOAD: it is loaded behind this library. */
static bool preloads_shim(void)
{
	const char *list = ni_environment_value(environ, "LD_PRELOAD");

	return list && strstr(list, "libnoinherit-preload.so");
}

static bool open_trace(const char *directory,
		       const struct ni_audit_options *options)
{
	uint64_t start_ns = ni_clock_ns(CLOCK_MONOTONIC);
	struct ni_trace_header *trace;

	ni_recorder.start_ticks = ni_clock_ticks();
	ni_recorder.pid = ni_kernel_pid();
	if (ni_trace_open(directory, options->size_kib, ni_recorder.pid,
			  start_ns, &trace) < 0)
		return false;
	ni_recorder.trace = trace;
	ni_trace_header_fill(trace, start_ns);
	return true;
}

static void watch_forks(void)
{
	if (ni_is_glibc())
		__register_atfork(ni_recorder_forking, NULL,
				  ni_recorder_forked, NULL);
	else
		pthread_atfork(ni_recorder_forking, NULL, ni_recorder_forked);
}

static void start_recording(void)
{
	struct ni_audit_options options;
	const char *directory;

	directory = ni_environment_start(environ, ni_own_file(&ni_recorder));
	if (!directory)
		return;
	options = ni_audit_options_parse(ni_environment_value(environ,
						NI_TRACE_ENV_OPTIONS));
	ni_recorder.is_following = options.is_following;
	ni_recorder.frames_max = options.frames;
	ni_recorder.has_scripts = options.has_scripts;
	ni_recorder.has_shim = preloads_shim();
	ni_recorder.stack_end = (uintptr_t)getauxval(AT_EXECFN);
	ni_modules_start(ni_beyond_in_libc("_dl_find_object"));
	ni_threads_start(ni_beyond_in_libc("__libc_single_threaded"));
	ni_slots_start();
	if (!open_trace(directory, &options))
		return;
	ni_open_counts_start();
	ni_arrivals_note();
	watch_forks();
	__cxa_atexit(ni_unclosed_at_exit, NULL, NULL);
	__atomic_fetch_or(&ni_recorder.trace->flags, NI_TRACE_READY,
			  __ATOMIC_RELEASE);
	ni_recorder.is_active = true;
}

/* Whoever comes second (there is no second thread yet, save for one that
 * another constructor made) passes its call on, unrecorded. */
void ni_recorder_start(void)
{
	ni_beyond_resolve();
	if (atomic_flag_test_and_set(&is_starting))
		return;
	start_recording();
	atomic_store_explicit(&ni_recorder.is_started, true,
			      memory_order_release);
}

__attribute__((constructor(101))) static void construct(void)
{
	if (!ni_recorder.is_started)
		ni_recorder_start();
}

/* ---- later ------------------------------------------------------------------------ */

/* From now on others count in the same trace. */
void ni_recorder_forking(void)
{
	ni_recorder.has_forked = true;
}

void ni_recorder_forked(void)
{
	struct ni_trace_fork *record;

	if (!ni_is_active())
		return;
	ni_recorder.generation++;
	ni_recorder.pid = ni_kernel_pid();
	ni_threads_forked();
	ni_open_counts_begin();
	record = ni_trace_claim(NI_RECORD_FORK, sizeof(*record), 0,
				NI_ROOM_EVENT, NI_DROPPED_FORKS);
	if (!record)
		return;
	record->pid = ni_recorder.pid;
	record->ppid = ni_kernel_parent();
	record->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	ni_trace_publish(record);
}

void ni_recorder_stop(enum ni_trace_stop reason, uint64_t time_ns)
{
	struct ni_trace_stopped *record;

	ni_recorder.is_active = false;
	ni_recorder.is_stopped = true;
	record = ni_trace_claim(NI_RECORD_STOPPED, sizeof(*record), 0,
				NI_ROOM_FINDING, NI_DROPPED_FINDINGS);
	if (!record)
		return;
	record->pid = ni_recorder.pid;
	record->reason = reason;
	record->time_ns = time_ns;
	ni_trace_publish(record);
}
