/*
 * text.h - writes text into a caller's buffer and never past it.
 *
 * Counts on when the buffer is full, as snprintf() does.
 */
#ifndef NI_LIB_TEXT_H
#define NI_LIB_TEXT_H

#include <stddef.h>

struct ni_text {
	char *buf;
	size_t size, length;
};

struct ni_text ni_text_in(char *buf, size_t size);

__attribute__((format(printf, 2, 3)))
void ni_text_format(struct ni_text *text, const char *format, ...);

/* As Python quotes text ('...'), or bytes (b'...'). */
void ni_text_quote(struct ni_text *text, const char *string);
void ni_text_quote_bytes(struct ni_text *text, const void *bytes, size_t size);

#endif
