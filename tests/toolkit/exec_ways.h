/*
 * exec_ways.h - every way to execute a program, and reading its output.
 */
#ifndef TESTS_EXEC_WAYS_H
#define TESTS_EXEC_WAYS_H

#include <spawn.h>

#include "look.h"
#include "shim_case.h"

extern pid_t __vfork(void);

/* Not available in some emulators: foreign/ has headers that say so. */
#ifndef IF_EXEC_BY_DESCRIPTOR
#define IF_EXEC_BY_DESCRIPTOR(...) __VA_ARGS__
#endif

/* What to execute. argv has at most three arguments. */
struct job {
	const char *path;
	char *const *argv;
	char *const *envp;
	void (*prepare)(void);	/* called in the child before it executes */
};

static inline void by_execve(const struct job *job)
{
	execve(job->path, job->argv, job->envp);
}

static inline void by_execv(const struct job *job)
{
	environ = (char **)job->envp;
	execv(job->path, job->argv);
}

static inline void by_execvp(const struct job *job)
{
	environ = (char **)job->envp;
	execvp(job->path, job->argv);
}

static inline void by_execvpe(const struct job *job)
{
	execvpe(job->path, job->argv, job->envp);
}

static inline void by_execl(const struct job *job)
{
	environ = (char **)job->envp;
	if (job->argv[1])
		execl(job->path, job->argv[0], job->argv[1], (char *)NULL);
	else
		execl(job->path, job->argv[0], (char *)NULL);
}

static inline void by_execle(const struct job *job)
{
	if (job->argv[1])
		execle(job->path, job->argv[0], job->argv[1], (char *)NULL,
		       job->envp);
	else
		execle(job->path, job->argv[0], (char *)NULL, job->envp);
}

static inline void by_execlp(const struct job *job)
{
	environ = (char **)job->envp;
	if (job->argv[1])
		execlp(job->path, job->argv[0], job->argv[1], (char *)NULL);
	else
		execlp(job->path, job->argv[0], (char *)NULL);
}

static inline void by_fexecve(const struct job *job)
{
	int fd = open(job->path, O_RDONLY | O_CLOEXEC);

	/* On a number that the new image does not list. */
	fexecve(fcntl(fd, F_DUPFD_CLOEXEC, LOOK_END), job->argv, job->envp);
}

static inline void by_execveat(const struct job *job)
{
	execveat(AT_FDCWD, job->path, job->argv, job->envp, 0);
}

static inline void by_execveat_empty(const struct job *job)
{
	int fd = open(job->path, O_PATH | O_CLOEXEC);

	execveat(fcntl(fd, F_DUPFD_CLOEXEC, LOOK_END), "", job->argv, job->envp,
		 AT_EMPTY_PATH);
}

static inline void by_number(const struct job *job)
{
	syscall(SYS_execve, job->path, job->argv, job->envp);
}

static inline void by_number_at(const struct job *job)
{
	syscall(SYS_execveat, AT_FDCWD, job->path, job->argv, job->envp, 0);
}

static inline pid_t by_spawn(const struct job *job, int output,
			     __typeof__(posix_spawn) *spawn)
{
	posix_spawn_file_actions_t actions;
	pid_t child = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	errno = spawn(&child, job->path, &actions, NULL, job->argv, job->envp);
	posix_spawn_file_actions_destroy(&actions);
	return errno ? -1 : child;
}

static inline pid_t by_posix_spawn(const struct job *job, int output)
{
	return by_spawn(job, output, posix_spawn);
}

static inline pid_t by_posix_spawnp(const struct job *job, int output)
{
	return by_spawn(job, output, posix_spawnp);
}

/* Either @execute, which @fork calls in a child, or @spawn. */
static const struct way {
	const char *name;
	void (*execute)(const struct job *);
	bool in_vfork_child;
	pid_t (*spawn)(const struct job *, int output);
} exec_ways[] = {
	{ "execve", by_execve, false, NULL },
	{ "vfork, execve", by_execve, true, NULL },
	{ "execv", by_execv, false, NULL },
	{ "execvp", by_execvp, false, NULL },
	{ "vfork, execvpe", by_execvpe, true, NULL },
	{ "execl", by_execl, false, NULL },
	{ "vfork, execle", by_execle, true, NULL },
	{ "execlp", by_execlp, false, NULL },
	IF_EXEC_BY_DESCRIPTOR({ "fexecve", by_fexecve, false, NULL },)
	{ "execveat", by_execveat, false, NULL },
	{ "vfork, execveat", by_execveat, true, NULL },
	IF_EXEC_BY_DESCRIPTOR({ "execveat(AT_EMPTY_PATH)", by_execveat_empty,
				false, NULL },)
	{ "syscall(SYS_execve)", by_number, false, NULL },
	{ "vfork, syscall(SYS_execveat)", by_number_at, true, NULL },
	{ "posix_spawn", NULL, false, by_posix_spawn },
	{ "posix_spawnp", NULL, false, by_posix_spawnp },
};

static inline pid_t start(const struct way *way, const struct job *job,
			  int output)
{
	pid_t child;

	if (way->spawn)
		return way->spawn(job, output);
	child = way->in_vfork_child ? vfork() : fork();
	if (child)
		return child;
	ni_raw3(SYS_dup3, output, 1, 0);
	if (job->prepare)
		job->prepare();
	way->execute(job);
	_exit(127);
}

/* Runs the job and returns what it printed; its status must be 0. */
static inline const char *said_by(const struct way *way, const struct job *job)
{
	static char text[1 << 16];
	size_t length = 0;
	long size;
	int ends[2], status = -1;
	pid_t child;

	ends[0] = ends[1] = -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		fail_msg("pipe2: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		int low = ends[i];

		ends[i] = (int)ni_raw3(SYS_fcntl, low, F_DUPFD_CLOEXEC,
				       LOOK_END);
		ni_raw3(SYS_close, low, 0, 0);
	}
	child = start(way, job, ends[1]);
	ni_raw3(SYS_close, ends[1], 0, 0);
	while ((size = ni_raw3(SYS_read, ends[0], (long)text + (long)length,
			       (long)(sizeof(text) - length - 1))) > 0)
		length += (size_t)size;
	text[length] = '\0';
	ni_raw3(SYS_close, ends[0], 0, 0);
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		fail_msg("%s: %s did not run: status %x", way->name, job->path,
			 (unsigned)status);
	return text;
}

/* The program prints that, in whatever way it is executed. */
static inline void every_way_says(const struct job *job, const char *wanted)
{
	for (size_t i = 0; i < ARRAY_LEN(exec_ways); i++) {
		const char *said = said_by(&exec_ways[i], job);

		if (strcmp(said, wanted))
			fail_msg("%s: the new image has\n%s", exec_ways[i].name,
				 said);
	}
}

/* The path of this program, or of a helper beside it. */
static inline const char *own_path(void)
{
	static char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = '\0';
	return path;
}

static inline const char *helper_path(const char *name)
{
	static char path[4096 + 64];
	char *end;

	snprintf(path, sizeof(path), "%s", own_path());
	end = strstr(path, "/tests/");
	if (!end)
		fail_msg("%s: not in a build directory", path);
	sprintf(end, "/tests/helpers/%s", name);
	return path;
}

#endif
