/*
 * recording.c - all the traces of a recording.
 *
 * Whoever can write there can put anything in: no link is followed, only
 * regular files are opened, and no more of one is read than a trace can have.
 */
#include "cli/report/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/result.h"
#include "cli/recording_directory.h"

#define SIZE_MAX_BYTES ((size_t)NI_TRACE_SIZE_KIB_MAX * 1024 + 65536)

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

/* A trace is a sparse file: there is nothing in it after the last cell used. */
static size_t size_in_use(int fd, size_t size)
{
	struct ni_trace_header header;
	uint64_t used;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return size;
	used = header.cells_offset +
	       (uint64_t)header.cells_used * NI_TRACE_CELL_SIZE;
	return used < sizeof(header) || used > size ? size : (size_t)used;
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
	size = size_in_use(fd, size);
	bytes = read_file(fd, size, &size);
	r = bytes ? ni_trace_read(bytes, size, arena, trace) : -ENOMEM;
	free(bytes);
	/* No recorder makes a file that large. */
	if (r == -EAGAIN && (uint64_t)status.st_size > SIZE_MAX_BYTES)
		r = -EPROTO;
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
	case -EAGAIN:
		recording->unbegun++;
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
			 struct ni_arena *arena, bool may_descend)
{
	struct dirent *entry;
	DIR *inner;

	while ((entry = readdir(directory))) {
		if (ni_is_trace_name(entry->d_name)) {
			take_file(recording, dirfd(directory), entry->d_name,
				  arena);
			continue;
		}
		if (!may_descend || entry->d_name[0] == '.')
			continue;
		inner = ni_open_directory(dirfd(directory), entry->d_name);
		if (!inner)
			continue;
		read_entries(recording, inner, arena, false);
		closedir(inner);
	}
}

/* Directories give their entries in any order; a report has only one. */
static int by_name(const void *a, const void *b)
{
	const struct ni_trace *left = a, *right = b;

	return strcmp(left->name, right->name);
}

int ni_recording_read(const char *path, struct ni_arena *arena,
			    struct ni_recording *recording)
{
	DIR *directory = opendir(path);

	if (!directory)
		return -errno;
	read_entries(recording, directory, arena, true);
	closedir(directory);
	if (!recording->count && !recording->empty && !recording->unbegun &&
	    !recording->unreadable && !recording->newer)
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
