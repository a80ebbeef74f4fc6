/*
 * debuginfod.h - debug files from a server, which may not answer.
 */
#ifndef NI_CLI_DEBUGINFOD_H
#define NI_CLI_DEBUGINFOD_H

#include <elfutils/libdwfl.h>

/*
 * As dwfl_standard_find_debuginfo(), for a Dwfl_Callbacks. A server of
 * DEBUGINFOD_URLS that does not answer is waited for once, for a few seconds
 * unless DEBUGINFOD_TIMEOUT says how long, and not asked again. On a terminal
 * a line shows what is being fetched.
 */
int ni_debuginfod_find(Dwfl_Module *module, void **user, const char *name,
		       Dwarf_Addr base, const char *file, const char *link,
		       GElf_Word checksum, char **found);

#endif
