/*
 * perf_map.h - names of the code that a runtime made while it ran.
 *
 * Runtimes write them for perf(1) to /tmp/perf-PID.map, a line for each piece
 * of code: where it starts, its size, both in hexadecimal, and its name.
 */
#ifndef NI_CLI_PERF_MAP_H
#define NI_CLI_PERF_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "cli/report/arena.h"
#include "cli/report/stack.h"

struct ni_perf_map;

/* Takes any bytes: lines that say nothing are left out. The text is not needed
 * afterwards. */
struct ni_perf_map *ni_perf_map_parse(struct ni_arena *arena, const char *text,
				      size_t size);

/*
 * The process's own file. NULL: there is none, or it is an older process's, or
 * another user's (root's are taken), or too large.
 */
struct ni_perf_map *ni_perf_map_open(struct ni_arena *arena,
				     const struct ni_runtime *runtime);

/* The name of the code at that address, or NULL. Where pieces overlap, code was
 * thrown away and other code put there: the last line is right. */
const char *ni_perf_map_name(const struct ni_perf_map *map, uint64_t address);

#endif
