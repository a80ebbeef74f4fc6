/*
 * perf_map.c - names of the code that a runtime made while it ran.
 *
 * /tmp is open to all, so what lies there under such a name may be anything:
 * only a plain file of this user's or of root's is read, and no line of it is
 * trusted.
 */
#include "cli/report/perf_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/result.h"

/* A large server's map has a few MiB and 50,000 lines. */
#define MOST_BYTES ((off_t)64 << 20)
#define MOST_ROWS ((size_t)1 << 20)
#define LONGEST_NAME 1024

/* How many pieces before an address may overlap the one that has it. */
#define MOST_OVERLAPPING 64

struct row {
	uint64_t start, size;
	const char *name;
	size_t line;
};

struct ni_perf_map {
	struct row *rows;	/* by start, then by line */
	size_t count;
};

/* ---- lines -------------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number and the blank after it. */
static bool take_number(const char **at, const char *end, uint64_t *number)
{
	const char *first;

	if (end - *at > 2 && (*at)[0] == '0' && (*at)[1] == 'x')
		*at += 2;
	*number = 0;
	for (first = *at; *at < end && digit(**at) >= 0; (*at)++) {
		if (*number >> 60)
			return false;
		*number = *number << 4 | (uint64_t)digit(**at);
	}
	if (*at == first || *at == end || **at != ' ')
		return false;
	(*at)++;
	return true;
}

/* A mark after V8's colon says how far it had compiled the function at that
 * moment: "JS:*connect server.js:3:9". It is not part of the name. */
static void drop_tier(char *name)
{
	char *colon = strchr(name, ':');

	if (colon && colon[1] && strchr("*~^+", colon[1]))
		memmove(colon + 1, colon + 2, strlen(colon + 2) + 1);
}

static bool read_line(struct ni_arena *arena, const char *at, const char *end,
		      struct row *row)
{
	size_t length;
	char *name;

	if (!take_number(&at, end, &row->start) ||
	    !take_number(&at, end, &row->size) ||
	    !row->size || row->size > UINT64_MAX - row->start)
		return false;
	length = strnlen(at, (size_t)(end - at));
	if (!length)
		return false;
	name = ni_arena_copy(arena, at, length < LONGEST_NAME ?
					length : LONGEST_NAME);
	drop_tier(name);
	row->name = name;
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->line < right->line ? -1 : left->line > right->line;
}

struct ni_perf_map *ni_perf_map_parse(struct ni_arena *arena, const char *text,
				      size_t size)
{
	struct ni_perf_map *map = ni_arena_take(arena, sizeof(*map));
	const char *end = text + size, *next;
	struct row *rows = NULL, row = { .line = 0 };
	size_t room = 0;

	for (; text < end && map->count < MOST_ROWS; text = next + 1) {
		next = memchr(text, '\n', (size_t)(end - text));
		if (!next)
			next = end;
		row.line++;
		if (read_line(arena, text, next, &row)) {
			struct row *new = ni_array_push(&rows, &map->count,
							&room, sizeof(row));

			*new = row;
		}
		if (next == end)
			break;
	}
	map->rows = ni_arena_array(arena, map->count, sizeof(row));
	if (map->count) {
		memcpy(map->rows, rows, map->count * sizeof(row));
		qsort(map->rows, map->count, sizeof(row), by_start);
	}
	free(rows);
	return map;
}

/* ---- the question ------------------------------------------------------- */

static bool has(const struct row *row, uint64_t address)
{
	return address >= row->start && address - row->start < row->size;
}

/* How many start at or before the address. */
static size_t count_before(const struct ni_perf_map *map, uint64_t address)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->rows[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *ni_perf_map_name(const struct ni_perf_map *map, uint64_t address)
{
	size_t before = count_before(map, address);
	const struct row *best = NULL;

	for (size_t i = 0; i < MOST_OVERLAPPING && i < before; i++) {
		const struct row *row = &map->rows[before - 1 - i];

		if (has(row, address) && (!best || row->line > best->line))
			best = row;
	}
	return best ? best->name : NULL;
}

/* ---- the file ----------------------------------------------------------- */

static int64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Was the file last written before the process started? If the machine has
 * slept since it booted, the start seems earlier than it was, which does no
 * harm. */
static bool is_older(const struct stat *status, const struct ni_runtime *runtime)
{
	int64_t age = now(CLOCK_BOOTTIME) - (int64_t)runtime->start_ns;
	int64_t started = now(CLOCK_REALTIME) - age;

	return status->st_mtim.tv_sec < started / 1000000000 - 1;
}

static bool is_fit(const struct stat *status, const struct ni_runtime *runtime)
{
	return S_ISREG(status->st_mode) && status->st_size <= MOST_BYTES &&
	       (status->st_uid == geteuid() || !status->st_uid) &&
	       !is_older(status, runtime);
}

/* What it had when it was opened; a runtime may still write. */
static size_t read_all(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t more;

	do {
		more = read(fd, text + used, size - used);
		if (more > 0)
			used += (size_t)more;
	} while (more > 0 || (more < 0 && errno == EINTR));
	return used;
}

struct ni_perf_map *ni_perf_map_open(struct ni_arena *arena,
				     const struct ni_runtime *runtime)
{
	struct ni_perf_map *map = NULL;
	struct stat status;
	char path[64], *text;
	int fd;

	snprintf(path, sizeof(path), "/tmp/perf-%jd.map",
		 (intmax_t)runtime->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
			O_NOCTTY);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && is_fit(&status, runtime)) {
		text = malloc((size_t)status.st_size + 1);
		if (text)
			map = ni_perf_map_parse(arena, text,
				read_all(fd, text, (size_t)status.st_size));
		free(text);
	}
	ni_close(fd);
	return map;
}
