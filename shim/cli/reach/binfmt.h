/*
 * binfmt.h - what binfmt_misc of the kernel hands to an emulator.
 */
#ifndef NI_CLI_BINFMT_H
#define NI_CLI_BINFMT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether somebody has registered an emulator for files that begin like this one.
 * false where that cannot be read, as where binfmt_misc is not mounted.
 */
bool ni_binfmt_takes(int fd);

/* Whether a rule, as the kernel prints it, is for files with this head. */
bool ni_binfmt_fits(const char *rule, const char *head, size_t size);

#endif
