/*
 * trace_directory.c - the directory of a recording: made, read, removed.
 *
 * Whoever can write there may put in what he likes: nothing is followed, only
 * regular files are opened, and no more of one is read than a trace can have.
 */
#include "cli/trace_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/result.h"

#define SIZE_MAX_BYTES ((size_t)NI_TRACE_SIZE_KIB_MAX * 1024 + 65536)

/* ---- making ------------------------------------------------------------- */

/* 26 letters, 16 of them: 75 bits. */
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
	int is_shared = geteuid() == 0;
	char name[17];
	int r = random_name(name);

	if (r < 0)
		return r;
	if (snprintf(inner, PATH_MAX, "%s/%s", made, name) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (mkdir(inner, 0700) < 0)
		return -errno;
	/* After mkdir, for the umask has no say here. */
	if (chmod(inner, is_shared ? 01733 : 0700) < 0 ||
	    chmod(made, is_shared ? 0711 : 0700) < 0)
		return -errno;
	return 0;
}

int ni_trace_directory_make(const char *path, char made[PATH_MAX],
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

/* ---- walking ------------------------------------------------------------ */

static int is_trace_name(const char *name)
{
	size_t length = strlen(name), suffix = strlen(NI_TRACE_SUFFIX);

	return length > suffix &&
	       !strcmp(name + length - suffix, NI_TRACE_SUFFIX);
}

static DIR *open_directory(int parent, const char *name)
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
	DIR *directory = open_directory(parent, name);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (is_trace_name(entry->d_name))
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
}

int ni_trace_directory_is_empty(const char *inner)
{
	DIR *directory = open_directory(AT_FDCWD, inner);
	struct dirent *entry;
	int is_empty = 1;

	if (!directory)
		return 1;
	while (is_empty && (entry = readdir(directory)))
		is_empty = !is_trace_name(entry->d_name);
	closedir(directory);
	return is_empty;
}

void ni_trace_directory_remove(const char *made, const char *inner)
{
	remove_traces(AT_FDCWD, inner);
	rmdir(inner);
	rmdir(made);
}

/* ---- reading ------------------------------------------------------------ */

/* As it is now: a program that still runs goes on writing. */
static void *read_file(int fd, size_t size, size_t *length)
{
	char *bytes = malloc(size ? size : 1);
	size_t used = 0;

	while (bytes && used < size) {
		ssize_t more = pread(fd, bytes + used, size - used,
				     (off_t)used);

		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			break;
		used += (size_t)more;
	}
	*length = used;
	return bytes;
}

static int read_trace(int directory, const char *name, struct ni_arena *arena,
		      struct ni_trace *trace)
{
	int fd = ni_result(openat(directory, name, O_RDONLY | O_NOFOLLOW |
				  O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	struct stat status;
	size_t size = 0;
	void *bytes;
	int r;

	if (fd < 0)
		return fd;
	r = ni_result(fstat(fd, &status));
	if (!r && !S_ISREG(status.st_mode))
		r = -EPROTO;
	if (r < 0)
		goto out;
	size = (size_t)status.st_size < SIZE_MAX_BYTES ?
	       (size_t)status.st_size : SIZE_MAX_BYTES;
	bytes = read_file(fd, size, &size);
	r = bytes ? ni_trace_read(bytes, size, arena, trace) : -ENOMEM;
	free(bytes);
out:
	ni_close(fd);
	return r;
}

static void take_file(struct ni_recording *recording, int directory,
		      const char *name, struct ni_arena *arena)
{
	struct ni_trace trace = {
		.name = ni_arena_copy(arena, name, strlen(name))
	};
	struct ni_trace *row;

	switch (read_trace(directory, name, arena, &trace)) {
	case 0:
		row = ni_array_push(&recording->traces, &recording->count,
				    &recording->room, sizeof(*row));
		*row = trace;
		break;
	case -ENODATA:
		recording->empty++;
		break;
	case -EPROTONOSUPPORT:
		recording->newer++;
		break;
	default:
		recording->unreadable++;
		break;
	}
}

static void read_entries(struct ni_recording *recording, DIR *directory,
			 struct ni_arena *arena, int may_descend)
{
	struct dirent *entry;
	DIR *inner;

	while ((entry = readdir(directory))) {
		if (is_trace_name(entry->d_name)) {
			take_file(recording, dirfd(directory), entry->d_name,
				  arena);
			continue;
		}
		if (!may_descend || entry->d_name[0] == '.')
			continue;
		inner = open_directory(dirfd(directory), entry->d_name);
		if (!inner)
			continue;
		read_entries(recording, inner, arena, 0);
		closedir(inner);
	}
}

/* Directories give their entries in any order; a report has only one. */
static int by_name(const void *a, const void *b)
{
	const struct ni_trace *left = a, *right = b;

	return strcmp(left->name, right->name);
}

int ni_trace_directory_read(const char *path, struct ni_arena *arena,
			    struct ni_recording *recording)
{
	DIR *directory = opendir(path);

	if (!directory)
		return -errno;
	read_entries(recording, directory, arena, 1);
	closedir(directory);
	if (!recording->count && !recording->empty && !recording->unreadable &&
	    !recording->newer)
		return -ENODATA;
	if (recording->count)
		qsort(recording->traces, recording->count,
		      sizeof(*recording->traces), by_name);
	return 0;
}

void ni_recording_free(struct ni_recording *recording)
{
	free(recording->traces);
	*recording = (struct ni_recording){ 0 };
}
