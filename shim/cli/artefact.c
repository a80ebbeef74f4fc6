/*
 * artefact.c - finding the libraries that belong to this command.
 */
#include "cli/artefact.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "directories.h"

/* Where the first component begins in which the two paths differ. */
static size_t difference(const char *a, const char *b)
{
	size_t start = 0, i = 0;

	for (; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			start = i + 1;
	return start;
}

int ni_moved_libdir(const char *bindir_now, const char *bindir,
		    const char *libdir, char moved[PATH_MAX])
{
	size_t common = difference(bindir, libdir);
	const char *tail = bindir + common;
	size_t now = strlen(bindir_now), tail_size = strlen(tail);

	if (now < tail_size + 1 || strcmp(bindir_now + now - tail_size, tail) ||
	    bindir_now[now - tail_size - 1] != '/')
		return -ENOENT;
	if (snprintf(moved, PATH_MAX, "%.*s%s", (int)(now - tail_size),
		     bindir_now, libdir + common) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

/* The directory of the running command, links resolved. */
static int own_directory(char directory[PATH_MAX])
{
	ssize_t size = readlink("/proc/self/exe", directory, PATH_MAX - 1);
	const char *started_as = (const char *)getauxval(AT_EXECFN);

	if (size >= 0)
		directory[size] = '\0';
	else if (!started_as || !realpath(started_as, directory))
		return -errno;
	*strrchr(directory, '/') = '\0';
	return 0;
}

static bool is_there(const char *directory, const char *file,
		    char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/%s", directory, file) < PATH_MAX &&
	       access(path, R_OK) == 0;
}

int ni_find_artefact(const char *file, char path[PATH_MAX])
{
	char own[PATH_MAX], moved[PATH_MAX];
	int r = own_directory(own);

	if (r < 0)
		return r;
	if (is_there(own, file, path))
		return 0;
	if (ni_moved_libdir(own, NI_BINDIR, NI_LIBDIR, moved) == 0 &&
	    is_there(moved, file, path))
		return 0;
	return is_there(NI_LIBDIR, file, path) ? 0 : -ENOENT;
}
