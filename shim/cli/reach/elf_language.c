/*
 * elf_language.c - looks for each language's mark among the bytes of a program.
 */
#include "cli/reach/elf_language.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* More than one may be there: a Go program with a part in Rust is Go's. */
static const struct {
	const char *mark;
	enum ni_elf_language language;
} rows[] = {
	{ "runtime.goexit", NI_ELF_GO },
	{ "/rustc/", NI_ELF_RUST },
};

enum { MARK_MAX = 16, CHUNK = 1 << 16, BYTES_MAX = 256 << 20 };

/* The chunks overlap: a mark may lie across the end of one. */
static bool has(int fd, const char *mark)
{
	char chunk[CHUNK];
	ssize_t size = CHUNK;

	for (off_t at = 0; at < BYTES_MAX && size == CHUNK;
	     at += CHUNK - MARK_MAX) {
		size = pread(fd, chunk, sizeof(chunk), at);
		if (size > 0 && memmem(chunk, (size_t)size, mark, strlen(mark)))
			return true;
	}
	return false;
}

enum ni_elf_language ni_elf_language(int fd)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (has(fd, rows[i].mark))
			return rows[i].language;
	return NI_ELF_C_OR_LIKE;
}
