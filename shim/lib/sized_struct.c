/*
 * keywords.c - structs whose first member is the size the caller knows.
 */
#include "keywords.h"

#include <errno.h>
#include <string.h>

/* More than any struct of options will have: the size was never set. */
enum { SIZE_END = 4096 };

int ni_keywords_read(void *ours, size_t size, const void *theirs)
{
	const unsigned char *bytes = theirs;
	size_t given = sizeof(given), covered;

	memset(ours, 0, size);
	if (!theirs)
		return 0;
	memcpy(&given, theirs, sizeof(given));
	if (given < sizeof(given))
		return -EINVAL;
	if (given > SIZE_END)
		return -E2BIG;
	for (size_t i = size; i < given; i++)
		if (bytes[i])
			return -E2BIG;
	/* Whole words: a size that ends inside of a member covers none of it. */
	covered = given < size ? given : size;
	memcpy(ours, theirs, covered - covered % sizeof(void *));
	return 0;
}
