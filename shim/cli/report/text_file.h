/*
 * text_file.h - a whole file that a user named, read with a limit.
 */
#ifndef NI_CLI_TEXT_FILE_H
#define NI_CLI_TEXT_FILE_H

#include "cli/report/arena.h"

/* No list of rules and no report comes near it; /dev/zero has no end. */
#define NI_TEXT_FILE_MOST_MIB 64

/*
 * The bytes of the file, and a NUL after them, in arena. NULL and *why where it
 * cannot be read or is too large.
 */
char *ni_text_file_read(struct ni_arena *arena, const char *path, size_t *size,
			const char **why);

#endif
