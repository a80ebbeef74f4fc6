/*
 * place.h - one place in the source, for people.
 */
#ifndef NI_CLI_PLACE_H
#define NI_CLI_PLACE_H

#include "cli/report/arena.h"
#include "cli/report/stack.h"

/*
 * The frame to look at first: the innermost one that is not of the C library or
 * of the recorder. NULL for no stack or an empty one.
 */
const struct ni_frame *ni_place_culprit(const struct ni_stack *stack);

/* "srv.c:88", "serve in srvd", "srvd+0x1234"; NULL for no frame. A file below
 * root is named from there. */
const char *ni_place_text(struct ni_arena *arena, const struct ni_frame *frame,
			  const char *root);

/* The file of a frame, without root if it is below; NULL if it is unknown. */
const char *ni_place_file(const struct ni_frame *frame, const char *root);

/* In hexadecimal; NULL for none. */
const char *ni_place_build_id(struct ni_arena *arena,
			      const struct ni_module *module);

/* "libcurl.so.4" for "/usr/lib/libcurl.so.4"; "?" for none. */
const char *ni_place_module_name(const struct ni_frame *frame);

#endif
