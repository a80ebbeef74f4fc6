/*
 * text.c - bounded text, and Python's quoting.
 */
#include "lib/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct ni_text ni_text_in(char *buf, size_t size)
{
	if (size)
		buf[0] = '\0';
	return (struct ni_text){ .buf = buf, .size = size };
}

void ni_text_format(struct ni_text *text, const char *format, ...)
{
	size_t room = text->length < text->size ? text->size - text->length : 0;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(room ? text->buf + text->length : NULL, room, format,
			   arguments);
	va_end(arguments);
	if (length > 0)
		text->length += (size_t)length;
}

static void quote_byte(struct ni_text *text, unsigned char byte, char quote,
		       int ascii)
{
	static const char escaped[] = "\\\\\nn\rr\tt";

	for (const char *pair = escaped; *pair; pair += 2)
		if (byte == (unsigned char)pair[0]) {
			ni_text_format(text, "\\%c", pair[1]);
			return;
		}
	if (byte == (unsigned char)quote)
		ni_text_format(text, "\\%c", quote);
	else if (byte < ' ' || byte == 127 || (ascii && byte > 127))
		ni_text_format(text, "\\x%02x", byte);
	else
		ni_text_format(text, "%c", byte);
}

static void quote_all(struct ni_text *text, const unsigned char *bytes,
		      size_t size, int ascii)
{
	bool has_single = size && memchr(bytes, '\'', size);
	bool has_double = size && memchr(bytes, '"', size);
	char quote = has_single && !has_double ? '"' : '\'';

	ni_text_format(text, "%c", quote);
	for (size_t i = 0; i < size; i++)
		quote_byte(text, bytes[i], quote, ascii);
	ni_text_format(text, "%c", quote);
}

void ni_text_quote(struct ni_text *text, const char *string)
{
	quote_all(text, (const unsigned char *)string, strlen(string), 0);
}

void ni_text_quote_bytes(struct ni_text *text, const void *bytes, size_t size)
{
	ni_text_format(text, "b");
	quote_all(text, bytes, size, 1);
}
