/*
 * supervise.h - running a command as a child that should not notice it.
 */
#ifndef NI_CLI_SUPERVISE_H
#define NI_CLI_SUPERVISE_H

#include <limits.h>

#include "cli/reach/reach.h"

/*
 * Runs the program at path as a child with the signal mask and dispositions of
 * this process, and waits for it. Signals that are sent to this process alone
 * are passed on; those of the terminal reach the child anyway. Returns the
 * child's exit status, or 128 and the number of the signal that killed it; 125
 * after a line on standard error if it could not be started.
 */
int ni_supervise(const char *verb, const char *path, char **argv,
		 const struct ni_reach *reach);

#endif
