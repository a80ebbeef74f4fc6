/*
 * reach.h - whether a preloaded library is loaded into a program.
 */
#ifndef NI_CLI_REACH_H
#define NI_CLI_REACH_H

#include "cli/reach/reach_answer.h"

/*
 * Looks at the program at path, as the kernel and the loader would: through the
 * interpreters of scripts, with the ids, the environment and the PATH of this
 * process. Nothing is run. object is what will be preloaded.
 */
void ni_reach_of(const char *path, const char *object, struct ni_reach *reach);

#endif
