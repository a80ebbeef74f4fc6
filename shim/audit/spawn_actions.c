/*
 * spawn_actions.c - walks libc's own list of file actions, number by number.
 */
#include "audit/spawn_actions.h"

#include <stddef.h>
#include <sys/types.h>

#include "common/next_symbol.h"

enum tag { CLOSE, DUP2, OPEN, CHDIR, FCHDIR, CLOSE_FROM, SET_TERMINAL, TAGS };

/* An action of either libc; it changes @fd. */
struct action {
	enum tag tag;
	int fd, source;
};

/* struct __spawn_action of glibc's spawn_int.h. */
struct glibc_action {
	int tag;
	union {
		struct { int fd; } close;
		struct { int fd, new_fd; } dup2;
		struct { int fd; char *path; int flags; mode_t mode; } open;
		struct { int from; } close_from;
	} u;
};

/* struct fdop of musl's fdop.h, where CLOSE is 1, and so on to FCHDIR. The one
 * that was added last is the first of the list. */
struct musl_action {
	struct musl_action *next, *prev;
	int command, fd, source, flags;
	mode_t mode;
};

/* It has the same size in both; musl uses only the pointer. */
struct list {
	int allocated, used;
	void *actions;
};

/* A place in the list, in the order in which the child runs it. */
struct walk {
	const struct list *list;
	int index;				/* glibc's */
	const struct musl_action *next;		/* musl's */
};

static struct walk walk_of(const posix_spawn_file_actions_t *actions)
{
	struct walk walk = { .list = (const struct list *)actions };

	if (!actions || ni_is_glibc())
		return walk;
	walk.next = walk.list->actions;
	while (walk.next && walk.next->next)
		walk.next = walk.next->next;
	return walk;
}

static bool step_glibc(struct walk *walk, struct action *action)
{
	const struct glibc_action *row = walk->list->actions;

	if (walk->index >= walk->list->used)
		return false;
	row += walk->index++;
	action->tag = (enum tag)row->tag;
	action->source = row->u.dup2.fd;
	action->fd = row->tag == DUP2 ? row->u.dup2.new_fd : row->u.close.fd;
	return true;
}

static bool step_musl(struct walk *walk, struct action *action)
{
	const struct musl_action *row = walk->next;

	if (!row)
		return false;
	walk->next = row->prev;
	action->tag = (enum tag)(row->command - 1);
	action->fd = row->fd;
	action->source = row->source;
	return true;
}

static bool step(struct walk *walk, struct action *action)
{
	if (!walk->list)
		return false;
	return ni_is_glibc() ? step_glibc(walk, action) :
			       step_musl(walk, action);
}

bool ni_spawn_is_understood(const posix_spawn_file_actions_t *actions)
{
	const struct list *list = (const struct list *)actions;
	struct walk walk = walk_of(actions);
	struct action action;

	if (list && ni_is_glibc() && list->used &&
	    (list->used < 0 || list->used > list->allocated || !list->actions))
		return false;
	while (step(&walk, &action))
		if ((int)action.tag < 0 || action.tag >= TAGS)
			return false;
	return true;
}

/* One action's effect on @fd; *@effect and *@source stay if there is none. */
static void apply(const struct action *action, int fd,
		  enum ni_spawn_effect *effect, int *source)
{
	if (action->tag == CLOSE_FROM ? action->fd > fd : action->fd != fd)
		return;
	switch (action->tag) {
	case CLOSE:
	case CLOSE_FROM:
		*effect = NI_SPAWN_CLOSED;
		break;
	case DUP2:
		*effect = NI_SPAWN_COPIED;
		*source = action->source;
		break;
	case OPEN:
		*effect = NI_SPAWN_OPENED;
		break;
	default:
		break;
	}
}

enum ni_spawn_effect ni_spawn_effect(const posix_spawn_file_actions_t *actions,
				     int fd, int *source)
{
	enum ni_spawn_effect effect = NI_SPAWN_UNTOUCHED;
	struct walk walk = walk_of(actions);
	struct action action;

	while (step(&walk, &action))
		apply(&action, fd, &effect, source);
	return effect;
}

int ni_spawn_highest(const posix_spawn_file_actions_t *actions)
{
	struct walk walk = walk_of(actions);
	struct action action;
	int highest = -1;

	while (step(&walk, &action))
		if ((action.tag == DUP2 || action.tag == OPEN) &&
		    action.fd > highest)
			highest = action.fd;
	return highest;
}
