#include "preload/handover.h"

#include <fcntl.h>
#include <string.h>

#include "common/announced.h"
#include "common/raw.h"
#include "preload/marks.h"
#include "preload/policy.h"

enum { FIRST_FD = 3 };	/* above the standard streams */

static void set_flags(unsigned fd, int flags)
{
	ni_raw3(SYS_fcntl, fd, F_SETFD, flags);
}

static void add(struct ni_handover *handover, unsigned fd)
{
	unsigned char bit = (unsigned char)(1U << (fd % 8));

	if (fd >= handover->end || !ni_is_marked((int)fd) ||
	    (handover->bits[fd / 8] & bit))
		return;
	/* Ours, but the program may have taken the flag off in a way that we
	 * did not see: then there is nothing to do, nor to put back. */
	if (ni_raw3(SYS_fcntl, fd, F_GETFD, 0) != FD_CLOEXEC)
		return;
	handover->bits[fd / 8] |= bit;
	handover->count++;
}

static void add_range(struct ni_handover *handover, unsigned first,
		      unsigned last)
{
	for (unsigned fd = first; fd <= last && fd < handover->end; fd++)
		if (ni_marks[fd])
			add(handover, fd);
}

static void add_announced(void *handover, const struct ni_announcement *what)
{
	add_range(handover, what->first, what->last);
}

/* Rules 9b and 9c: the table's, and what NOINHERIT_KEEP adds to it. */
static void add_meant(struct ni_handover *handover,
		      const struct ni_announced_to *to)
{
	const struct ni_settings *settings = &ni_policy.settings;

	ni_announced_each(to, add_announced, handover);
	for (unsigned i = 0; i < settings->keep_count; i++) {
		const struct ni_keep *keep = &settings->keep[i];

		if (keep->kind == NI_KEEP_ENV)
			ni_announced_in_variable(to, keep->text, keep->length,
						 add_announced, handover);
		else if (keep->kind == NI_KEEP_ARGV)
			ni_announced_in_arguments(to, keep->text, keep->length,
						  add_announced, handover);
	}
}

void ni_handover_choose(struct ni_handover *handover, unsigned end,
			const struct ni_file *file, char *const *argv,
			char *const *envp, pid_t pid)
{
	const struct ni_announced_to to = {
		.argv = argv, .environment = envp, .pid = pid,
	};

	memset(handover, 0, ni_handover_size(end));
	handover->end = end;
	if (!file->path)
		return;
	handover->is_same_program = ni_program_is_same(file, argv);
	if (handover->is_same_program)
		add_range(handover, FIRST_FD, end);
	else
		add_meant(handover, &to);
}

unsigned ni_handover_next(const struct ni_handover *handover, unsigned fd)
{
	while (fd < handover->end &&
	       !(handover->bits[fd / 8] & (1U << (fd % 8))))
		fd++;
	return fd;
}

void ni_handover_release(const struct ni_handover *handover)
{
	unsigned fd = ni_handover_next(handover, 0);

	for (; fd < handover->end; fd = ni_handover_next(handover, fd + 1))
		set_flags(fd, 0);
}

void ni_handover_put_back(const struct ni_handover *handover)
{
	unsigned fd = ni_handover_next(handover, 0);

	for (; fd < handover->end; fd = ni_handover_next(handover, fd + 1))
		set_flags(fd, FD_CLOEXEC);
}
