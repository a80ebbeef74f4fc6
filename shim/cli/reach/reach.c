/*
 * reach.c - whether a preloaded library is loaded into a program: the walk from
 * what was named to what will run.
 */
#include "cli/reach/reach.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/program.h"
#include "cli/reach/reach_parts.h"
#include "common/base_name.h"

/* The kernel follows five scripts; env(1) may restart the count. */
#define MOST_SCRIPTS 5
#define MOST_STEPS 20

/* The steps below return 0 where step->path is the next file to look at. */

static int go_to(struct ni_reach_step *step, const char *name,
		 const char *search_path, const char *what)
{
	char path[PATH_MAX];
	int r = ni_find_program(name, search_path, path);

	if (r == 0) {
		strcpy(step->path, path);
		return 0;
	}
	return ni_reach_decide(step, r == -ENOENT || r == -ENOTDIR ?
			       NI_REACH_NOT_FOUND : NI_REACH_CANNOT_RUN, NULL,
			       "%s '%s' cannot be run: %s", what, name,
			       strerror(-r));
}

/* A script's interpreter is reached; env(1) then becomes another program. */
static int leave_program(struct ni_reach_step *step)
{
	bool is_env = step->is_env;

	step->is_env = 0;
	if (is_env && step->env.clears_environment)
		return ni_reach_decide(step, NI_NOT_REACHED, NULL,
				       "it is told to clear the environment, and LD_PRELOAD with it");
	if (!is_env || !step->env.command[0])
		return ni_reach_accept(step);
	step->scripts = 0;
	return go_to(step, step->env.command, getenv("PATH"), "its interpreter");
}

/* The kernel takes the interpreter's path as it is and searches nowhere. */
static int look_at_script(struct ni_reach_step *step,
			  const struct ni_script *script)
{
	char path[PATH_MAX];

	if (++step->scripts > MOST_SCRIPTS)
		return ni_reach_decide(step, NI_REACH_CANNOT_RUN, NULL,
				       "it is a script of scripts, too deep for the kernel");
	snprintf(path, sizeof(path), "%s%s",
		 strchr(script->interpreter, '/') ? "" : "./",
		 script->interpreter);
	if (!strcmp(ni_base_name(path), "env")) {
		ni_env_script_read(script->argument, &step->env);
		step->is_env = 1;
	}
	return go_to(step, path, NULL, "its interpreter");
}

static int look(struct ni_reach_step *step)
{
	char head[NI_SCRIPT_HEAD];
	struct ni_script script;
	ssize_t size = pread(step->fd, head, sizeof(head), 0);

	if (size < 0)
		return ni_reach_decide(step, NI_REACH_UNKNOWN, NULL,
				       "it cannot be read: %s", strerror(errno));
	if (size >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG))
		return ni_reach_program(step) || leave_program(step);
	if (ni_script_read(head, (size_t)size, &script) == 0)
		return look_at_script(step, &script);
	if (ni_script_is_text(head, (size_t)size))
		return go_to(step, "/bin/sh", NULL, "its shell");
	return ni_reach_decide(step, NI_REACH_CANNOT_RUN, NULL,
			       "it is neither an ELF file nor a script");
}

static int step_on(struct ni_reach_step *step)
{
	int decided;

	step->fd = open(step->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (step->fd < 0)
		return ni_reach_decide(step, NI_REACH_UNKNOWN, NULL,
				       "it cannot be read: %s", strerror(errno));
	decided = look(step);
	close(step->fd);
	return decided;
}

static int read_own_facts(struct ni_elf_facts *own)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = ni_elf_facts_read(fd, own);
	close(fd);
	return r;
}

void ni_reach_of(const char *path, const char *object, struct ni_reach *reach)
{
	struct ni_reach_step step = { .object = object, .reach = reach };
	int decided;

	reach->is_harmed = reach->is_foreign = 0;
	reach->note = NULL;
	snprintf(step.path, sizeof(step.path), "%s", path);
	decided = read_own_facts(&step.own) < 0 &&
		  ni_reach_decide(&step, NI_REACH_UNKNOWN, "mount /proc",
				  "noinherit cannot read its own program file");
	for (unsigned i = 0; !decided && i < MOST_STEPS; i++)
		decided = step_on(&step);
	if (!decided)
		ni_reach_decide(&step, NI_REACH_CANNOT_RUN, NULL,
				"its interpreters go round in a circle");
}
