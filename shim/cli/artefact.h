/*
 * artefact.h - finding the libraries that belong to this command.
 */
#ifndef NI_CLI_ARTEFACT_H
#define NI_CLI_ARTEFACT_H

#include <limits.h>

/*
 * The absolute path of one of our libraries: beside the command, as make leaves
 * it; else where the library directory lies relative to the command's own, so
 * that an installed tree can be moved; else in the library directory of the
 * build. Returns 0, -ENOENT, or why the command's own place is unknown.
 */
int ni_find_artefact(const char *file, char path[PATH_MAX]);

/*
 * The library directory of a tree whose command lies in bindir_now, where it
 * was configured with bindir and libdir: /opt/x/bin gives /opt/x/lib. Pure.
 * -ENOENT where bindir_now does not end as bindir does.
 */
int ni_moved_libdir(const char *bindir_now, const char *bindir,
		    const char *libdir, char moved[PATH_MAX]);

#endif
