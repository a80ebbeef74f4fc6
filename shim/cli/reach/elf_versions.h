/*
 * elf_versions.h - whether a library is new enough for another.
 */
#ifndef NI_CLI_ELF_VERSIONS_H
#define NI_CLI_ELF_VERSIONS_H

#include "cli/reach/elf_facts.h"

/*
 * Compares the symbol versions that the object at needs_path wants of the
 * library at offers_path (by that file's name) with those that are in it.
 * Returns 0 where all are there, 1 and the first that is not, or a negative
 * errno where one of the two cannot be read.
 */
int ni_elf_lacks_version(const char *needs_path, const char *offers_path,
			 char version[NI_ELF_NAME_MAX]);

#endif
