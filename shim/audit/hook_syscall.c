/*
 * hook_syscall.c - descriptors by syscall(2): the calls that libc has no
 * function for, and those that programs prefer to make by themselves.
 */
#include "audit/hook.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "audit/hook_close.h"
#include "audit/hook_duplicate.h"
#include "audit/hook_exec.h"
#include "audit/hook_flags.h"
#include "audit/hook_process.h"
#include "audit/hook_socket.h"
#include "audit/newer.h"
#include "common/array.h"

/* A call that makes one descriptor, as creators.def says. */
struct creator {
	short number;
	short call;		/* enum ni_trace_call */
	int argument;		/* that holds the flags, counted from 0 */
};

static const struct creator creators[] = {
#define SYSTEM(number, name, argument) \
	{ SYS_##number, NI_CALL_##name, argument },
#ifdef SYS_open
#define OLD_SYSTEM SYSTEM
#endif
#include "common/creators.def"
};

struct request {
	struct ni_caller caller;
	long number;
	long a[6];
};

/* One byte a number: is it watched? syscall.S reads it. */
uint8_t ni_syscall_numbers[512] __attribute__((visibility("hidden")));

long ni_syscall_watched(long number, long a, long b, long c, long d, long e,
			long f);

static long pass_on(const struct request *request)
{
	long (*next)(long, ...) = (long (*)(long, ...))ni_beyond_syscall;
	const long *a = request->a;

	return next(request->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- creators ---------------------------------------------------------------- */

static long create(struct request *request, const struct creator *creator)
{
	long fd = pass_on(request);
	long flags = creator->argument == NI_NO_FLAGS ?
		     0 : request->a[creator->argument];

	request->caller.call = (enum ni_trace_call)creator->call;
	return ni_made(&request->caller, (int)fd, (unsigned)flags);
}

static long made(struct request *request, enum ni_trace_call call, long flags)
{
	request->caller.call = call;
	return ni_made(&request->caller, (int)pass_on(request),
		       (unsigned)flags);
}

static long made_pair(struct request *request, enum ni_trace_call call,
		      const int *pair, long flags)
{
	request->caller.call = call;
	return ni_made_pair(&request->caller, (int)pass_on(request), pair,
			    (unsigned)flags);
}

/* The commands that answer with a descriptor, which has close-on-exec: create a
 * map, load a program, get an object, a program or a map, open a raw
 * tracepoint, load or get a BTF, create or get a link, create an iterator. */
static bool gives_descriptor(long bpf_command)
{
	static const char commands[] = { 0, 5, 7, 13, 14, 17, 18, 19, 28, 30,
					 33 };

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i] == bpf_command)
			return true;
	return false;
}

static long bpf(struct request *request)
{
	return gives_descriptor(request->a[0]) ?
	       made(request, NI_CALL_bpf, 0) : pass_on(request);
}

static long io_uring_setup(struct request *request)
{
	const unsigned registered_only = 1u << 15;
	/* struct io_uring_params: the flags are its third word. */
	const uint32_t *parameters = (const uint32_t *)request->a[1];

	/* Such a ring's number is none of a descriptor. */
	if (parameters && (parameters[2] & registered_only))
		return pass_on(request);
	if (ni_is_active())
		ni_recorder_has_ring();
	return made(request, NI_CALL_io_uring_setup, 0);
}

/* struct open_how begins with the flags. (openat2 is a function in glibc 2.43.) */
static long open_as_asked(struct request *request)
{
	const uint64_t *how = (const uint64_t *)request->a[2];

	return made(request, NI_CALL_openat2, how ? (long)*how : 0);
}

/* With a descriptor given they change that one. */
static long signalfd4(struct request *request)
{
	return request->a[0] == -1 ?
	       made(request, NI_CALL_signalfd, request->a[3]) :
	       pass_on(request);
}

static long socket_pair(struct request *request)
{
	return made_pair(request, NI_CALL_socketpair,
			 (const int *)request->a[3], request->a[1]);
}

static long pipe_with_flags(struct request *request)
{
	return made_pair(request, NI_CALL_pipe2, (const int *)request->a[0],
			 request->a[1]);
}

static long receive(struct request *request)
{
	long size = pass_on(request);

	request->caller.call = NI_CALL_recvmsg;
	if (size >= 0)
		ni_received(&request->caller, (struct msghdr *)request->a[1],
			    (int)request->a[2]);
	return size;
}

#ifdef SYS_open
static long old_signalfd(struct request *request)
{
	return request->a[0] == -1 ? made(request, NI_CALL_signalfd, 0) :
				     pass_on(request);
}

static long old_pipe(struct request *request)
{
	return made_pair(request, NI_CALL_pipe, (const int *)request->a[0], 0);
}
#endif

/* ---- copies and closes ---------------------------------------------------------- */

static long copy(struct request *request)
{
	request->caller.call = NI_CALL_dup;
	return ni_duplicated(&request->caller, (int)request->a[0],
			     (int)pass_on(request), false);
}

static long replace(struct request *request, enum ni_trace_call call, long flags)
{
	const int fd = (int)request->a[0];
	struct ni_closing closing;

	request->caller.call = call;
	ni_replace_begin(&closing, &request->caller, fd, (int)request->a[1]);
	return ni_replace_end(&closing, &request->caller, fd,
			      (int)pass_on(request), flags & O_CLOEXEC);
}

static long replace_with_flags(struct request *request)
{
	return replace(request, NI_CALL_dup3, request->a[2]);
}

#ifdef SYS_open
static long old_replace(struct request *request)
{
	return replace(request, NI_CALL_dup2, 0);
}
#endif

static long close_one(struct request *request)
{
	struct ni_closing closing;

	request->caller.call = NI_CALL_close;
	ni_close_begin(&closing, &request->caller, (int)request->a[0]);
	return ni_close_end(&closing, (int)pass_on(request));
}

static long close_many(struct request *request)
{
	const unsigned first = (unsigned)request->a[0];
	const unsigned last = (unsigned)request->a[1];
	const int flags = (int)request->a[2];
	bool noted;
	long r;

	request->caller.call = NI_CALL_close_range;
	noted = ni_range_begin(&request->caller, first, last, flags);
	r = pass_on(request);
	return noted ? ni_range_end(&request->caller, first, last, flags,
				    (int)r) : r;
}

/* ---- the rest --------------------------------------------------------------------- */

static long control(struct request *request)
{
	const long *a = request->a;

	request->caller.call = NI_CALL_fcntl;
	return ni_fcntl_done(&request->caller, (int)a[0], (int)a[1], a[2],
			     (int)pass_on(request));
}

static long control_device(struct request *request)
{
	const long *a = request->a;

	request->caller.call = NI_CALL_ioctl;
	return ni_ioctl_done(&request->caller, (int)a[0], (unsigned long)a[1],
			     (int)pass_on(request));
}

static long execute(struct request *request)
{
	const long *a = request->a;
	struct ni_exec_call call = {
		.exec = { request->caller, (const char *)a[0],
			  (char *const *)a[1], (char *const *)a[2], NULL, 0,
			  false, false },
		.via = NI_VIA_PATH,
	};

	return ni_exec_run(&call);
}

static long execute_at(struct request *request)
{
	const long *a = request->a;
	struct ni_exec_call call = {
		.exec = { request->caller, (const char *)a[1],
			  (char *const *)a[2], (char *const *)a[3], NULL, 0,
			  false, false },
		.via = NI_VIA_AT, .fd = (int)a[0], .flags = (int)a[4],
	};

	return ni_exec_run(&call);
}

static long filter(struct request *request)
{
	const bool by_prctl = request->number == SYS_prctl;
	const long *a = request->a;
	struct ni_filter state;
	long r;

	ni_filter_begin(&state, by_prctl ? a[0] == PR_SET_SECCOMP :
				a[0] == SECCOMP_SET_MODE_STRICT ||
				a[0] == SECCOMP_SET_MODE_FILTER);
	r = pass_on(request);
	/* A positive answer is a listener's descriptor, or the thread that
	 * could not be synchronised. */
	ni_filter_end(&state, r == 0 || (r > 0 && !by_prctl &&
			(a[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER)));
	return r;
}

/* ---- which is which ---------------------------------------------------------- */

/* Calls that need more than a row of creators.def. */
static const struct { short number; long (*run)(struct request *); } others[] = {
	{ SYS_close, close_one }, { SYS_close_range, close_many },
	{ SYS_dup, copy }, { SYS_dup3, replace_with_flags },
	{ SYS_fcntl, control }, { SYS_ioctl, control_device },
	{ SYS_socketpair, socket_pair }, { SYS_pipe2, pipe_with_flags },
	{ SYS_recvmsg, receive }, { SYS_openat2, open_as_asked }, { SYS_bpf, bpf },
	{ SYS_signalfd4, signalfd4 }, { SYS_io_uring_setup, io_uring_setup },
	{ SYS_execve, execute }, { SYS_execveat, execute_at },
	{ SYS_prctl, filter }, { SYS_seccomp, filter },
#ifdef SYS_open
	{ SYS_dup2, old_replace }, { SYS_pipe, old_pipe },
	{ SYS_signalfd, old_signalfd },
#endif
};

__attribute__((constructor(102))) static void fill_numbers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(creators); i++)
		ni_syscall_numbers[creators[i].number] = 1;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ni_syscall_numbers[others[i].number] = 1;
}

static long run_watched(struct request *request)
{
	for (size_t i = 0; i < ARRAY_LEN(creators); i++)
		if (creators[i].number == request->number)
			return create(request, &creators[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (others[i].number == request->number)
			return others[i].run(request);
	return pass_on(request);
}

long ni_syscall_watched(long number, long a, long b, long c, long d, long e,
			long f)
{
	struct request request = {
		NI_CALLER(syscall), number, { a, b, c, d, e, f }
	};

	ni_hook_enter();
	/* exec has work to do even then. */
	if (!ni_is_active() && number != SYS_execve && number != SYS_execveat)
		return pass_on(&request);
	return run_watched(&request);
}
