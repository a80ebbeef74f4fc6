/*
 * scan_party.c - a process that holds a socket, and what is known of it.
 */
#include "cli/scan/scan_party.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/scan/cgroup.h"
#include "cli/scan/proc_text.h"

/* Enough to know a command by; more is cut off. */
#define ARGUMENTS_SIZE 4096
#define STATUS_SIZE 4096
#define CGROUP_SIZE 16384

/* What the file proc/PID/name begins with, and a NUL; -1 where it cannot be
 * read. */
static ssize_t read_file(int proc, pid_t pid, const char *name, char *text,
			 size_t size)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	if (length >= 0)
		text[length] = '\0';
	return length;
}

/* The name of the program: where it lies, even if it was replaced since. */
static const char *read_exe(struct ni_arena *arena, int proc, pid_t pid)
{
	static const char deleted[] = " (deleted)";
	const size_t mark = sizeof(deleted) - 1;
	char path[64], target[4096];
	ssize_t size;

	snprintf(path, sizeof(path), "%d/exe", (int)pid);
	size = readlinkat(proc, path, target, sizeof(target));
	if (size < 0)
		return "?";
	if ((size_t)size > mark &&
	    !memcmp(target + size - mark, deleted, mark))
		size -= (ssize_t)mark;
	return ni_arena_copy(arena, target, (size_t)size);
}

static const char *const *read_arguments(struct ni_arena *arena, int proc,
					 pid_t pid)
{
	char text[ARGUMENTS_SIZE];
	ssize_t size = read_file(proc, pid, "cmdline", text, sizeof(text));
	size_t count = 0;
	const char **argv;

	for (ssize_t i = 0; i < size; i++)
		count += !text[i] || i == size - 1;
	argv = ni_arena_array(arena, count + 1, sizeof(*argv));
	for (size_t i = 0, at = 0; i < count; i++) {
		size_t length = strnlen(text + at, (size_t)size - at);

		argv[i] = ni_arena_copy(arena, text + at, length);
		at += length + 1;
	}
	return argv;
}

const char *ni_scan_user_name(struct ni_arena *arena, uid_t user)
{
	const struct passwd *entry = getpwuid(user);

	return entry ? ni_arena_copy(arena, entry->pw_name,
				     strlen(entry->pw_name)) :
		       ni_arena_format(arena, "%lu", (unsigned long)user);
}

static const char *read_user(struct ni_arena *arena, int proc, pid_t pid)
{
	char text[STATUS_SIZE];
	uid_t user;

	if (read_file(proc, pid, "status", text, sizeof(text)) < 0 ||
	    ni_proc_user(text, &user) < 0)
		return NULL;
	return ni_scan_user_name(arena, user);
}

/* The kernel counts from the system's start, the time asleep included. */
static time_t time_of(uint64_t ticks)
{
	struct timespec now, uptime;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &uptime);
	return now.tv_sec - uptime.tv_sec - (now.tv_nsec < uptime.tv_nsec) +
	       (time_t)(ticks / (uint64_t)sysconf(_SC_CLK_TCK));
}

static const char *name_or_null(struct ni_arena *arena, const char *name)
{
	return *name ? ni_arena_copy(arena, name, strlen(name)) : NULL;
}

struct ni_scan_party ni_scan_party_find(struct ni_arena *arena, int proc,
					const struct ni_process *process,
					int fd)
{
	char text[CGROUP_SIZE] = "";
	struct ni_cgroup cgroup;

	read_file(proc, process->pid, "cgroup", text, sizeof(text));
	ni_cgroup_read(text, &cgroup);
	return (struct ni_scan_party){
		.pid = process->pid,
		.fd = fd,
		.exe = read_exe(arena, proc, process->pid),
		.argv = read_arguments(arena, proc, process->pid),
		.user = read_user(arena, proc, process->pid),
		.start = time_of(process->start),
		.unit = name_or_null(arena, cgroup.unit),
		.container = name_or_null(arena, cgroup.container),
	};
}

const char *ni_scan_party_program(const struct ni_scan_party *party)
{
	const char *slash = strrchr(party->exe, '/');

	return slash ? slash + 1 : party->exe;
}
