/*
 * snapshot.c - which process holds which sockets, as /proc shows it now.
 */
#include "cli/scan/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/result.h"

#include "cli/report/arena.h"
#include "cli/scan/proc_text.h"

/* A process that execs while it is looked at is looked at again. */
#define MOST_LOOKS 4

/* fdinfo's flags are in its second line; nothing before them is long. */
#define FDINFO_HEAD 128
#define STAT_SIZE 1024

static int read_text(int directory, const char *name, char *text, size_t size)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = ni_result_size(read(fd, text, size - 1));
	close(fd);
	if (length < 0)
		return (int)length;
	text[length] = '\0';
	return 0;
}

/* -ENOENT if the descriptor is not a socket, or no longer one. */
static int read_socket(int process, int links, const char *fd,
		       struct ni_held_socket *held)
{
	char target[64], path[32], text[FDINFO_HEAD];
	ssize_t length = readlinkat(links, fd, target, sizeof(target) - 1);
	unsigned flags;

	if (length < 0)
		return -ENOENT;
	target[length] = '\0';
	if (ni_proc_socket_inode(target, &held->inode) < 0)
		return -ENOENT;
	snprintf(path, sizeof(path), "fdinfo/%d", held->fd);
	if (read_text(process, path, text, sizeof(text)) < 0 ||
	    ni_proc_open_flags(text, &flags) < 0)
		return -ENOENT;
	held->is_inheritable = !(flags & O_CLOEXEC);
	return 0;
}

/* Adds the sockets of one process; -EACCES and the like if they are hidden. */
static int read_sockets(struct ni_snapshot *snapshot, int process)
{
	int links = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = links < 0 ? NULL : fdopendir(links);
	struct dirent *entry;

	if (!directory) {
		int error = -errno;

		if (links >= 0)
			close(links);
		return error;
	}
	while ((entry = readdir(directory))) {
		struct ni_held_socket held = {
			.process = snapshot->process_count,
			.fd = atoi(entry->d_name),
		};

		if (entry->d_name[0] == '.' ||
		    read_socket(process, links, entry->d_name, &held) < 0)
			continue;
		*(struct ni_held_socket *)ni_array_push(&snapshot->held,
			&snapshot->held_count, &snapshot->held_room,
			sizeof(held)) = held;
	}
	closedir(directory);
	return 0;
}

/* The program. Zeros where there is none: a kernel thread, a zombie. */
static void read_program(int process, struct ni_process *found)
{
	struct stat status;

	found->device = 0;
	found->inode = 0;
	if (fstatat(process, "exe", &status, 0) == 0) {
		found->device = status.st_dev;
		found->inode = status.st_ino;
	}
}

/* The program is read before and after: an exec in between would ascribe the
 * descriptors of one program to the other. */
static int read_process(struct ni_snapshot *snapshot, int process,
			struct ni_process *found)
{
	size_t before = snapshot->held_count;
	struct ni_process again = *found;
	char text[STAT_SIZE];
	int r = 0;

	read_program(process, found);
	for (int i = 0; i < MOST_LOOKS; i++) {
		snapshot->held_count = before;
		r = read_sockets(snapshot, process);
		if (r < 0 || snapshot->held_count == before)
			return r;
		read_program(process, &again);
		if (again.device == found->device &&
		    again.inode == found->inode)
			break;
		*found = again;
	}
	r = read_text(process, "stat", text, sizeof(text));
	return r < 0 ? r : ni_proc_stat(text, &found->parent, &found->start);
}

static void count_failure(struct ni_snapshot *snapshot, int error)
{
	if (error == -EACCES || error == -EPERM)
		snapshot->denied++;
	else
		snapshot->vanished++;
}

static void look_at(struct ni_snapshot *snapshot, int proc, const char *name)
{
	struct ni_process found = { .pid = ni_proc_pid(name) };
	size_t before = snapshot->held_count;
	int process = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = process < 0 ? -errno : read_process(snapshot, process, &found);

	if (process >= 0)
		close(process);
	if (r < 0) {
		snapshot->held_count = before;
		count_failure(snapshot, r);
		return;
	}
	snapshot->seen++;
	if (snapshot->held_count > before)
		*(struct ni_process *)ni_array_push(&snapshot->processes,
			&snapshot->process_count, &snapshot->process_room,
			sizeof(found)) = found;
}

int ni_snapshot_take(int proc, struct ni_snapshot *snapshot)
{
	int again = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;

	memset(snapshot, 0, sizeof(*snapshot));
	if (!directory) {
		int error = -errno;

		if (again >= 0)
			close(again);
		return error;
	}
	while ((entry = readdir(directory)))
		if (ni_proc_pid(entry->d_name))
			look_at(snapshot, proc, entry->d_name);
	closedir(directory);
	/* The first process is always there, if not for this user. */
	snapshot->is_hidden = faccessat(proc, "1", F_OK, 0) < 0;
	return 0;
}

void ni_snapshot_free(struct ni_snapshot *snapshot)
{
	free(snapshot->processes);
	free(snapshot->held);
}
