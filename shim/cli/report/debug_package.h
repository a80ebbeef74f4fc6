/*
 * debug_package.h - which package has the names of a file's functions.
 */
#ifndef NI_CLI_DEBUG_PACKAGE_H
#define NI_CLI_DEBUG_PACKAGE_H

#include "cli/report/arena.h"
#include "cli/report/stack.h"

/* packages[i] becomes the one with the debug symbols of modules[i]; it stays as
 * it is where dpkg's database knows none, or there is no such database. */
void ni_debug_packages(struct ni_arena *arena,
		       const struct ni_module *const *modules,
		       const char **packages, size_t count);

#endif
