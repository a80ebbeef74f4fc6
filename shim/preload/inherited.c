/*
 * inherited.c - hashes of the variables that were there at the start.
 */
#include "preload/inherited.h"

#include <stdint.h>

#include "common/same_program.h"

/* Room for the table's variables and NOINHERIT_KEEP's, and a few duplicates. If
 * there are more, none counts as new. */
enum { INHERITED_MAX = 64 };

static struct {
	size_t count;
	uint64_t hashes[INHERITED_MAX];
} inherited;

void ni_inherited_note(const char *variable)
{
	if (inherited.count < INHERITED_MAX)
		inherited.hashes[inherited.count] = ni_text_hash(variable);
	inherited.count++;
}

bool ni_inherited_is_new(const char *variable)
{
	const uint64_t hash = ni_text_hash(variable);

	if (inherited.count > INHERITED_MAX)
		return false;
	for (size_t i = 0; i < inherited.count; i++)
		if (inherited.hashes[i] == hash)
			return false;
	return true;
}
