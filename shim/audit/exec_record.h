/*
 * exec_record.h - an exec and the descriptors that cross it. Written before the
 * call, because after it there is nobody left to write.
 */
#ifndef NI_AUDIT_EXEC_RECORD_H
#define NI_AUDIT_EXEC_RECORD_H

#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>

#include "audit/caller.h"
#include "common/trace.h"

struct ni_exec {
	struct ni_caller caller;
	const char *path;
	char *const *argv;
	char *const *environment;	/* as the program gives it */
	const posix_spawn_file_actions_t *actions;	/* or NULL */
	uint16_t flags;			/* NI_EXEC_* known to the hook */
	bool is_spawn;			/* another process becomes the image */
	bool is_searched;		/* path is a name, looked for in PATH */
};

/* What was written about one exec. */
struct ni_exec_note {
	struct ni_trace_exec *exec;		/* NULL: dropped */
	struct ni_trace_exec_again *again;	/* or NULL */
};

struct ni_exec_note ni_exec_begin(const struct ni_exec *exec);

/* posix_spawn came back with the child's pid. */
void ni_exec_spawned(const struct ni_exec_note *note, uint32_t child);

/* The call came back with an error. */
void ni_exec_failed(const struct ni_exec_note *note, int error);

#endif
