/*
 * trace_directory.h - the directory of a recording: made, read, removed.
 */
#ifndef NI_CLI_TRACE_DIRECTORY_H
#define NI_CLI_TRACE_DIRECTORY_H

#include <limits.h>

#include "cli/report/arena.h"
#include "cli/report/trace_reader.h"

/*
 * Makes a recording at path, or where path is NULL a new one below TMPDIR, and
 * writes two absolute paths: its own, and that of the directory inside it which
 * programs write to. Where programs may change their user id (as root), the
 * inner one is writable by all; its name is hard to guess and cannot be listed.
 * Returns 0 or a negative errno.
 */
int ni_trace_directory_make(const char *path, char made[PATH_MAX],
			    char inner[PATH_MAX]);

/* Removes both and the traces in them, and nothing else. */
void ni_trace_directory_remove(const char *made, const char *inner);

/* Whether no program wrote anything into inner. */
int ni_trace_directory_is_empty(const char *inner);

/* What a directory holds. */
struct ni_recording {
	struct ni_trace *traces;
	size_t count, room;
	uint64_t empty;		/* traces that found no space */
	uint64_t unreadable;	/* files that are no trace */
	uint64_t newer;		/* traces of another version */
};

/*
 * Reads every trace in path and in its subdirectories, one level deep. Returns
 * 0 or a negative errno: -ENODATA where there is no trace at all.
 */
int ni_trace_directory_read(const char *path, struct ni_arena *arena,
			    struct ni_recording *recording);

void ni_recording_free(struct ni_recording *recording);

#endif
