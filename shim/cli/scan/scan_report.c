/*
 * scan_report.c - what `noinherit scan` says: everything that printers need.
 */
#include "cli/scan/scan_report.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/result.h"

#include "cli/scan/scan_names.h"
#include "cli/report/what.h"

/* Enough to know a command by; more is cut off. */
#define ARGUMENTS_SIZE 4096

/* A descriptor's record as the recorder would have made it, so that there is
 * one place where sockets get their names. */
struct record {
	struct ni_trace_what what;
	uint8_t addresses[2 * sizeof(struct sockaddr_storage)];
};

static struct ni_what what_of(struct ni_arena *arena,
			      const struct ni_socket *socket)
{
	struct record record = {
		.what = {
			.inode = socket->inode,
			.type = NI_TYPE_SOCKET,
			.state = (uint8_t)socket->state,
			.family = (uint16_t)socket->family,
			.socket_type = (uint16_t)socket->type,
			.protocol = (uint16_t)socket->protocol,
			.local_size = (uint16_t)socket->local_size,
			.remote_size = (uint16_t)socket->remote_size,
		},
	};

	memcpy(record.addresses, &socket->local, socket->local_size);
	memcpy(record.addresses + socket->local_size, &socket->remote,
	       socket->remote_size);
	return ni_what_from_record(arena, &record.what);
}

/* The name of the program: where it lies, also if it was replaced since. */
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
	char path[64], text[ARGUMENTS_SIZE];
	ssize_t size = -1;
	size_t count = 0;
	const char **argv;
	int fd;

	snprintf(path, sizeof(path), "%d/cmdline", (int)pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		size = read(fd, text, sizeof(text));
		close(fd);
	}
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

static struct ni_scan_party party_of(struct ni_arena *arena, int proc,
				     pid_t pid, int fd)
{
	return (struct ni_scan_party){
		.pid = pid,
		.fd = fd,
		.exe = read_exe(arena, proc, pid),
		.argv = read_arguments(arena, proc, pid),
	};
}

void ni_scan_report_build(struct ni_scan_report *report, int proc,
			  const struct ni_snapshot *snapshot,
			  const struct ni_scan_finding *findings, size_t count)
{
	struct ni_scan_names names;

	memset(report, 0, sizeof(*report));
	report->seen = snapshot->seen;
	report->vanished = snapshot->vanished;
	report->denied = snapshot->denied;
	report->row_count = count;
	report->rows = ni_arena_array(&report->arena, count,
				      sizeof(*report->rows));
	ni_scan_names_find(proc, snapshot, findings, count, &names);
	for (size_t i = 0; i < count; i++) {
		const struct ni_scan_finding *finding = &findings[i];

		report->rows[i] = (struct ni_scan_row){
			.kind = finding->kind,
			.count = finding->count,
			.note = finding->note,
			.what = what_of(&report->arena,
					ni_scan_name(&names, finding->inode)),
			.owner = party_of(&report->arena, proc,
				snapshot->processes[finding->owner].pid,
				finding->owner_fd),
			.holder = party_of(&report->arena, proc,
				snapshot->processes[finding->holder].pid,
				finding->holder_fd),
		};
	}
	ni_scan_names_free(&names);
}

const enum ni_kind ni_scan_kinds[NI_SCAN_KINDS] = {
	NI_KIND_LEAK, NI_KIND_INHERITABLE, NI_KIND_PASSED
};

size_t ni_scan_count(const struct ni_scan_report *report, enum ni_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < report->row_count; i++)
		count += report->rows[i].kind == kind;
	return count;
}

void ni_scan_report_free(struct ni_scan_report *report)
{
	ni_arena_free(&report->arena);
}
