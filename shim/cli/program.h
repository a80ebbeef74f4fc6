/*
 * program.h - finding a command and becoming it, as execvp(3) does.
 *
 * In two steps, because what was found is looked at before it is run.
 */
#ifndef NI_CLI_PROGRAM_H
#define NI_CLI_PROGRAM_H

#include <limits.h>

/*
 * The file that execvp(name) would run. A name with a slash is the file itself,
 * any other is looked up in search_path (a PATH; NULL: execvp's default).
 * Returns 0, -ENOENT, -EISDIR, or -EACCES where the only files of that name may
 * not be executed.
 */
int ni_find_program(const char *name, const char *search_path,
		    char path[PATH_MAX]);

/*
 * Becomes the program, with the environment as it is. A text without "#!" is a
 * script of /bin/sh. Returns only on failure: a negative errno.
 */
int ni_become_program(const char *path, char **argv);

/* The exit status of the whole command after that: 126 or 127. */
int ni_cannot_run_status(int error);

#endif
