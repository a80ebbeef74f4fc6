/*
 * recording_directory.c - the directory that an audit makes, and removes again.
 *
 * Whoever can write there can put anything in: no link is followed.
 */
#include "cli/recording_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/result.h"
#include "common/trace.h"

/* 16 letters out of 26: 75 bits. */
static int random_name(char name[17])
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -EIO;
	for (size_t i = 0; i < sizeof(bytes); i++)
		name[i] = (char)('a' + bytes[i] % 26);
	name[16] = '\0';
	return 0;
}

static int make_outer(const char *path, char made[PATH_MAX])
{
	const char *parent = getenv("TMPDIR");
	char template[PATH_MAX];

	if (path) {
		if (mkdir(path, 0700) < 0)
			return -errno;
		return realpath(path, made) ? 0 : -errno;
	}
	if (!parent || *parent != '/')
		parent = "/tmp";
	if (snprintf(template, sizeof(template), "%s/noinherit-audit.XXXXXX",
		     parent) >= (int)sizeof(template))
		return -ENAMETOOLONG;
	if (!mkdtemp(template))
		return -errno;
	return realpath(template, made) ? 0 : -errno;
}

static int make_inner(const char *made, char inner[PATH_MAX])
{
	bool is_shared = geteuid() == 0;
	char name[17];
	int r = random_name(name);

	if (r < 0)
		return r;
	if (snprintf(inner, PATH_MAX, "%s/%s", made, name) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (mkdir(inner, 0700) < 0)
		return -errno;
	/* Not left to mkdir, whose mode the umask would change. */
	if (chmod(inner, is_shared ? 01733 : 0700) < 0 ||
	    chmod(made, is_shared ? 0711 : 0700) < 0)
		return -errno;
	return 0;
}

int ni_recording_directory_make(const char *path, char made[PATH_MAX],
			    char inner[PATH_MAX])
{
	int r = make_outer(path, made);

	if (r < 0)
		return r;
	*inner = '\0';
	r = make_inner(made, inner);
	if (r < 0) {
		if (*inner)
			rmdir(inner);
		rmdir(made);
	}
	return r;
}

bool ni_is_trace_name(const char *name)
{
	size_t length = strlen(name), suffix = strlen(NI_TRACE_SUFFIX);

	return length > suffix &&
	       !strcmp(name + length - suffix, NI_TRACE_SUFFIX);
}

DIR *ni_open_directory(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
				      O_CLOEXEC);
	DIR *directory;

	if (fd < 0)
		return NULL;
	directory = fdopendir(fd);
	if (!directory)
		ni_close(fd);
	return directory;
}

static void remove_traces(int parent, const char *name)
{
	DIR *directory = ni_open_directory(parent, name);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (ni_is_trace_name(entry->d_name))
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
}

bool ni_recording_directory_is_empty(const char *inner)
{
	DIR *directory = ni_open_directory(AT_FDCWD, inner);
	struct dirent *entry;
	bool is_empty = true;

	if (!directory)
		return true;
	while (is_empty && (entry = readdir(directory)))
		is_empty = !ni_is_trace_name(entry->d_name);
	closedir(directory);
	return is_empty;
}

void ni_recording_directory_remove(const char *made, const char *inner)
{
	remove_traces(AT_FDCWD, inner);
	rmdir(inner);
	rmdir(made);
}
