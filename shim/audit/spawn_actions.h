/*
 * spawn_actions.h - what posix_spawn's file actions will do to a number.
 *
 * The child runs them inside libc, where we see nothing, so libc's own list is
 * read: glibc's, whose layout has not changed since 2.2, or musl's. What does
 * not look like either is "not understood". Pure.
 */
#ifndef NI_AUDIT_SPAWN_ACTIONS_H
#define NI_AUDIT_SPAWN_ACTIONS_H

#include <spawn.h>
#include <stdbool.h>

enum ni_spawn_effect {
	NI_SPAWN_UNTOUCHED,
	NI_SPAWN_CLOSED,
	NI_SPAWN_COPIED,	/* dup2 from another number */
	NI_SPAWN_OPENED		/* a file is opened there */
};

bool ni_spawn_is_understood(const posix_spawn_file_actions_t *actions);

/**
 * ni_spawn_effect - what a number will be after all actions
 * @actions: understood, or NULL
 * @source: receives the number in the parent, when COPIED
 */
enum ni_spawn_effect ni_spawn_effect(const posix_spawn_file_actions_t *actions,
				     int fd, int *source);

/* The highest number that is copied or opened, -1 if none. */
int ni_spawn_highest(const posix_spawn_file_actions_t *actions);

#endif
