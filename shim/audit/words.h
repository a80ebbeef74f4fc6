/*
 * words.h - puts text together in a fixed buffer, without stdio.
 *
 * Pure; a text that does not fit is cut, and ni_words_end() says so.
 */
#ifndef NI_AUDIT_WORDS_H
#define NI_AUDIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ni_words {
	char *buffer;
	size_t size;
	size_t length;		/* wanted so far; may exceed size */
};

static inline void ni_words_bytes(struct ni_words *text, const void *bytes,
				 size_t count)
{
	size_t room = text->length < text->size ? text->size - text->length : 0;

	memcpy(text->buffer + (room ? text->length : 0), bytes,
	       count < room ? count : room);
	text->length += count;
}

static inline void ni_words_string(struct ni_words *text, const char *string)
{
	ni_words_bytes(text, string, strlen(string));
}

static inline void ni_words_number(struct ni_words *text, uint64_t number)
{
	char digits[20];
	size_t first = sizeof(digits);

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	ni_words_bytes(text, digits + first, sizeof(digits) - first);
}

/* Terminates the text. Return: whether all of it fitted. */
static inline bool ni_words_end(struct ni_words *text)
{
	bool fits = text->length < text->size;

	text->buffer[fits ? text->length : text->size - 1] = '\0';
	return fits;
}

#endif
