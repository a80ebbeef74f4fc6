/*
 * inherited.h - which of the variables that may name descriptors stood in the
 * environment at the start: they name none of this program's.
 */
#ifndef NI_PRELOAD_INHERITED_H
#define NI_PRELOAD_INHERITED_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* At the start: notes a "NAME=value", as a hash, for programs overwrite it. */
void ni_inherited_note(const char *variable);

/* Is this "NAME=value" another than those that were noted? */
bool ni_inherited_is_new(const char *variable);

#pragma GCC visibility pop

#endif
