/*
 * open_now.c - what the kernel says of the processes of a recording.
 */
#include "cli/report/open_now.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/recording_directory.h"

#define LINE_SIZE (PATH_MAX + 256)

/* A process starts before it writes; clocks are read one after another. */
#define SLACK_NS UINT64_C(1000000000)

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

/* ---- the recording of a process ----------------------------------------- */

/* The path at the end of a line of maps, if it is that of a trace. */
static char *trace_path(char *line)
{
	static const char deleted[] = " (deleted)";
	char *path = strchr(line, '/'), *end;

	if (!path)
		return NULL;
	path[strcspn(path, "\n")] = '\0';
	end = strstr(path, deleted);
	if (end && !end[sizeof(deleted) - 1])
		*end = '\0';
	return ni_is_trace_name(path) ? path : NULL;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* As this process sees it; the other may live in a container. */
static int visible_directory(pid_t pid, char *path, char directory[PATH_MAX])
{
	*strrchr(path, '/') = '\0';
	if (is_there(path) && strlen(path) < PATH_MAX) {
		strcpy(directory, path);
		return 0;
	}
	if (snprintf(directory, PATH_MAX, "/proc/%d/root%s", (int)pid, path) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	return is_there(directory) ? 0 : -ESTALE;
}

int ni_open_find(pid_t pid, char directory[PATH_MAX])
{
	FILE *maps = open_proc(pid, "maps");
	char line[LINE_SIZE], *path = NULL;
	int r = -ENODATA;

	if (!maps)
		return errno == ENOENT ? -ESRCH : -errno;
	while (!path && fgets(line, sizeof(line), maps))
		path = trace_path(line);
	if (path)
		r = visible_directory(pid, path, directory);
	fclose(maps);
	return r;
}

/* ---- what the kernel knows ---------------------------------------------- */

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* When the process began, in CLOCK_MONOTONIC; UINT64_MAX where it is not
 * running. stat counts from boot, the time asleep included. */
static uint64_t began_ns(pid_t pid)
{
	FILE *file = open_proc(pid, "stat");
	uint64_t asleep = now_ns(CLOCK_BOOTTIME) - now_ns(CLOCK_MONOTONIC);
	unsigned long long ticks = 0;
	char text[1024], state = 'Z', *end;
	uint64_t began;
	size_t size;

	if (!file)
		return UINT64_MAX;
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[size] = '\0';
	/* The name in brackets may hold anything. */
	end = strrchr(text, ')');
	if (!end || sscanf(end + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			   "%*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
			   &state, &ticks) != 2 || state == 'Z')
		return UINT64_MAX;
	began = ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
	return began > asleep ? began - asleep : 0;
}

/* Another process that was given the same pid, or one on another machine or in
 * another container, has not mapped the trace. Where that cannot be seen, its
 * age says enough. */
static bool has_mapped(const struct ni_open_process *process)
{
	FILE *maps = open_proc(process->pid, "maps");
	char line[LINE_SIZE];
	bool is_mapped = false, is_read = false;

	if (!maps)
		return errno != ENOENT;
	while (!is_mapped && fgets(line, sizeof(line), maps)) {
		is_read = true;
		is_mapped = strstr(line, process->trace) != NULL;
	}
	fclose(maps);
	return is_mapped || !is_read;
}

static bool is_running(const struct ni_open_process *process)
{
	uint64_t began = began_ns(process->pid);

	return began != UINT64_MAX && began <= process->time_ns + SLACK_NS &&
	       has_mapped(process);
}

static void count_descriptors(struct ni_open_process *process)
{
	char path[64];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)process->pid);
	directory = opendir(path);
	if (!directory)
		return;
	process->kernel_open = process->standard_open = 0;
	while ((entry = readdir(directory))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		process->kernel_open++;
		process->standard_open += atoi(entry->d_name) < 3;
	}
	closedir(directory);
}

static void read_limit(struct ni_open_process *process)
{
	FILE *file = open_proc(process->pid, "limits");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Max open files %ld", &process->limit) == 1)
			break;
	if (file)
		fclose(file);
}

size_t ni_open_look(struct ni_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->open_count; i++) {
		struct ni_open_process *process = &report->open[i];

		process->is_running = is_running(process);
		if (!process->is_running)
			continue;
		count++;
		count_descriptors(process);
		read_limit(process);
	}
	return count;
}

void ni_open_choose(struct ni_report *report, pid_t pid)
{
	size_t left = 0;

	for (size_t i = 0; i < report->open_count; i++)
		if (report->open[i].pid == pid)
			report->open[left++] = report->open[i];
	report->open_count = left;
}
