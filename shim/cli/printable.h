/*
 * printable.h - foreign bytes made safe to print.
 *
 * Paths, arguments and everything out of /proc are chosen by other programs:
 * they may hold newlines, terminal escapes and bytes that are not UTF-8.
 */
#ifndef NI_CLI_PRINTABLE_H
#define NI_CLI_PRINTABLE_H

#include <stddef.h>

/* The longest form that one byte can take: \xNN. */
#define NI_PRINTABLE_GROWTH 4

/*
 * Writes text to out, which holds NI_PRINTABLE_GROWTH * size + 1 bytes, as one
 * line of valid UTF-8: control characters, separators and invalid bytes become
 * \n, \t or \xNN. A backslash stays as it is. Returns the length of out.
 */
size_t ni_printable(const char *text, size_t size, char *out);

/* The same for a string, in new memory; NULL only when there is none left. */
char *ni_printable_copy(const char *text);

/*
 * The same, but only NULs and bytes that are not UTF-8 are escaped: for a JSON
 * writer, which escapes the rest itself. New memory, or NULL.
 */
char *ni_utf8_copy(const char *text, size_t size);

#endif
