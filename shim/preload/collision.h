/*
 * collision.h - rule 13: a program was told to put a socket on a certain
 * number, and socket() happens to return just that number. So it makes no dup2,
 * nothing shows that the descriptor is passed on purpose, and yet its child
 * relies on it.
 *
 * Reads the arguments and the environment once, at the start. No system call.
 */
#ifndef NI_PRELOAD_COLLISION_H
#define NI_PRELOAD_COLLISION_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* For the constructor. @argv may be NULL. Return: is any number asked for? */
bool ni_collision_start(char *const *argv, char *const *environment);

/* Do the program's own arguments ask for this number? */
bool ni_collision_keeps(int fd);

/* Visits the numbers that an exec with @environment is to hand over. */
void ni_collision_each(char *const *environment,
		       void (*visit)(void *data, unsigned fd), void *data);

#pragma GCC visibility pop

#endif
