/*
 * hook_spawn.c - posix_spawn, and the shells that libc spawns.
 */
#include "audit/hook.h"
#include "audit/hook_spawn.h"

#include <alloca.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/follow.h"
#include "audit/newer.h"

/* ---- posix_spawn and its kin --------------------------------------------- */

/* pid_t and the pidfd of pidfd_spawn are both int. */
typedef int spawn_function(int *, const char *,
			   const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const *,
			   char *const *);

struct spawn {
	struct ni_exec exec;
	spawn_function *next;
	int *child;
	const posix_spawnattr_t *attributes;
};

static int pass_on(const struct spawn *spawn, char *const *environment)
{
	return spawn->next(spawn->child, spawn->exec.path, spawn->exec.actions,
			   spawn->attributes, spawn->exec.argv, environment);
}

static int run_recorded(struct spawn *spawn, struct ni_exec_note *note)
{
	struct ni_follow follow = ni_follow_plan(spawn->exec.environment);
	char *const *environment = ni_follow_environment(&follow,
			follow.room ? alloca(follow.room) : NULL);
	int error;

	spawn->exec.flags |= follow.flags;
	spawn->exec.is_spawn = true;
	*note = ni_exec_begin(&spawn->exec);
	error = pass_on(spawn, environment);
	/* The program's own environment may have been just small enough. */
	if (error == E2BIG && follow.room)
		error = pass_on(spawn, spawn->exec.environment);
	if (error)
		ni_exec_failed(note, error);
	return error;
}

/* Nothing is recorded, but the new image may have to be left alone. */
static int run_unrecorded(const struct spawn *spawn)
{
	struct ni_follow follow = ni_follow_plan(spawn->exec.environment);

	return pass_on(spawn, ni_follow_environment(&follow,
			follow.room ? alloca(follow.room) : NULL));
}

static int run_spawn(struct spawn spawn, bool gives_pid)
{
	struct ni_exec_note note;
	int unwanted = 0, error;

	if (!ni_is_active() || !spawn.exec.path)
		return run_unrecorded(&spawn);
	/* The report needs the child's pid, even if the caller does not. */
	if (!spawn.child)
		spawn.child = &unwanted;
	error = run_recorded(&spawn, &note);
	if (!error && gives_pid)
		ni_exec_spawned(&note, (uint32_t)*spawn.child);
	return error;
}

NI_EXPORT int posix_spawn(pid_t *child, const char *path,
			  const posix_spawn_file_actions_t *actions,
			  const posix_spawnattr_t *attributes,
			  char *const argv[], char *const environment[])
{
	struct spawn spawn = {
		{ NI_CALLER(posix_spawn), path, argv, environment, actions,
		  0, true, false },
		ni_beyond_get()->posix_spawn, child, attributes,
	};

	return run_spawn(spawn, true);
}

NI_EXPORT int posix_spawnp(pid_t *child, const char *file,
			   const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attributes,
			   char *const argv[], char *const environment[])
{
	struct spawn spawn = {
		{ NI_CALLER(posix_spawnp), file, argv, environment, actions,
		  0, true, true },
		ni_beyond_get()->posix_spawnp, child, attributes,
	};

	return run_spawn(spawn, true);
}

/* A function of its own, because newer headers declare its callers' @pidfd as
 * never NULL: the compiler would believe that and drop the test. */
__attribute__((noinline)) static int run_for_pidfd(const struct spawn *spawn)
{
	int error;

	if (!spawn->child)
		return pass_on(spawn, spawn->exec.environment);
	error = run_spawn(*spawn, false);
	if (!error)
		ni_made(&spawn->exec.caller, *spawn->child, 0);
	return error;
}

NI_EXPORT int pidfd_spawn(int *pidfd, const char *path,
			  const posix_spawn_file_actions_t *actions,
			  const posix_spawnattr_t *attributes,
			  char *const argv[], char *const environment[])
{
	struct spawn spawn = {
		{ NI_CALLER(pidfd_spawn), path, argv, environment, actions,
		  0, true, false },
		ni_beyond_get()->pidfd_spawn, pidfd, attributes,
	};

	return run_for_pidfd(&spawn);
}

NI_EXPORT int pidfd_spawnp(int *pidfd, const char *file,
			   const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attributes,
			   char *const argv[], char *const environment[])
{
	struct spawn spawn = {
		{ NI_CALLER(pidfd_spawnp), file, argv, environment, actions,
		  0, true, true },
		ni_beyond_get()->pidfd_spawnp, pidfd, attributes,
	};

	return run_for_pidfd(&spawn);
}

/* ---- libc's shells ------------------------------------------------------- */

struct ni_exec_note ni_shell_begin(const struct ni_caller *caller,
				   const char *command)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	struct ni_exec exec = {
		*caller, "/bin/sh", (char *const *)argv, environ, NULL, 0, true,
		false,
	};
	struct ni_exec_note none = { NULL, NULL };

	if (!ni_is_active() || !command)
		return none;
	if (ni_follow_plan(environ).flags)
		exec.flags = NI_EXEC_UNFOLLOWED;
	return ni_exec_begin(&exec);
}

NI_EXPORT int system(const char *command)
{
	const struct ni_caller caller = NI_CALLER(system);

	ni_hook_enter();
	ni_shell_begin(&caller, command);
	return ni_beyond.system(command);
}
