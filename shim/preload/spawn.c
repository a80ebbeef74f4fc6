/*
 * spawn.c - posix_spawn and its relatives: rules 9 and 10.
 *
 * Flags are never taken off in the parent's table, where another thread's exec
 * would be affected. If this is the only thread, file actions in front of the
 * caller's take them off in the child: "dup2 onto itself" clears close-on-exec
 * there since glibc 2.29 and musl 1.1.24. Otherwise, or if there would be too
 * many of them, the call is made from a copy of the table.
 */
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "common/next_symbol.h"
#include "common/raw.h"
#include "preload/environment.h"
#include "preload/exec.h"
#include "preload/handover.h"
#include "preload/marks.h"
#include "preload/next.h"
#include "preload/policy.h"
#include "preload/task.h"

/* One file action of glibc's. posix_spawn_file_actions_adddup2() would allocate
 * memory; a test compares what it writes with what we write. */
struct action {
	int tag;
	union {
		struct {
			int fd, newfd;
		} dup2;
		struct {
			int fd;
			const char *path;
			int flags;
			mode_t mode;
		} open;
	} of;
};

enum { ACTION_DUP2 = 1 };

/* One of musl's, in a list that its child runs from the end to the start. */
struct musl_action {
	struct musl_action *next, *prev;
	int command, fd, source, flags;
	mode_t mode;
};

enum { MUSL_DUP2 = 2 };

/* posix_spawn_file_actions_t of both; musl uses only the pointer. */
struct action_list {
	int allocated, used;
	void *actions;
	int padding[16];
};

_Static_assert(sizeof(struct action_list) == sizeof(posix_spawn_file_actions_t),
	       "the type's own fields, and padding");

/* If there are more, the table is copied instead: the actions are on the stack,
 * which may be that of a thread with little. */
enum { ACTIONS_MAX = 40 };

typedef int spawn_function(int *, const char *,
			   const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const *,
			   char *const *);

struct spawn {
	spawn_function *function;
	bool does_search;
	int *id;		/* of a pid_t or a descriptor: both are int */
	const char *path;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	char *const *argv;
	char *const *envp;
};

static int spawn_next(const struct spawn *spawn,
		      const posix_spawn_file_actions_t *actions, char *const *envp)
{
	return spawn->function(spawn->id, spawn->path, actions,
			       spawn->attributes, spawn->argv, envp);
}

static __attribute__((noinline)) bool
decide(const struct spawn *spawn, struct ni_handover *handover)
{
	char buffer[NI_EXEC_PATH_SIZE];
	struct ni_file file = { AT_FDCWD, spawn->path, 0 };

	if (spawn->does_search)
		file.path = ni_exec_find(spawn->path, buffer, sizeof(buffer));
	return ni_handover_decide(handover, &file, spawn->argv, spawn->envp, 0);
}

static const struct action_list *caller_list(const struct spawn *spawn)
{
	return (const struct action_list *)spawn->actions;
}

/* How many of the caller's actions have to be copied: none of a linked list. */
static int own_actions(const struct spawn *spawn)
{
	return spawn->actions && ni_is_glibc() ? caller_list(spawn)->used : 0;
}

/* What a visit writes: one action for each descriptor. */
struct room {
	union {
		struct action glibc[ACTIONS_MAX];
		struct musl_action musl[ACTIONS_MAX];
	} actions;
	struct musl_action *last;	/* the caller's come before it */
	int used, most;
};

static void add_action(void *data, unsigned fd)
{
	struct room *room = data;
	struct action *action = &room->actions.glibc[room->used];

	if (room->used == room->most)
		return;
	room->used++;
	action->tag = ACTION_DUP2;
	action->of.dup2.fd = (int)fd;
	action->of.dup2.newfd = (int)fd;
}

/* Ours are added at the end of the list, which is run first. The caller's part
 * is only read: another thread may be using it at the same time. */
static void add_musl_action(void *data, unsigned fd)
{
	struct room *room = data;
	struct musl_action *action = &room->actions.musl[room->used];

	if (room->used == room->most)
		return;
	room->used++;
	action->command = MUSL_DUP2;
	action->fd = action->source = (int)fd;
	action->prev = room->last;
	room->last = action;
}

static void write_actions(struct action_list *list, struct room *room,
			  const struct spawn *spawn,
			  const struct ni_handover *handover)
{
	ni_handover_each(handover, add_action, room);
	if (own_actions(spawn))
		memcpy(&room->actions.glibc[room->used],
		       caller_list(spawn)->actions,
		       (size_t)own_actions(spawn) * sizeof(struct action));
	list->used = list->allocated = room->used + own_actions(spawn);
	list->actions = &room->actions;
}

static void write_musl_actions(struct action_list *list, struct room *room,
			       const struct spawn *spawn,
			       const struct ni_handover *handover)
{
	if (spawn->actions)
		room->last = caller_list(spawn)->actions;
	while (room->last && room->last->next)
		room->last = room->last->next;
	ni_handover_each(handover, add_musl_action, room);
	list->actions = room->last;
}

static void list(void *text, unsigned fd)
{
	ni_environment_add(text, fd);
}

static void release_and_list(void *text, unsigned fd)
{
	ni_handover_release(NULL, fd);
	ni_environment_add(text, fd);
}

/* The environment is chosen before the call, for the file actions must not be
 * run a second time. */
static int spawn_with(const struct spawn *spawn,
		      const posix_spawn_file_actions_t *actions,
		      const struct ni_handover *handover, bool releases)
{
	size_t count = ni_environment_count(spawn->envp);
	struct ni_environment_text text;
	char **envp;

	if (!handover->is_same_program || count > NI_ENVIRONMENT_MAX ||
	    !ni_environment_fits(spawn->argv, spawn->envp)) {
		if (releases)
			ni_handover_each(handover, ni_handover_release, NULL);
		return spawn_next(spawn, actions, spawn->envp);
	}
	envp = alloca((count + NI_ENVIRONMENT_EXTRA) * sizeof(*envp));
	ni_environment_begin(&text, true, (pid_t)ni_raw3(SYS_getpid, 0, 0, 0));
	ni_handover_each(handover, releases ? release_and_list : list, &text);
	ni_environment_complete(envp, &text, spawn->envp, count);
	return spawn_next(spawn, actions, envp);
}

static int spawn_with_actions(const struct spawn *spawn,
			      const struct ni_handover *handover)
{
	struct action_list actions;
	struct room room;

	memset(&actions, 0, sizeof(actions));
	memset(&room, 0, sizeof(room));
	room.most = ACTIONS_MAX - own_actions(spawn);
	if (ni_is_glibc())
		write_actions(&actions, &room, spawn, handover);
	else
		write_musl_actions(&actions, &room, spawn, handover);
	return spawn_with(spawn, (posix_spawn_file_actions_t *)&actions,
			  handover, false);
}

struct attempt {
	const struct spawn *spawn;
	struct ni_handover handover;
	int error;
};

static void spawn_in_copy(void *data)
{
	struct attempt *attempt = data;
	const struct spawn *spawn = attempt->spawn;

	ni_admit_signals();
	attempt->error = spawn_with(spawn, spawn->actions, &attempt->handover,
				    true);
}

static int spawn_as_meant(const struct spawn *spawn)
{
	struct attempt attempt = { .spawn = spawn };
	bool fits;

	if (!ni_hands_over() || !spawn->path || !ni_marks_top() ||
	    !decide(spawn, &attempt.handover))
		return spawn_next(spawn, spawn->actions, spawn->envp);
	fits = ni_handover_count(&attempt.handover, ACTIONS_MAX + 1) +
	       (unsigned)own_actions(spawn) <= ACTIONS_MAX;
	if (fits && ni_is_single_thread())
		return spawn_with_actions(spawn, &attempt.handover);
	if (ni_in_copied_table(spawn_in_copy, &attempt))
		return attempt.error;
	if (fits && ni_is_single_when_emulated())
		return spawn_with_actions(spawn, &attempt.handover);
	return spawn_next(spawn, spawn->actions, spawn->envp);
}

/* The new process inherits a filter of this one's own. */
static __attribute__((noinline)) int
spawn_switched_off(struct spawn *spawn)
{
	size_t count = ni_environment_count(spawn->envp);
	char **envp;

	if (count < NI_ENVIRONMENT_MAX) {
		envp = alloca((count + 2) * sizeof(*envp));
		ni_environment_switch_off(envp, spawn->envp, count);
		spawn->envp = envp;
	}
	return spawn_as_meant(spawn);
}

static int spawn_image(struct spawn *spawn)
{
	return ni_policy.filter_may_kill ? spawn_switched_off(spawn) :
					   spawn_as_meant(spawn);
}

/* Flags that are added to the call's row in calls.def. */
enum { SEARCHES = 1 << 8, OLD = 1 << 9 };

static spawn_function *next_of(unsigned which)
{
	unsigned row = which & (SEARCHES - 1);

	if (which & OLD)
		return ni_next_old(row);
	return ((spawn_function **)&ni_next)[row];
}

static __attribute__((noinline)) int
spawn_by(int *id, const char *path, const posix_spawn_file_actions_t *actions,
	 const posix_spawnattr_t *attributes, char *const *argv,
	 char *const *envp, unsigned which)
{
	struct spawn spawn = {
		next_of(which), which & SEARCHES, id, path, actions,
		attributes, argv, envp };

	return spawn_image(&spawn);
}

#define ROW(name) (unsigned)(offsetof(struct ni_next, name) / sizeof(void *))

#define SPAWN(exported, handle, which)                                        \
	int exported(handle *restrict, const char *restrict,                  \
		     const posix_spawn_file_actions_t *restrict,              \
		     const posix_spawnattr_t *restrict,                       \
		     char *const[restrict], char *const[restrict]);           \
	NI_EXPORT int exported(handle *restrict id, const char *restrict path,\
			       const posix_spawn_file_actions_t               \
			       *restrict actions,                             \
			       const posix_spawnattr_t *restrict attributes,  \
			       char *const argv[restrict],                    \
			       char *const envp[restrict])                    \
	{                                                                     \
		return spawn_by(id, path, actions, attributes, argv, envp,    \
				which);                                       \
	}
SPAWN(posix_spawn, pid_t, ROW(posix_spawn))
SPAWN(posix_spawnp, pid_t, ROW(posix_spawnp) | SEARCHES)
SPAWN(pidfd_spawn, int, ROW(pidfd_spawn))
SPAWN(pidfd_spawnp, int, ROW(pidfd_spawnp) | SEARCHES)

#if defined(__x86_64__)

/* In a program linked with glibc before 2.15, a script without "#!" is run by
 * sh. Only libc's own older function can do that without running the file
 * actions twice. x86_64.map gives these functions the version that such a
 * program asks for. */
SPAWN(ni_old_posix_spawn, pid_t, ROW(posix_spawn) | OLD)
SPAWN(ni_old_posix_spawnp, pid_t, ROW(posix_spawnp) | SEARCHES | OLD)
__asm__(".symver ni_old_posix_spawn, posix_spawn@GLIBC_2.2.5");
__asm__(".symver ni_old_posix_spawnp, posix_spawnp@GLIBC_2.2.5");

#endif
