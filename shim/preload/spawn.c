/*
 * spawn.c - posix_spawn and its relatives: rules 9 and 10.
 *
 * Flags are never taken off in the parent, where another thread's exec would
 * see it. File actions in front of the caller's do it in the child: "dup2 onto
 * itself" clears close-on-exec there since glibc 2.29 and musl 1.1.24.
 */
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "common/next_symbol.h"
#include "common/raw.h"
#include "preload/environment.h"
#include "preload/exec.h"
#include "preload/handover.h"
#include "preload/marks.h"
#include "preload/next.h"
#include "preload/policy.h"

/* glibc's record of one action. posix_spawn_file_actions_adddup2() would
 * allocate; a test compares what it writes with what we write. */
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

/* musl's, in a list that its child runs from the end to the start. */
struct musl_action {
	struct musl_action *next, *prev;
	int command, fd, source, flags;
	mode_t mode;
};

enum { MUSL_DUP2 = 2 };

/* posix_spawn_file_actions_t as both have it; musl uses the pointer alone. */
struct action_list {
	int allocated, used;
	void *actions;
	int padding[16];
};

_Static_assert(sizeof(struct action_list) == sizeof(posix_spawn_file_actions_t),
	       "the type's own fields, and padding");

/* More than this and nothing is handed over: the actions lie on the stack. */
enum { ACTIONS_MAX = 2048 };

typedef int spawn_function(int *, const char *,
			   const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const *,
			   char *const *);

struct spawn {
	spawn_function *function;
	bool does_search;
	int *id;		/* a pid_t or a descriptor: an int */
	const char *path;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	char *const *argv;
	char *const *envp;
};

static int start(const struct spawn *spawn,
		 const posix_spawn_file_actions_t *actions, char *const *envp)
{
	return spawn->function(spawn->id, spawn->path, actions,
			       spawn->attributes, spawn->argv, envp);
}

static __attribute__((noinline)) void choose(const struct spawn *spawn,
					     struct ni_handover *handover,
					     unsigned end)
{
	char buffer[PATH_MAX];
	struct ni_file file = { AT_FDCWD, spawn->path, 0 };

	if (spawn->does_search)
		file.path = ni_exec_find(spawn->path, buffer, sizeof(buffer));
	ni_handover_choose(handover, end, &file, spawn->argv, spawn->envp, 0);
}

static const struct action_list *caller_list(const struct spawn *spawn)
{
	return (const struct action_list *)spawn->actions;
}

/* How many of the caller's have to be copied: of a linked list, none. */
static int own_actions(const struct spawn *spawn)
{
	return spawn->actions && ni_is_glibc() ? caller_list(spawn)->used : 0;
}

/* Each writes a whole list into cleared memory and returns its head. */
static void *write_actions(struct action *list, const struct spawn *spawn,
			   const struct ni_handover *handover)
{
	unsigned fd = ni_handover_next(handover, 0);
	struct action *to = list;

	for (; fd < handover->end; fd = ni_handover_next(handover, fd + 1)) {
		to->tag = ACTION_DUP2;
		to->of.dup2.fd = (int)fd;
		to->of.dup2.newfd = (int)fd;
		to++;
	}
	if (own_actions(spawn))
		memcpy(to, caller_list(spawn)->actions,
		       (size_t)own_actions(spawn) * sizeof(*to));
	return list;
}

/* Ours become the end of the list, which is run first. The caller's part is
 * only read: it may be used by another thread at the same time. */
static void *write_musl_actions(struct musl_action *to,
				const struct spawn *spawn,
				const struct ni_handover *handover)
{
	unsigned fd = ni_handover_next(handover, 0);
	struct musl_action *last = NULL;

	if (spawn->actions)
		last = caller_list(spawn)->actions;
	while (last && last->next)
		last = last->next;
	for (; fd < handover->end; fd = ni_handover_next(handover, fd + 1)) {
		to->command = MUSL_DUP2;
		to->fd = to->source = (int)fd;
		to->prev = last;
		last = to++;
	}
	return last;
}

static int start_with(const struct spawn *spawn,
		      const posix_spawn_file_actions_t *actions,
		      const struct ni_handover *handover)
{
	size_t count = ni_environment_count(spawn->envp);
	struct ni_environment_text text;
	char **envp;
	int error;

	if (!handover->is_same_program || count > NI_ENVIRONMENT_MAX)
		return start(spawn, actions, spawn->envp);
	envp = alloca((count + NI_ENVIRONMENT_EXTRA) * sizeof(*envp));
	ni_environment_complete(envp, &text, spawn->envp, handover, true,
				(pid_t)ni_raw3(SYS_getpid, 0, 0, 0));
	error = start(spawn, actions, envp);
	return error == E2BIG ? start(spawn, actions, spawn->envp) : error;
}

static int hand_over(const struct spawn *spawn, unsigned end)
{
	struct ni_handover *handover = alloca(ni_handover_size(end));
	const size_t size = ni_is_glibc() ? sizeof(struct action) :
					    sizeof(struct musl_action);
	struct action_list actions = { 0 };
	int total, error;
	void *room;

	choose(spawn, handover, end);
	total = (int)handover->count + own_actions(spawn);
	if (!handover->count || total > ACTIONS_MAX)
		return start(spawn, spawn->actions, spawn->envp);
	room = alloca((size_t)total * size);
	memset(room, 0, (size_t)total * size);
	actions.allocated = actions.used = total;
	actions.actions = ni_is_glibc() ?
		write_actions(room, spawn, handover) :
		write_musl_actions(room, spawn, handover);
	error = start_with(spawn, (posix_spawn_file_actions_t *)&actions,
			   handover);
	/* Another thread closed one of them meanwhile: as the caller said. */
	if (error == EBADF)
		error = start(spawn, spawn->actions, spawn->envp);
	return error;
}

static int run(const struct spawn *spawn)
{
	unsigned end = ni_is_compat() && spawn->path ? ni_marks_top() : 0;

	return end ? hand_over(spawn, end) :
		     start(spawn, spawn->actions, spawn->envp);
}

#define SPAWN(name, handle, search)                                           \
	NI_EXPORT int name(handle *restrict id, const char *restrict path,    \
			   const posix_spawn_file_actions_t *restrict actions,\
			   const posix_spawnattr_t *restrict attributes,      \
			   char *const argv[restrict],                        \
			   char *const envp[restrict])                        \
	{                                                                     \
		const struct spawn spawn = {                                  \
			ni_next.name, search, id, path, actions, attributes,  \
			argv, envp };                                         \
									      \
		return run(&spawn);                                           \
	}
SPAWN(posix_spawn, pid_t, false)
SPAWN(posix_spawnp, pid_t, true)
int pidfd_spawn(int *restrict, const char *restrict,
		const posix_spawn_file_actions_t *restrict,
		const posix_spawnattr_t *restrict, char *const[restrict],
		char *const[restrict]);
int pidfd_spawnp(int *restrict, const char *restrict,
		 const posix_spawn_file_actions_t *restrict,
		 const posix_spawnattr_t *restrict, char *const[restrict],
		 char *const[restrict]);
SPAWN(pidfd_spawn, int, false)
SPAWN(pidfd_spawnp, int, true)
