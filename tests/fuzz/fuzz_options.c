/*
 * Structs of options of any size and content: nothing is read past the size
 * that they state, members are read whole or not at all, and unknown bytes are
 * rejected unless they are zero.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sized_struct.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_zero(const uint8_t *bytes, size_t from, size_t to)
{
	for (; from < to; from++)
		if (bytes[from])
			return 0;
	return 1;
}

static void check(const uint8_t *options, size_t given, size_t known_size)
{
	uint8_t *known = malloc(known_size);
	size_t covered = given < known_size ? given : known_size;
	int r = ni_sized_struct_read(known, known_size, options);

	covered -= covered % sizeof(void *);
	if (r == 0) {
		assert(!memcmp(known, options, covered));
		assert(is_zero(known, covered, known_size));
	} else {
		assert(r == -EINVAL || r == -E2BIG);
		assert(given < sizeof(size_t) || given > 4096 ||
		       !is_zero(options, known_size, given));
	}
	free(known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *options;
	size_t given;

	if (size < sizeof(given))
		return 0;
	/* In a block of exactly the stated size, so that an overrun is
	 * detected. */
	memcpy(&given, data, sizeof(given));
	given = given <= size ? given : size;
	options = malloc(given < sizeof(given) ? sizeof(given) : given);
	memcpy(options, data, given);
	memcpy(options, &given, sizeof(given));
	for (size_t known = sizeof(given); known <= 80; known += 8)
		check(options, given, known);
	free(options);
	return 0;
}
