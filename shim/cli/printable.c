/*
 * printable.c - foreign bytes made safe to print.
 */
#include "cli/printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Characters that move the cursor, end the line or reorder what follows. */
static const struct {
	uint32_t first, last;
} unprintable[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0x200e, 0x200f },	/* direction marks */
	{ 0x2028, 0x202e },	/* line separators, direction overrides */
	{ 0x2066, 0x2069 },	/* direction isolates */
	{ 0xfeff, 0xfeff },
};

static bool is_unprintable(uint32_t character)
{
	for (size_t i = 0; i < sizeof(unprintable) / sizeof(unprintable[0]); i++)
		if (character >= unprintable[i].first &&
		    character <= unprintable[i].last)
			return true;
	return false;
}

/* What the first byte of a sequence says: its length, the bits it carries,
 * and the smallest character that needs this length. */
static size_t sequence(unsigned char byte, uint32_t *bits, uint32_t *least)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if ((byte & forms[i].mask) == forms[i].lead) {
			*bits = byte & ~forms[i].mask;
			*least = forms[i].least;
			return i + 1;
		}
	return 0;
}

/* One UTF-8 character: its length, or 0 where the bytes are not one. */
static size_t decode(const char *text, size_t size, uint32_t *character)
{
	uint32_t value, least;
	size_t length = sequence((unsigned char)text[0], &value, &least);

	if (!length || length > size)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3f);
	}
	if (value < least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*character = value;
	return length;
}

static size_t escape(unsigned char byte, char *out)
{
	switch (byte) {
	case '\n':
		memcpy(out, "\\n", 2);
		return 2;
	case '\t':
		memcpy(out, "\\t", 2);
		return 2;
	default:
		out[0] = '\\';
		out[1] = 'x';
		out[2] = "0123456789abcdef"[byte >> 4];
		out[3] = "0123456789abcdef"[byte & 15];
		return 4;
	}
}

static size_t convert(const char *text, size_t size, char *out,
		      bool (*refused)(uint32_t character))
{
	uint32_t character;
	size_t length, used = 0;

	for (size_t i = 0; i < size; i += length) {
		length = decode(text + i, size - i, &character);
		if (length && !refused(character)) {
			memcpy(out + used, text + i, length);
			used += length;
			continue;
		}
		length = length ? length : 1;
		for (size_t j = 0; j < length; j++)
			used += escape((unsigned char)text[i + j], out + used);
	}
	out[used] = '\0';
	return used;
}

static bool is_nul(uint32_t character)
{
	return character == 0;
}

size_t ni_printable(const char *text, size_t size, char *out)
{
	return convert(text, size, out, is_unprintable);
}

char *ni_printable_copy(const char *text)
{
	size_t size = strlen(text);
	char *out = malloc(NI_PRINTABLE_GROWTH * size + 1);

	if (out)
		ni_printable(text, size, out);
	return out;
}

char *ni_utf8_copy(const char *text, size_t size)
{
	char *out = malloc(NI_PRINTABLE_GROWTH * size + 1);

	if (out)
		convert(text, size, out, is_nul);
	return out;
}
