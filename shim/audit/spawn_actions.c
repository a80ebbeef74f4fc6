#include "spawn_actions.h"

#include <stddef.h>
#include <sys/types.h>

enum tag { CLOSE, DUP2, OPEN, CHDIR, FCHDIR, CLOSE_FROM, SET_TERMINAL, TAGS };

/* struct __spawn_action of glibc's spawn_int.h. */
struct action {
	int tag;
	union {
		struct { int fd; } close;
		struct { int fd, new_fd; } dup2;
		struct { int fd; char *path; int flags; mode_t mode; } open;
		struct { int from; } close_from;
	} u;
};

static const struct action *list(const posix_spawn_file_actions_t *actions)
{
	return (const struct action *)actions->__actions;
}

bool ni_spawn_is_understood(const posix_spawn_file_actions_t *actions)
{
	if (!actions || !actions->__used)
		return true;
	if (actions->__used < 0 || actions->__used > actions->__allocated ||
	    !actions->__actions)
		return false;
	for (int i = 0; i < actions->__used; i++)
		if (list(actions)[i].tag < 0 || list(actions)[i].tag >= TAGS)
			return false;
	return true;
}

/* One action's effect on @fd; *@effect and *@source stay if there is none. */
static void apply(const struct action *action, int fd,
		  enum ni_spawn_effect *effect, int *source)
{
	switch (action->tag) {
	case CLOSE:
		if (action->u.close.fd == fd)
			*effect = NI_SPAWN_CLOSED;
		break;
	case DUP2:
		if (action->u.dup2.new_fd != fd)
			break;
		*effect = NI_SPAWN_COPIED;
		*source = action->u.dup2.fd;
		break;
	case OPEN:
		if (action->u.open.fd == fd)
			*effect = NI_SPAWN_OPENED;
		break;
	case CLOSE_FROM:
		if (action->u.close_from.from <= fd)
			*effect = NI_SPAWN_CLOSED;
		break;
	}
}

enum ni_spawn_effect ni_spawn_effect(const posix_spawn_file_actions_t *actions,
				     int fd, int *source)
{
	enum ni_spawn_effect effect = NI_SPAWN_UNTOUCHED;

	for (int i = 0; actions && i < actions->__used; i++)
		apply(&list(actions)[i], fd, &effect, source);
	return effect;
}

int ni_spawn_highest(const posix_spawn_file_actions_t *actions)
{
	int highest = -1;

	for (int i = 0; actions && i < actions->__used; i++) {
		const struct action *action = &list(actions)[i];
		int fd = action->tag == DUP2 ? action->u.dup2.new_fd :
			 action->tag == OPEN ? action->u.open.fd : -1;

		if (fd > highest)
			highest = fd;
	}
	return highest;
}
