/*
 * environment.h - what new images need in their environment to be recorded,
 * and what the program put there itself.
 *
 * Copied at start, because programs overwrite their environment. Nothing here
 * allocates: an environment is completed on the caller's stack.
 */
#ifndef NI_AUDIT_ENVIRONMENT_H
#define NI_AUDIT_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * ni_environment_start - take what is needed from the environment
 * @environment: as it was at the start
 * @own_file: the path of this library, in case LD_PRELOAD does not name it
 *
 * Return: the trace directory, or NULL: not to be recorded.
 */
const char *ni_environment_start(char *const *environment,
				 const char *own_file);

/* A variable's value, or NULL. */
const char *ni_environment_value(char *const *environment, const char *name);

/**
 * ni_environment_room - the bytes that a completed copy of @environment takes
 *
 * Return: 0 if it is complete, or if it cannot be completed on a stack:
 * *@is_complete tells which.
 */
size_t ni_environment_room(char *const *environment, bool *is_complete);

/* Fills @memory, of that size, aligned for pointers. */
char *const *ni_environment_completed(char *const *environment, void *memory);

/* Is the library's file where LD_PRELOAD says? */
bool ni_environment_is_library_there(void);

/* The same two steps for a copy without the trace directory; 0 bytes: it has
 * none. */
size_t ni_environment_room_without(char *const *environment);
char *const *ni_environment_without(char *const *environment, void *memory);

/* Did the program itself set this "NAME=value", or was it there at start? */
bool ni_environment_is_new(const char *variable);

#endif
