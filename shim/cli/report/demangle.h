/*
 * demangle.h - names of C++ functions as they are written in the source.
 */
#ifndef NI_CLI_DEMANGLE_H
#define NI_CLI_DEMANGLE_H

#include "cli/report/arena.h"

/* "app::Store::open_log(char const*)" for "_ZN3app5Store8open_logEPKc"; any
 * other name, and every one without a C++ library, is returned as it is. */
const char *ni_demangled(struct ni_arena *arena, const char *name);

#endif
