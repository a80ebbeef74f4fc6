/*
 * recording_directory.h - the directory that an audit makes, and removes again.
 */
#ifndef NI_CLI_RECORDING_DIRECTORY_H
#define NI_CLI_RECORDING_DIRECTORY_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>

/*
 * Makes a recording at path, or where path is NULL a new one below TMPDIR, and
 * writes two absolute paths: its own, and that of the directory inside it which
 * programs write to. Where programs may change their user id (as root), the
 * inner one is writable by all; its name is hard to guess and cannot be listed.
 * Returns 0 or a negative errno.
 */
int ni_recording_directory_make(const char *path, char made[PATH_MAX],
				char inner[PATH_MAX]);

/* Removes both and the traces in them, and nothing else. */
void ni_recording_directory_remove(const char *made, const char *inner);

/* Whether no program wrote anything into inner. */
bool ni_recording_directory_is_empty(const char *inner);

/* Is it the name of a trace? The directory may hold other files. */
bool ni_is_trace_name(const char *name);

/* Opens a directory that is not a link; NULL, and errno, if it cannot. */
DIR *ni_open_directory(int parent, const char *name);

#endif
