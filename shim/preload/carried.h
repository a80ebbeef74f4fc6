/*
 * carried.h - the part of the environment that is the shim's: its own entry of
 * LD_PRELOAD and its settings, as they were at the start.
 *
 * A copy, for programs overwrite their environment (to set a process title) or
 * exec with a clean one; a re-exec then carries it on (rule 10).
 */
#ifndef NI_PRELOAD_CARRIED_H
#define NI_PRELOAD_CARRIED_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Copies them from environ, once: true if it did so now. Settings that do not
 * fit are as if not set. */
bool ni_carried_copy(void);

/* The value of NOINHERIT_..., NULL if it was not set. */
const char *ni_carried_value(const char *name);

/* "NAME=value" number @index; NULL past the end. LD_PRELOAD holds the shim's
 * own entry alone. */
const char *ni_carried_at(size_t index);

enum { NI_CARRIED_MAX = 5 };

#pragma GCC visibility pop

#endif
