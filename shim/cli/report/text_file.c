/*
 * text_file.c - a whole file that a user named, read with a limit.
 */
#include "cli/report/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST ((size_t)NI_TEXT_FILE_MOST_MIB << 20)
#define STEP ((size_t)64 << 10)

static const char *read_all(FILE *file, char **text, size_t *used)
{
	size_t room = 0, more;

	do {
		if (room - *used < STEP) {
			char *grown = realloc(*text, room = 2 * room + STEP);

			if (!grown)
				return strerror(ENOMEM);
			*text = grown;
		}
		more = fread(*text + *used, 1, STEP, file);
		*used += more;
		if (*used > MOST)
			return "it is larger than 64 MiB";
	} while (more);
	return ferror(file) ? strerror(errno) : NULL;
}

char *ni_text_file_read(struct ni_arena *arena, const char *path, size_t *size,
			const char **why)
{
	FILE *file = fopen(path, "re");
	char *text = NULL, *copy = NULL;

	*size = 0;
	if (!file) {
		*why = strerror(errno);
		return NULL;
	}
	*why = read_all(file, &text, size);
	if (!*why)
		copy = ni_arena_copy(arena, text, *size);
	free(text);
	fclose(file);
	return copy;
}
