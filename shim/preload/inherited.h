/*
 * inherited.h - which of the variables that may name descriptors were in the
 * environment at the start: these do not name descriptors of this program.
 */
#ifndef NI_PRELOAD_INHERITED_H
#define NI_PRELOAD_INHERITED_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* At the start: remembers a "NAME=value", as a hash, because programs overwrite
 * their environment. */
void ni_inherited_note(const char *variable);

/* Is this "NAME=value" different from all that were there at the start? */
bool ni_inherited_is_new(const char *variable);

#pragma GCC visibility pop

#endif
