/*
 * scan_report.c - what `noinherit scan` says: everything that printers need.
 */
#include "cli/scan/scan_report.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report/what.h"
#include "common/trace.h"

/* A descriptor's record as the recorder would have made it, so that there is
 * one place where sockets get their names. */
struct record {
	struct ni_trace_what what;
	uint8_t addresses[2 * sizeof(struct sockaddr_storage)];
};

struct builder {
	struct ni_scan_report *report;
	int proc;
	const struct ni_snapshot *snapshot;
	const struct ni_scan_names *names;
	struct ni_scan_party *parties;	/* of the snapshot's processes */
};

static struct ni_what what_of(struct ni_arena *arena,
			      const struct ni_listed_socket *socket)
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

static struct ni_what find_what(struct builder *builder, uint64_t inode,
				size_t process, int fd)
{
	struct ni_listed_socket socket = *ni_scan_name(builder->names, inode);

	if (!socket.family)
		ni_scan_name_ask(builder->proc,
				 builder->snapshot->processes[process].pid, fd,
				 &socket);
	return what_of(&builder->report->arena, &socket);
}

/* A process is looked up once, however many sockets it holds. */
static struct ni_scan_party find_party(struct builder *builder, size_t process,
				       int fd)
{
	struct ni_scan_party *known = &builder->parties[process];
	struct ni_scan_party party;

	if (!known->exe)
		*known = ni_scan_party_find(&builder->report->arena,
			builder->proc, &builder->snapshot->processes[process],
			fd);
	party = *known;
	party.fd = fd;
	return party;
}

static struct ni_scan_row row_of(struct builder *builder,
				 const struct ni_scan_finding *finding)
{
	return (struct ni_scan_row){
		.kind = finding->kind,
		.is_orphan = finding->is_orphan,
		.inode = finding->inode,
		.count = finding->count,
		.note = finding->note,
		.what = find_what(builder, finding->inode, finding->holder,
				  finding->holder_fd),
		.owner = find_party(builder, finding->owner,
				    finding->owner_fd),
		.holder = find_party(builder, finding->holder,
				     finding->holder_fd),
	};
}

/* ---- who holds a port */

static bool is_leak(const struct ni_scan_report *report, uint64_t inode,
		    const char *exe)
{
	for (size_t i = 0; i < report->row_count; i++)
		if (report->rows[i].kind == NI_KIND_LEAK &&
		    report->rows[i].inode == inode &&
		    !strcmp(report->rows[i].holder.exe, exe))
			return true;
	return false;
}

static bool is_same_program(const struct ni_snapshot *snapshot,
			    const struct ni_held_socket *a,
			    const struct ni_held_socket *b)
{
	const struct ni_process *first = &snapshot->processes[a->process];
	const struct ni_process *second = &snapshot->processes[b->process];

	return first->device == second->device && first->inode == second->inode;
}

/* The snapshot's sockets are sorted: by socket, program and age. */
static void add_asked(struct builder *builder,
		      const struct ni_held_socket *held, size_t count)
{
	struct ni_scan_report *report = builder->report;
	struct ni_scan_holder *holders =
		ni_arena_array(&report->arena, count, sizeof(*holders));
	size_t programs = 0;

	for (size_t i = 0; i < count; i++) {
		struct ni_scan_holder *holder = &holders[programs - !!programs];

		if (i && is_same_program(builder->snapshot, &held[i - 1],
					 &held[i])) {
			holder->count += held[i].process != held[i - 1].process;
			continue;
		}
		holder = &holders[programs++];
		holder->party = find_party(builder, held[i].process,
					   held[i].fd);
		holder->count = 1;
		holder->is_leak = is_leak(report, held[i].inode,
					  holder->party.exe);
	}
	report->asked[report->asked_count++] = (struct ni_scan_asked){
		.what = find_what(builder, held->inode, held->process, held->fd),
		.holders = holders,
		.holder_count = programs,
	};
}

static void add_stranger(struct builder *builder,
			 const struct ni_listed_socket *socket)
{
	struct ni_scan_report *report = builder->report;

	report->asked[report->asked_count++] = (struct ni_scan_asked){
		.what = what_of(&report->arena, socket),
		.user = ni_scan_user_name(&report->arena, socket->user),
	};
}

static void find_asked(struct builder *builder)
{
	const struct ni_snapshot *snapshot = builder->snapshot;
	const struct ni_scan_names *names = builder->names;

	builder->report->asked =
		ni_arena_array(&builder->report->arena,
			       names->count + names->stranger_count,
			       sizeof(*builder->report->asked));
	for (size_t i = 0, count; i < snapshot->held_count; i += count) {
		const struct ni_held_socket *held = &snapshot->held[i];

		for (count = 1; i + count < snapshot->held_count &&
				held[count].inode == held->inode;)
			count++;
		if (ni_scan_is_asked(names, ni_scan_name(names, held->inode)))
			add_asked(builder, held, count);
	}
	for (size_t i = 0; i < names->stranger_count; i++)
		if (ni_scan_is_asked(names, &names->strangers[i]))
			add_stranger(builder, &names->strangers[i]);
}

void ni_scan_report_build(struct ni_scan_report *report, int proc,
			  const struct ni_snapshot *snapshot,
			  const struct ni_scan_names *names,
			  const struct ni_scan_finding *findings, size_t count)
{
	struct builder builder = { report, proc, snapshot, names, NULL };

	*report = (struct ni_scan_report){
		.seen = snapshot->seen,
		.vanished = snapshot->vanished,
		.denied = snapshot->denied,
		.is_hidden = snapshot->is_hidden,
		.ports = names->ports,
		.port_count = names->port_count,
		.row_count = count,
	};
	report->rows = ni_arena_array(&report->arena, count,
				      sizeof(*report->rows));
	builder.parties = ni_arena_array(&report->arena,
					 snapshot->process_count,
					 sizeof(*builder.parties));
	for (size_t i = 0; i < count; i++)
		report->rows[i] = row_of(&builder, &findings[i]);
	find_asked(&builder);
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

size_t ni_scan_count_orphans(const struct ni_scan_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->row_count; i++)
		count += report->rows[i].is_orphan;
	return count;
}

void ni_scan_report_free(struct ni_scan_report *report)
{
	ni_arena_free(&report->arena);
}
