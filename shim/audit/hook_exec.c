/*
 * hook_exec.c - the exec family.
 *
 * All of them may run in a vfork child: what they need is on the stack.
 */
#include "audit/hook.h"
#include "audit/hook_exec.h"

#include <alloca.h>
#include <errno.h>
#include <unistd.h>

#include "audit/follow.h"
#include "audit/newer.h"
#include "audit/open_counts.h"

static int pass_on(const struct ni_exec_call *call, char *const *environment)
{
	const struct ni_exec *exec = &call->exec;

	switch (call->via) {
	case NI_VIA_SEARCH:
		return ni_beyond.execvpe(exec->path, exec->argv, environment);
	case NI_VIA_FD:
		return ni_beyond.fexecve(call->fd, exec->argv, environment);
	case NI_VIA_AT:
		return ni_beyond.execveat(call->fd, exec->path, exec->argv,
					environment, call->flags);
	default:
		return ni_beyond.execve(exec->path, exec->argv, environment);
	}
}

/* Nothing is recorded, but the new image may have to be left alone. */
static int run_unrecorded(const struct ni_exec_call *call)
{
	struct ni_follow follow = ni_follow_plan(call->exec.environment);

	return pass_on(call, ni_follow_environment(&follow,
			follow.room ? alloca(follow.room) : NULL));
}

int ni_exec_run(struct ni_exec_call *call)
{
	struct ni_follow follow;
	struct ni_exec_note note;
	char *const *environment;
	int r;

	ni_hook_enter();
	if (!ni_is_active() || !call->exec.path)
		return run_unrecorded(call);
	call->exec.is_searched = call->via == NI_VIA_SEARCH;
	follow = ni_follow_plan(call->exec.environment);
	environment = ni_follow_environment(&follow,
			follow.room ? alloca(follow.room) : NULL);
	call->exec.flags |= follow.flags;
	note = ni_exec_begin(&call->exec);
	ni_open_counts_leave();
	r = pass_on(call, environment);
	/* The program's own environment may have been just small enough. */
	if (r < 0 && errno == E2BIG && follow.room)
		r = pass_on(call, call->exec.environment);
	ni_exec_failed(&note, errno);
	ni_open_counts_come_back();
	return r;
}

/* ---- with an array of arguments ------------------------------------------ */

NI_EXPORT int execve(const char *path, char *const argv[],
		     char *const environment[])
{
	struct ni_exec_call call = {
		.exec = { NI_CALLER(execve), path, argv, environment, NULL, 0,
			  false, false },
	};

	return ni_exec_run(&call);
}

NI_EXPORT int execv(const char *path, char *const argv[])
{
	struct ni_exec_call call = {
		.exec = { NI_CALLER(execv), path, argv, environ, NULL, 0,
			  false, false },
	};

	return ni_exec_run(&call);
}

NI_EXPORT int execvp(const char *file, char *const argv[])
{
	struct ni_exec_call call = {
		.exec = { NI_CALLER(execvp), file, argv, environ, NULL, 0,
			  false, false },
		.via = NI_VIA_SEARCH,
	};

	return ni_exec_run(&call);
}

NI_EXPORT int execvpe(const char *file, char *const argv[],
		      char *const environment[])
{
	struct ni_exec_call call = {
		.exec = { NI_CALLER(execvpe), file, argv, environment, NULL, 0,
			  false, false },
		.via = NI_VIA_SEARCH,
	};

	return ni_exec_run(&call);
}

/* What a descriptor executes, for the record. */
static const char *name_of(int fd, struct ni_description *description)
{
	struct ni_trace_what *what = &description->what;

	if (!ni_is_active())
		return "?";
	ni_kernel_describe(fd, description);
	if (what->type == NI_TYPE_SOCKET || !what->path_size)
		return "?";
	description->bytes[what->path_size] = '\0';
	return description->bytes;
}

NI_EXPORT int fexecve(int fd, char *const argv[], char *const environment[])
{
	struct ni_description description;
	struct ni_exec_call call = {
		.exec = { NI_CALLER(fexecve), name_of(fd, &description), argv,
			  environment, NULL, 0, false, false },
		.via = NI_VIA_FD, .fd = fd,
	};

	return ni_exec_run(&call);
}

NI_EXPORT int execveat(int directory, const char *path, char *const argv[],
		       char *const environment[], int flags)
{
	struct ni_exec_call call = {
		.exec = { NI_CALLER(execveat), path, argv, environment, NULL, 0,
			  false, false },
		.via = NI_VIA_AT, .fd = directory, .flags = flags,
	};

	return ni_exec_run(&call);
}

/* ---- with arguments one by one ------------------------------------------- */

/* Counts the arguments, including the NULL at the end. */
static size_t count(const char *first, va_list *list)
{
	size_t arguments = 1;

	for (; first; first = va_arg(*list, const char *))
		arguments++;
	return arguments;
}

/* Leaves the list after the NULL, where execle has the environment. */
static void collect(const char **argv, const char *first, va_list *list)
{
	for (; first; first = va_arg(*list, const char *))
		*argv++ = first;
	*argv = NULL;
}

/* The caller calls va_end() on the list. */
static int run_list(struct ni_exec_call *call, const char *first,
		    va_list *list, bool has_environment)
{
	const char **argv;
	va_list again;

	va_copy(again, *list);
	argv = alloca(count(first, &again) * sizeof(*argv));
	va_end(again);
	collect(argv, first, list);
	call->exec.argv = (char *const *)argv;
	call->exec.environment = has_environment ?
		va_arg(*list, char *const *) : environ;
	return ni_exec_run(call);
}

NI_EXPORT int execl(const char *path, const char *first, ...)
{
	struct ni_exec_call call = {
		.exec = { .caller = NI_CALLER(execl), .path = path },
	};
	va_list list;
	int r;

	va_start(list, first);
	r = run_list(&call, first, &list, false);
	va_end(list);
	return r;
}

NI_EXPORT int execlp(const char *file, const char *first, ...)
{
	struct ni_exec_call call = {
		.exec = { .caller = NI_CALLER(execlp), .path = file },
		.via = NI_VIA_SEARCH,
	};
	va_list list;
	int r;

	va_start(list, first);
	r = run_list(&call, first, &list, false);
	va_end(list);
	return r;
}

NI_EXPORT int execle(const char *path, const char *first, ...)
{
	struct ni_exec_call call = {
		.exec = { .caller = NI_CALLER(execle), .path = path },
	};
	va_list list;
	int r;

	va_start(list, first);
	r = run_list(&call, first, &list, true);
	va_end(list);
	return r;
}
