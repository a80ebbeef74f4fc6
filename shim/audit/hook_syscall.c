/*
 * hook_syscall.c - descriptors by syscall(2): the calls that libc has no
 * function for, and those that programs prefer to make by themselves.
 */
#include "hook.h"

#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hook_close.h"
#include "hook_duplicate.h"
#include "hook_exec.h"
#include "hook_flags.h"
#include "hook_process.h"
#include "hook_socket.h"
#include "newer.h"

/* Where a creator has its close-on-exec flag. */
enum { NEVER = 0, ALWAYS = -1 };

struct creator {
	long number;
	enum ni_trace_call call;
	enum ni_trace_type type;
	int argument;		/* that holds the flag, counted from 0 */
	int64_t flag;		/* or NEVER, ALWAYS */
};

static const struct creator creators[] = {
	{ SYS_socket, NI_CALL_socket, NI_TYPE_SOCKET, 1, SOCK_CLOEXEC },
	{ SYS_accept4, NI_CALL_accept4, NI_TYPE_SOCKET, 3, SOCK_CLOEXEC },
	{ SYS_openat, NI_CALL_openat, NI_TYPE_FILE, 2, O_CLOEXEC },
	{ SYS_open_by_handle_at, NI_CALL_open_by_handle_at, NI_TYPE_FILE, 2,
	  O_CLOEXEC },
	{ SYS_eventfd2, NI_CALL_eventfd, NI_TYPE_EVENTFD, 1, O_CLOEXEC },
	{ SYS_epoll_create1, NI_CALL_epoll_create1, NI_TYPE_EPOLL, 0,
	  O_CLOEXEC },
	{ SYS_memfd_create, NI_CALL_memfd_create, NI_TYPE_MEMFD, 1, 1 },
	{ SYS_memfd_secret, NI_CALL_memfd_secret, NI_TYPE_MEMFD, 0, O_CLOEXEC },
	{ SYS_timerfd_create, NI_CALL_timerfd_create, NI_TYPE_TIMERFD, 1,
	  O_CLOEXEC },
	{ SYS_inotify_init1, NI_CALL_inotify_init1, NI_TYPE_INOTIFY, 0,
	  O_CLOEXEC },
	{ SYS_fanotify_init, NI_CALL_fanotify_init, NI_TYPE_FANOTIFY, 0, 1 },
	{ SYS_userfaultfd, NI_CALL_userfaultfd, NI_TYPE_USERFAULTFD, 0,
	  O_CLOEXEC },
	{ SYS_pidfd_open, NI_CALL_pidfd_open, NI_TYPE_PIDFD, 0, ALWAYS },
	{ SYS_pidfd_getfd, NI_CALL_pidfd_getfd, NI_TYPE_UNKNOWN, 0, ALWAYS },
	{ SYS_perf_event_open, NI_CALL_perf_event_open, NI_TYPE_PERF, 4,
	  PERF_FLAG_FD_CLOEXEC },
	{ SYS_open_tree, NI_CALL_open_tree, NI_TYPE_DIRECTORY, 2, O_CLOEXEC },
	{ SYS_fsopen, NI_CALL_fsopen, NI_TYPE_OTHER, 1, 1 },
	{ SYS_fsmount, NI_CALL_fsmount, NI_TYPE_DIRECTORY, 1, 1 },
	{ SYS_fspick, NI_CALL_fspick, NI_TYPE_OTHER, 2, 1 },
#ifdef SYS_open
	{ SYS_accept, NI_CALL_accept, NI_TYPE_SOCKET, 0, NEVER },
	{ SYS_open, NI_CALL_open, NI_TYPE_FILE, 1, O_CLOEXEC },
	{ SYS_creat, NI_CALL_creat, NI_TYPE_FILE, 0, NEVER },
	{ SYS_eventfd, NI_CALL_eventfd, NI_TYPE_EVENTFD, 0, NEVER },
	{ SYS_epoll_create, NI_CALL_epoll_create, NI_TYPE_EPOLL, 0, NEVER },
	{ SYS_inotify_init, NI_CALL_inotify_init, NI_TYPE_INOTIFY, 0, NEVER },
#endif
};

/* Calls that need more than a row. */
static const short others[] = {
	SYS_close, SYS_close_range, SYS_dup, SYS_dup3, SYS_fcntl, SYS_ioctl,
	SYS_socketpair, SYS_pipe2, SYS_recvmsg, SYS_openat2, SYS_bpf,
	SYS_signalfd4, SYS_io_uring_setup, SYS_execve, SYS_execveat, SYS_prctl, SYS_seccomp,
#ifdef SYS_open
	SYS_dup2, SYS_pipe, SYS_signalfd,
#endif
};

/* One byte a number: is it watched? syscall.S reads it. */
uint8_t ni_syscall_numbers[512] __attribute__((visibility("hidden")));

struct request {
	struct ni_caller caller;
	long number;
	long a[6];
};

long ni_syscall_watched(long number, long a, long b, long c, long d, long e,
			long f);

__attribute__((constructor(102))) static void fill_numbers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(creators); i++)
		ni_syscall_numbers[creators[i].number] = 1;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ni_syscall_numbers[others[i]] = 1;
}

static long pass_on(const struct request *request)
{
	long (*next)(long, ...) = (long (*)(long, ...))ni_next_syscall;
	const long *a = request->a;

	return next(request->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- creators ---------------------------------------------------------------- */

static const struct creator *creator_of(long number)
{
	for (size_t i = 0; i < ARRAY_LEN(creators); i++)
		if (creators[i].number == number)
			return &creators[i];
	return NULL;
}

static bool has_flag(const struct creator *creator, const long *arguments)
{
	if (creator->flag == ALWAYS)
		return true;
	return arguments[creator->argument] & creator->flag;
}

static long create(struct request *request, const struct creator *creator)
{
	long fd = pass_on(request);

	request->caller.call = creator->call;
	return ni_made(&request->caller, (int)fd, creator->type,
		       has_flag(creator, request->a));
}

static long made(struct request *request, enum ni_trace_call call,
		 enum ni_trace_type type, bool atomic)
{
	request->caller.call = call;
	return ni_made(&request->caller, (int)pass_on(request), type, atomic);
}

static long made_pair(struct request *request, enum ni_trace_call call,
		      enum ni_trace_type type, const int *pair, bool atomic)
{
	long r = pass_on(request);

	request->caller.call = call;
	for (int i = 0; r == 0 && i < 2; i++)
		ni_made(&request->caller, pair[i], type, atomic);
	return r;
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

static long io_uring(struct request *request)
{
	const unsigned registered_only = 1u << 15;
	/* struct io_uring_params: the flags are its third word. */
	const uint32_t *parameters = (const uint32_t *)request->a[1];

	/* Such a ring's number is none of a descriptor. */
	if (parameters && (parameters[2] & registered_only))
		return pass_on(request);
	return made(request, NI_CALL_io_uring_setup, NI_TYPE_IO_URING, true);
}

static long signal_descriptor(struct request *request, long flags)
{
	if (request->a[0] != -1)
		return pass_on(request);
	return made(request, NI_CALL_signalfd, NI_TYPE_SIGNALFD,
		    flags & O_CLOEXEC);
}

/* ---- copies and closes ---------------------------------------------------------- */

static long replace(struct request *request, enum ni_trace_call call, long flags)
{
	const int fd = (int)request->a[0];
	struct ni_closing closing;

	request->caller.call = call;
	ni_replace_begin(&closing, &request->caller, fd, (int)request->a[1]);
	return ni_replace_end(&closing, &request->caller, fd,
			      (int)pass_on(request), flags & O_CLOEXEC);
}

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

static long execute(struct request *request, enum ni_exec_via via)
{
	const long *a = request->a;
	const int shift = via == NI_VIA_AT;
	struct ni_exec_call call = {
		.exec = { request->caller, (const char *)a[shift],
			  (char *const *)a[shift + 1],
			  (char *const *)a[shift + 2], NULL, 0, false },
		.via = via, .fd = (int)a[0], .flags = (int)a[4],
	};

	return ni_exec_run(&call);
}

static long filter(const struct request *request)
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

static long receive(struct request *request)
{
	long size = pass_on(request);

	request->caller.call = NI_CALL_recvmsg;
	if (size >= 0)
		ni_received(&request->caller, (struct msghdr *)request->a[1],
			    (int)request->a[2]);
	return size;
}

static long run_other(struct request *request)
{
	const long *a = request->a;

	switch (request->number) {
	case SYS_close: return close_one(request);
	case SYS_close_range: return close_many(request);
	case SYS_dup:
		request->caller.call = NI_CALL_dup;
		return ni_duplicated(&request->caller, (int)a[0],
				     (int)pass_on(request), false);
	case SYS_dup3: return replace(request, NI_CALL_dup3, a[2]);
	case SYS_fcntl:
		request->caller.call = NI_CALL_fcntl;
		return ni_fcntl_done(&request->caller, (int)a[0], (int)a[1],
				     a[2], (int)pass_on(request));
	case SYS_ioctl:
		request->caller.call = NI_CALL_ioctl;
		return ni_ioctl_done(&request->caller, (int)a[0],
				     (unsigned long)a[1],
				     (int)pass_on(request));
	case SYS_socketpair:
		return made_pair(request, NI_CALL_socketpair, NI_TYPE_SOCKET,
				 (const int *)a[3], a[1] & SOCK_CLOEXEC);
	case SYS_pipe2:
		return made_pair(request, NI_CALL_pipe2, NI_TYPE_PIPE,
				 (const int *)a[0], a[1] & O_CLOEXEC);
	case SYS_recvmsg: return receive(request);
	case SYS_openat2: /* struct open_how begins with the flags */
		return made(request, NI_CALL_openat2, NI_TYPE_FILE, a[2] &&
			    (*(const uint64_t *)a[2] & O_CLOEXEC));
	case SYS_bpf:
		return gives_descriptor(a[0]) ?
		       made(request, NI_CALL_bpf, NI_TYPE_BPF, true) :
		       pass_on(request);
	case SYS_io_uring_setup: return io_uring(request);
	case SYS_signalfd4: return signal_descriptor(request, a[3]);
	case SYS_execve: return execute(request, NI_VIA_PATH);
	case SYS_execveat: return execute(request, NI_VIA_AT);
	case SYS_prctl:
	case SYS_seccomp: return filter(request);
#ifdef SYS_open
	case SYS_dup2: return replace(request, NI_CALL_dup2, 0);
	case SYS_pipe:
		return made_pair(request, NI_CALL_pipe, NI_TYPE_PIPE,
				 (const int *)a[0], false);
	case SYS_signalfd: return signal_descriptor(request, 0);
#endif
	}
	return pass_on(request);
}

long ni_syscall_watched(long number, long a, long b, long c, long d, long e,
			long f)
{
	struct request request = {
		NI_CALLER(syscall), number, { a, b, c, d, e, f }
	};
	const struct creator *creator;

	ni_hook_enter();
	/* exec has work to do even then. */
	if (!ni_is_active() && number != SYS_execve && number != SYS_execveat)
		return pass_on(&request);
	creator = creator_of(number);
	return creator ? create(&request, creator) : run_other(&request);
}
