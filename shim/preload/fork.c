/*
 * fork.c - fork, clone and unshare: which task has a descriptor table of its
 * own, and whether the marks describe it (marks.h).
 */
#include <sched.h>
#include <stdarg.h>

#include "preload/create.h"
#include "preload/marks.h"
#include "preload/next.h"
#include "preload/task.h"

static pid_t fork_by(pid_t (*next)(void))
{
	unsigned detached = ni_marks_copy_begins();
	pid_t child = next();

	if (child == 0)
		ni_marks_copied(detached);
	else
		ni_marks_copy_ends();
	return child;
}

NI_EXPORT pid_t fork(void)
{
	return fork_by(ni_next.fork);
}

NI_EXPORT pid_t _Fork(void)
{
	return fork_by(ni_next._Fork);
}

/* What a child of clone() starts with. Lies on the stack of its parent, which
 * sleeps, or of which the child has a copy. */
struct beginning {
	int (*function)(void *);
	void *argument;
	bool shares_memory;
	unsigned detached;
};

static int begin(void *data)
{
	const struct beginning *beginning = data;

	if (beginning->shares_memory) {
		ni_marks_detached = beginning->detached;
		ni_marks_limit = 0;
	} else {
		ni_marks_copied(beginning->detached);
	}
	return beginning->function(beginning->argument);
}

/* A thread, or something equivalent: table and memory are shared. */
static bool is_thread(int flags)
{
	return (flags & CLONE_VM) && (flags & CLONE_FILES);
}

/* Only the memory or only the table is shared, while the parent goes on
 * running: neither knows what the other does. */
static bool is_beyond_us(int flags)
{
	if (flags & CLONE_FILES)
		return true;
	return (flags & CLONE_VM) &&
	       (!(flags & CLONE_VFORK) || (flags & CLONE_SETTLS));
}

NI_EXPORT int clone(int (*function)(void *), void *stack, int flags,
		    void *argument, ...)
{
	struct beginning beginning = { function, argument, flags & CLONE_VM,
				       0 };
	void *parent_id, *tls, *child_id;
	unsigned before = ni_marks_detached;
	va_list list;
	int child;

	va_start(list, argument);
	parent_id = va_arg(list, void *);
	tls = va_arg(list, void *);
	child_id = va_arg(list, void *);
	va_end(list);
	if (!is_thread(flags) && is_beyond_us(flags))
		ni_marks_give_up();
	if (flags & CLONE_THREAD)
		ni_task_makes_threads = true;
	if (is_thread(flags) || is_beyond_us(flags) || !function)
		return ni_next.clone(function, stack, flags, argument,
				     parent_id, tls, child_id);
	beginning.detached = ni_marks_copy_begins();
	child = ni_next.clone(begin, stack, flags, &beginning, parent_id, tls,
			      child_id);
	ni_marks_copy_ends();
	ni_marks_detached = before;
	return child;
}

int ni_unshare(const struct ni_next *next, int flags)
{
	bool splits = (flags & CLONE_FILES) && !ni_is_single_thread();
	int result = next->unshare(flags);

	if (result >= 0 && splits)
		ni_marks_split();
	return result;
}

NI_EXPORT int unshare(int flags)
{
	return ni_unshare(&ni_next, flags);
}

NI_ALIAS(fork) pid_t __fork(void) __THROWNL;
NI_ALIAS(clone) int __clone(int (*function)(void *), void *stack, int flags,
			    void *argument, ...) __THROW;
