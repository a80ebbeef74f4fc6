/*
 * carried.h - the shim's own part of the environment: its entry in LD_PRELOAD
 * and its settings, as they were at the start.
 *
 * It is a copy, because programs overwrite their environment (to set a process
 * title) or exec with a clean one; a re-exec passes it on (rule 10).
 */
#ifndef NI_PRELOAD_CARRIED_H
#define NI_PRELOAD_CARRIED_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Copies them from environ, once; true if this call did so. Settings that do
 * not fit count as not set. */
bool ni_carried_copy(void);

/* The value of NOINHERIT_..., NULL if it was not set. */
const char *ni_carried_value(const char *name);

/* The "NAME=value" at @index; NULL past the end. LD_PRELOAD holds only the
 * shim's own entry. */
const char *ni_carried_at(size_t index);

enum { NI_CARRIED_MAX = 5 };

#pragma GCC visibility pop

#endif
