/*
 * string.c - the shim's own versions of the few functions of <string.h> that it
 * needs.
 *
 * libc's would do, but each imported one costs a symbol look-up of some 800
 * instructions in every process that starts: twelve were a third of the
 * start-up (callgrind, /bin/true). They are hidden, so that no program sees
 * them. The compiler itself calls some, to copy a struct. Used for short
 * strings only.
 */
#include <string.h>

/* glibc 2.43 has macros with these names, which preserve const. */
#undef memchr
#undef strchr
#undef strrchr

#pragma GCC visibility push(hidden)

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	char *target = to;
	const char *source = from;

	while (size--)
		*target++ = *source++;
	return to;
}

void *memset(void *to, int value, size_t size)
{
	char *target = to;

	while (size--)
		*target++ = (char)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *left = a, *right = b;

	for (; size; size--, left++, right++)
		if (*left != *right)
			return *left - *right;
	return 0;
}

void *memchr(const void *text, int byte, size_t size)
{
	const unsigned char *at = text;

	for (; size; size--, at++)
		if (*at == (unsigned char)byte)
			return (void *)at;
	return NULL;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (; size; size--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (unsigned char)*a - (unsigned char)*b;
}

char *strrchr(const char *text, int byte)
{
	const char *found = NULL;

	do {
		if (*text == (char)byte)
			found = text;
	} while (*text++);
	return (char *)found;
}

static _Bool is_in(char c, const char *set)
{
	while (*set && *set != c)
		set++;
	return *set;
}

static size_t span(const char *text, const char *set, _Bool is_wanted)
{
	size_t length = 0;

	while (text[length] && is_in(text[length], set) == is_wanted)
		length++;
	return length;
}

size_t strspn(const char *text, const char *accept)
{
	return span(text, accept, 1);
}

size_t strcspn(const char *text, const char *reject)
{
	return span(text, reject, 0);
}

char *strchr(const char *text, int byte)
{
	return memchr(text, byte, strlen(text) + 1);
}
