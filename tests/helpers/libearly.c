/*
 * libearly.so - a library whose constructor runs before the shim's, and uses
 * descriptors and processes there. Preloaded behind the shim: the loader
 * starts the last one first.
 *
 *	EARLY=name	what it does, see the table
 *	EARLY_PROGRAM	what it executes
 *
 * It says on standard output what it saw.
 */
#include <linux/seccomp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "descriptors.h"
#include "filter.h"

/* Without stdio, which might not be initialised either. */
static void say(const char *what, int holds)
{
	ni_raw3(SYS_write, 1, (long)what, (long)strlen(what));
	ni_raw3(SYS_write, 1, (long)(holds ? ": yes\n" : ": no\n"),
		holds ? 6 : 5);
}

static void use_sockets(void)
{
	int pair[2], fd = socket(AF_UNIX, SOCK_STREAM, 0), copy = dup(fd);

	say("socket", is_non_inheritable(fd));
	say("dup", is_non_inheritable(copy));
	say("pair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 &&
	    is_non_inheritable(pair[0]) && is_non_inheritable(pair[1]));
	say("fcntl", is_non_inheritable(fcntl(0, F_DUPFD, 0)));
	say("syscall", is_non_inheritable((int)syscall(SYS_dup, 0)));
	close(copy);
	say("close", !is_open(copy));
	say("dup2", dup2(fd, pair[0]) == pair[0] && is_inheritable(pair[0]));
	say("F_SETFD", fcntl(pair[1], F_SETFD, 0) == 0 &&
	    is_inheritable(pair[1]));
	closefrom(fd);
	say("closefrom", !is_open(fd) && is_open(0));
}

static int status_of(pid_t child)
{
	int status = -1;

	waitpid(child, &status, 0);
	return status;
}

static void start_programs(void)
{
	const char *path = getenv("EARLY_PROGRAM");
	char *argv[] = { "program", NULL }, *envp[] = { NULL };
	pid_t child;

	socket(AF_UNIX, SOCK_STREAM, 0);
	say("posix_spawn", posix_spawn(&child, path, NULL, NULL, argv, envp) ==
	    0 && status_of(child) == 0);
	say("posix_spawnp", posix_spawnp(&child, path, NULL, NULL, argv,
					 envp) == 0 && status_of(child) == 0);
	child = vfork();
	if (child == 0) {
		execve(path, argv, envp);
		_exit(127);
	}
	say("vfork, execve", child > 0 && status_of(child) == 0);
	child = fork();
	if (child == 0) {
		execvpe(path, argv, envp);
		_exit(127);
	}
	say("fork, execvpe", child > 0 && status_of(child) == 0);
}

static void set_filter(void)
{
	static const struct filter_row nothing = {
		SYS_acct, -1, 0, 0, SECCOMP_RET_ERRNO,
	};
	struct filter filter;

	say("before", is_non_inheritable(socket(AF_UNIX, SOCK_STREAM, 0)));
	renounce_privileges();
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
	      build_filter(&filter, &nothing, 1));
	say("after", is_inheritable(socket(AF_UNIX, SOCK_STREAM, 0)));
}

static void change_environment(void)
{
	setenv("EARLY_WAS_HERE", "1", 1);
	say("setenv", 1);
}

static const struct {
	const char *name;
	void (*act)(void);
} acts[] = {
	{ "sockets", use_sockets },
	{ "programs", start_programs },
	{ "filter", set_filter },
	{ "environment", change_environment },
};

static const char *wanted_act(void)
{
	const char *name = getenv("EARLY");

	/* Before libc is initialised there is no environ to read the name from. */
	return name ? name : "sockets";
}

__attribute__((constructor)) static void start(void)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (!strcmp(acts[i].name, wanted_act()))
			acts[i].act();
}
