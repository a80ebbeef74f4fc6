/*
 * symbols.h - from addresses to functions, files and lines.
 *
 * Reads the modules that a trace names, and their separate debug files. A file
 * whose build-id is not the recorded one is another program: it is not used.
 */
#ifndef NI_CLI_SYMBOLS_H
#define NI_CLI_SYMBOLS_H

#include "cli/report/arena.h"
#include "cli/report/stack.h"

struct ni_symbols;

/*
 * What it finds lives in arena. debug_directory holds separate debug files, by
 * build-id or by path; NULL is /usr/lib/debug.
 */
struct ni_symbols *ni_symbols_open(struct ni_arena *arena,
				   const char *debug_directory);

/* Fills frames and depth: at least one frame for each location. */
void ni_symbols_resolve(struct ni_symbols *symbols, struct ni_stack *stack);

void ni_symbols_close(struct ni_symbols *symbols);

/* "./a//b/../c.c" becomes "a/c.c"; in place, never longer. */
void ni_symbols_tidy_path(char *path);

#endif
