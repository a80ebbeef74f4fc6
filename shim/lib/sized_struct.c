/*
 * sized_struct.c - structs whose first member is the size the caller knows.
 */
#include "lib/sized_struct.h"

#include <errno.h>
#include <string.h>

/* More than any struct of options will have: a size that was never set. */
enum { SIZE_END = 4096 };

int ni_sized_struct_read(void *known, size_t size, const void *options)
{
	const unsigned char *bytes = options;
	size_t given = sizeof(given), covered;

	memset(known, 0, size);
	if (!options)
		return 0;
	memcpy(&given, options, sizeof(given));
	if (given < sizeof(given))
		return -EINVAL;
	if (given > SIZE_END)
		return -E2BIG;
	for (size_t i = size; i < given; i++)
		if (bytes[i])
			return -E2BIG;
	/* Whole words: a size that ends inside a member covers none of it. */
	covered = given < size ? given : size;
	memcpy(known, options, covered - covered % sizeof(void *));
	return 0;
}
