/*
 * exec.h - rules 9 and 10 at exec.
 *
 * Runs in vfork children: no allocation, no lock, nothing written but the
 * stack and the descriptors' flags; those are put back if exec fails.
 */
#ifndef NI_PRELOAD_EXEC_H
#define NI_PRELOAD_EXEC_H

#include "preload/next.h"

#pragma GCC visibility push(hidden)

/* Room for a path that is searched: the stack may be a signal handler's. */
enum { NI_EXEC_PATH_SIZE = 512 };

/**
 * ni_exec_find - which file execvp would try first
 * @file: searched in PATH unless it has a slash
 * @buffer, @size: where a path may be built
 *
 * Return: the path, or NULL if there is none or it may not fit.
 */
const char *ni_exec_find(const char *file, char *buffer, size_t size);

#pragma GCC visibility pop

#endif
