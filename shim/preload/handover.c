/*
 * handover.c - chooses and proves the descriptors of one exec.
 */
#include "preload/handover.h"

#include <fcntl.h>
#include <limits.h>

#include "common/raw.h"
#include "preload/collision.h"
#include "preload/inherited.h"
#include "preload/marks.h"
#include "preload/next.h"
#include "preload/peer.h"
#include "preload/policy.h"
#include "preload/readable.h"

enum { FIRST_FD = 3 };	/* above the standard streams */

/* ---- proof ---- */

static bool is_our_socket(int fd, int flags)
{
	return ni_marks_vouch(fd) && !ni_is_shadowed() &&
	       ni_raw3(SYS_fcntl, fd, F_GETFD, 0) == flags &&
	       ni_peer(fd) == NI_PEER_OTHER;
}

bool ni_is_proved(int fd)
{
	return is_our_socket(fd, FD_CLOEXEC);
}

/* ---- what is passed on purpose ---- */

bool ni_handover_decide(struct ni_handover *handover,
			const struct ni_file *file, char *const *argv,
			char *const *envp, pid_t pid)
{
	handover->end = ni_marks_top();
	handover->to = (struct ni_announced_to){
		.argv = argv, .environment = envp, .pid = pid,
		.is_own = ni_inherited_is_new,
	};
	if (!file->path || !ni_list_is_readable(argv) ||
	    !ni_list_is_readable(envp))
		return false;
	handover->is_same_program = ni_program_is_same(file, argv);
	return ni_handover_count(handover, 1) > 0;
}

/* A walk over what is handed over. */
struct walk {
	unsigned end, count, most;
	ni_handover_visit *visit;
	void *data;
};

static void visit_range(struct walk *walk, unsigned first, unsigned last)
{
	for (unsigned fd = first; fd <= last && fd < walk->end &&
				  walk->count < walk->most; fd++) {
		if (fd < FIRST_FD || !ni_is_proved((int)fd))
			continue;
		if (walk->visit)
			walk->visit(walk->data, fd);
		walk->count++;
	}
}

static void visit_announced(void *walk, const struct ni_announcement *what)
{
	visit_range(walk, what->first, what->last);
}

static void visit_collision(void *walk, unsigned fd)
{
	visit_range(walk, fd, fd);
}

/* Rules 9b and 9c: the table's, and what NOINHERIT_KEEP adds to it. */
static void visit_meant(struct walk *walk, const struct ni_announced_to *to)
{
	const struct ni_settings *settings = &ni_policy.settings;

	ni_announced_each(to, visit_announced, walk);
	ni_collision_each(to->environment, visit_collision, walk);
	for (unsigned i = 0; i < settings->keep_count; i++) {
		const struct ni_keep *keep = &settings->keep[i];

		if (keep->kind == NI_KEEP_ENV)
			ni_announced_in_variable(to, keep->text, keep->length,
						 visit_announced, walk);
		else if (keep->kind == NI_KEEP_ARGV)
			ni_announced_in_arguments(to, keep->text, keep->length,
						  visit_announced, walk);
	}
}

static unsigned visit_all(const struct ni_handover *handover, struct walk *walk)
{
	walk->end = handover->end;
	if (handover->is_same_program)
		visit_range(walk, FIRST_FD, handover->end);
	else if (!ni_program_is_set_id())
		visit_meant(walk, &handover->to);
	return walk->count;
}

unsigned ni_handover_count(const struct ni_handover *handover, unsigned most)
{
	struct walk walk = { .most = most };

	return visit_all(handover, &walk);
}

unsigned ni_handover_each(const struct ni_handover *handover,
			  ni_handover_visit *visit, void *data)
{
	struct walk walk = { .most = UINT_MAX, .visit = visit, .data = data };

	return visit_all(handover, &walk);
}

/* ---- doing it ---- */

static void set_flags(unsigned fd, int flags)
{
	ni_raw3(SYS_fcntl, fd, F_SETFD, flags);
}

void ni_handover_release(void *nothing, unsigned fd)
{
	(void)nothing;
	set_flags(fd, 0);
}

/* What was taken off is found out again rather than remembered: the stack may
 * be a signal handler's. Ours have the flag on unless it was taken off here. */
void ni_handover_put_back(void)
{
	unsigned end = ni_marks_top();

	for (unsigned fd = FIRST_FD; fd < end; fd++)
		if (is_our_socket((int)fd, 0))
			set_flags(fd, FD_CLOEXEC);
}
