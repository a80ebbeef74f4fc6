/*
 * recording.h - all the traces of a recording.
 */
#ifndef NI_CLI_RECORDING_H
#define NI_CLI_RECORDING_H

#include "cli/report/arena.h"
#include "cli/report/trace_reader.h"

/* What a directory holds. */
struct ni_recording {
	struct ni_trace *traces;
	size_t count, room;
	uint64_t empty;		/* traces that found no space */
	uint64_t unbegun;	/* traces that were only being made */
	uint64_t unreadable;	/* files that are not traces */
	uint64_t newer;		/* traces of another version, older ones too */
};

/*
 * Reads every trace in path and in its subdirectories, one level deep. Returns
 * 0 or a negative errno: -ENODATA where there is nothing that counts
 * in it.
 */
int ni_recording_read(const char *path, struct ni_arena *arena,
		      struct ni_recording *recording);

void ni_recording_free(struct ni_recording *recording);

#endif
