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

#define POSIX_SPAWN(exported, name, searches, next)                           \
	NI_EXPORT int exported(pid_t *restrict child,                         \
			       const char *restrict path,                     \
			       const posix_spawn_file_actions_t               \
			       *restrict actions,                             \
			       const posix_spawnattr_t *restrict attributes,  \
			       char *const argv[restrict],                    \
			       char *const environment[restrict])             \
	{                                                                     \
		struct spawn spawn = {                                        \
			{ NI_CALLER(name), path, argv, environment, actions,  \
			  0, true, searches },                                \
			next, child, attributes,                              \
		};                                                            \
									      \
		return run_spawn(spawn, true);                                \
	}
POSIX_SPAWN(posix_spawn, posix_spawn, false, ni_beyond_get()->posix_spawn)
POSIX_SPAWN(posix_spawnp, posix_spawnp, true, ni_beyond_get()->posix_spawnp)

#if defined(__x86_64__)

/* For programs linked with glibc before 2.15, libc has separate functions,
 * which run a file that is no program by sh. x86_64.map gives these the symbol
 * version that such programs ask for. */
__typeof__(posix_spawn) ni_old_posix_spawn, ni_old_posix_spawnp;
POSIX_SPAWN(ni_old_posix_spawn, posix_spawn, false,
	    (ni_hook_enter(), ni_beyond_old_posix_spawn))
POSIX_SPAWN(ni_old_posix_spawnp, posix_spawnp, true,
	    (ni_hook_enter(), ni_beyond_old_posix_spawnp))
__asm__(".symver ni_old_posix_spawn, posix_spawn@GLIBC_2.2.5");
__asm__(".symver ni_old_posix_spawnp, posix_spawnp@GLIBC_2.2.5");

#endif

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
