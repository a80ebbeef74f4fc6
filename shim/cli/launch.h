/*
 * launch.h - the steps of a verb that runs a command, each with its message.
 *
 * A step returns 0, or the exit status after one line on standard error that
 * begins with the verb. None of them leaves anything behind.
 */
#ifndef NI_CLI_LAUNCH_H
#define NI_CLI_LAUNCH_H

#include <limits.h>

struct ni_reach;

/* The path of one of our libraries, which LD_PRELOAD can carry. */
int ni_find_preload(const char *verb, const char *file, char path[PATH_MAX]);

/* Puts the objects (paths, then NULL) into LD_PRELOAD of this process. */
int ni_preload(const char *verb, const char *const *objects);

/* The file that the command's name stands for. */
int ni_find_command(const char *verb, const char *name, char path[PATH_MAX]);

/* A command that runs, but without what was preloaded, is worth a line. @advice
 * ends it where the command runs as it is; "" for none. */
void ni_warn_unreached(const char *verb, const char *name,
		       const struct ni_reach *reach, const char *advice);

/*
 * Becomes the command; returns only if that fails. argv[0] is its name as it
 * was typed; what was seen in reach tells more than the kernel's errno.
 */
int ni_launch(const char *verb, const char *path, char **argv,
	      const struct ni_reach *reach);

#endif
