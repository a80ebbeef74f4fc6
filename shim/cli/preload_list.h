/*
 * preload_list.h - the value of LD_PRELOAD.
 */
#ifndef NI_CLI_PRELOAD_LIST_H
#define NI_CLI_PRELOAD_LIST_H

#include <stdbool.h>

/*
 * Whether LD_PRELOAD can carry the path: the dynamic loader splits the list at
 * spaces and colons, expands '$', and knows no way to quote them.
 */
bool ni_preload_can_carry(const char *path);

/*
 * Adds objects (paths; the list ends with NULL) to existing, an LD_PRELOAD or
 * NULL. What was there stays, in its order, after the new ones. Nothing is
 * loaded twice: an object that is there already keeps its place, another copy
 * under the same file name makes way. An AddressSanitizer runtime stays first,
 * because it refuses to be second. New memory; NULL only if there is none left.
 */
char *ni_preload_list(const char *existing, const char *const *objects);

/* Whether some entry of the list has a file name that begins with this. */
bool ni_preload_list_has(const char *existing, const char *file_prefix);

#endif
