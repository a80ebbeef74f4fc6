/*
 * collision.h - rule 13: a program was told "put it on this number", and
 * socket() happens to answer just that. It makes no dup2, nothing says that the
 * descriptor is meant, and its child relies on it.
 *
 * Reads the arguments and the environment of the start, once. No system call.
 */
#ifndef NI_PRELOAD_COLLISION_H
#define NI_PRELOAD_COLLISION_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* For the constructor, before ni_policy_choose_fast(). @argv may be NULL. */
void ni_collision_start(char *const *argv, char *const *environment);

/* Did the program's own arguments ask for this number? */
bool ni_collision_keeps(int fd);

/* Visits the numbers that an exec with @environment is meant to get. */
void ni_collision_each(char *const *environment,
		       void (*visit)(void *data, unsigned fd), void *data);

#pragma GCC visibility pop

#endif
