/*
 * scan_findings.c - what a snapshot of processes and sockets means.
 */
#include "cli/scan/scan_findings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/arena.h"

/* Some of the snapshot's sockets, next to each other once they are sorted: all
 * that are one socket, or those of them that one program holds. */
struct run {
	const struct ni_held_socket *first;
	size_t count;
};

struct search {
	const struct ni_snapshot *snapshot;
	const struct ni_scan_question *question;
	struct ni_scan_finding *findings;
	size_t count, room;
};

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_program(const struct ni_process *a,
			   const struct ni_process *b)
{
	int r = compare(a->device, b->device);

	return r ? r : compare(a->inode, b->inode);
}

static int compare_age(const struct ni_process *a, const struct ni_process *b)
{
	int r = compare(a->start, b->start);

	return r ? r : compare((uint64_t)a->pid, (uint64_t)b->pid);
}

/* By socket, then program, then age of the process. */
static int compare_held(const void *first, const void *second, void *data)
{
	const struct ni_held_socket *a = first, *b = second;
	const struct ni_process *processes = data;
	const struct ni_process *pa = &processes[a->process];
	const struct ni_process *pb = &processes[b->process];
	int r = compare(a->inode, b->inode);

	if (!r)
		r = compare_program(pa, pb);
	if (!r)
		r = compare_age(pa, pb);
	return r ? r : compare((uint64_t)a->fd, (uint64_t)b->fd);
}

static const struct ni_process *process_of(const struct search *search,
					   const struct ni_held_socket *held)
{
	return &search->snapshot->processes[held->process];
}

static bool is_chosen(const struct search *search,
		      const struct ni_held_socket *held)
{
	const struct ni_scan_question *question = search->question;
	pid_t pid = process_of(search, held)->pid;

	for (size_t i = 0; i < question->pid_count; i++)
		if (question->pids[i] == pid)
			return true;
	for (size_t i = 0; i < question->inode_count; i++)
		if (question->inodes[i] == held->inode)
			return true;
	return !question->pid_count && !question->inodes;
}

static bool is_any_chosen(const struct search *search, struct run run)
{
	for (size_t i = 0; i < run.count; i++)
		if (is_chosen(search, &run.first[i]))
			return true;
	return false;
}

/* ---- why another program's socket is not a leak here: NULL if it is one */

static const char *why_passed(const struct search *search,
			      const struct ni_held_socket *held)
{
	const struct ni_scan_question *question = search->question;

	if (held->fd <= 2)
		return "as a standard stream";
	/* No exec passes on what is so marked: the program marked it here, and
	 * knows of it. */
	if (!held->is_inheritable)
		return "it is marked close-on-exec there";
	if (question->is_listen_fd &&
	    question->is_listen_fd(process_of(search, held)->pid, held->fd,
				   question->data))
		return "by LISTEN_FDS";
	return NULL;
}

static bool is_leak(const struct search *search,
		    const struct ni_held_socket *held)
{
	return !why_passed(search, held);
}

static bool is_plainly_inheritable(const struct search *search,
				   const struct ni_held_socket *held)
{
	(void)search;
	return held->fd > 2 && held->is_inheritable;
}

static bool is_any(const struct search *search,
		   const struct ni_held_socket *held)
{
	(void)search;
	(void)held;
	return true;
}

/*
 * The descriptor that stands for the run: the oldest that fits, one of a chosen
 * process if there is one; and how many processes have one that fits.
 */
static const struct ni_held_socket *
representative(const struct search *search, struct run run,
	       bool (*fits)(const struct search *search,
			    const struct ni_held_socket *held),
	       size_t *processes)
{
	const struct ni_held_socket *oldest = NULL, *chosen = NULL;
	size_t last = SIZE_MAX;

	*processes = 0;
	for (size_t i = 0; i < run.count; i++) {
		const struct ni_held_socket *held = &run.first[i];

		if (!fits(search, held))
			continue;
		*processes += held->process != last;
		last = held->process;
		if (!oldest)
			oldest = held;
		if (!chosen && is_chosen(search, held))
			chosen = held;
	}
	return chosen ? chosen : oldest;
}

static void add(struct search *search, struct ni_scan_finding finding)
{
	struct ni_scan_finding *added = ni_array_push(&search->findings,
		&search->count, &search->room, sizeof(finding));

	*added = finding;
}

/* The program whose socket it is. */
static void judge_owner(struct search *search, struct run own)
{
	size_t processes;
	const struct ni_held_socket *held =
		representative(search, own, is_plainly_inheritable, &processes);

	if (held && is_any_chosen(search, own))
		add(search, (struct ni_scan_finding){
			.kind = NI_KIND_INHERITABLE,
			.inode = held->inode,
			.owner = held->process,
			.owner_fd = held->fd,
			.holder = held->process,
			.holder_fd = held->fd,
			.count = processes,
		});
}

/* Another program that holds it as well. */
static void judge_other(struct search *search, struct run own, struct run other)
{
	size_t processes, ignored;
	const struct ni_held_socket *owner =
		representative(search, own, is_any, &ignored);
	const struct ni_held_socket *held =
		representative(search, other, is_leak, &processes);
	enum ni_kind kind = NI_KIND_LEAK;

	if (!is_any_chosen(search, own) && !is_any_chosen(search, other))
		return;
	if (!held) {
		kind = NI_KIND_PASSED;
		held = representative(search, other, is_any, &processes);
	}
	add(search, (struct ni_scan_finding){
		.kind = kind,
		.inode = held->inode,
		.owner = owner->process,
		.owner_fd = owner->fd,
		.holder = held->process,
		.holder_fd = held->fd,
		.count = processes,
		.note = why_passed(search, held),
	});
}

/* The part of a run that is one program's. */
static struct run next_program(const struct search *search, struct run run)
{
	const struct ni_process *program = process_of(search, run.first);
	size_t count = 1;

	while (count < run.count &&
	       !compare_program(program, process_of(search, &run.first[count])))
		count++;
	return (struct run){ run.first, count };
}

static struct run behind(struct run run, struct run part)
{
	return (struct run){ run.first + part.count, run.count - part.count };
}

/* Of two that started within one clock tick, the parent is the older one. */
static bool is_older(const struct ni_process *a, const struct ni_process *b)
{
	if (a->start == b->start && b->parent == a->pid)
		return true;
	if (a->start == b->start && a->parent == b->pid)
		return false;
	return compare_age(a, b) < 0;
}

/* No holder was given it, and none can have made it. */
static bool is_orphan(const struct search *search, struct run socket)
{
	const struct ni_scan_question *question = search->question;

	if (!question->is_listener || !is_any_chosen(search, socket) ||
	    !question->is_listener(socket.first->inode, question->data))
		return false;
	for (size_t i = 0; i < socket.count; i++)
		if (!is_leak(search, &socket.first[i]))
			return false;
	for (size_t i = 0; i < socket.count; i++)
		if (question->can_listen(
			    process_of(search, &socket.first[i])->pid,
			    question->data))
			return false;
	return true;
}

/* One of the programs to which it was left. */
static void judge_heir(struct search *search, struct run heir)
{
	size_t processes;
	const struct ni_held_socket *held =
		representative(search, heir, is_leak, &processes);

	add(search, (struct ni_scan_finding){
		.kind = NI_KIND_LEAK,
		.inode = held->inode,
		.is_orphan = true,
		.owner = held->process,
		.owner_fd = held->fd,
		.holder = held->process,
		.holder_fd = held->fd,
		.count = processes,
	});
}

static void judge_orphan(struct search *search, struct run socket)
{
	while (socket.count) {
		struct run program = next_program(search, socket);

		judge_heir(search, program);
		socket = behind(socket, program);
	}
}

static void judge_owned(struct search *search, struct run socket)
{
	struct run own = next_program(search, socket);

	for (struct run rest = behind(socket, own); rest.count;) {
		struct run program = next_program(search, rest);

		if (is_older(process_of(search, program.first),
			     process_of(search, own.first)))
			own = program;
		rest = behind(rest, program);
	}
	judge_owner(search, own);
	for (struct run rest = socket; rest.count;) {
		struct run program = next_program(search, rest);

		if (program.first != own.first)
			judge_other(search, own, program);
		rest = behind(rest, program);
	}
}

static void judge_socket(struct search *search, struct run socket)
{
	if (is_orphan(search, socket))
		judge_orphan(search, socket);
	else
		judge_owned(search, socket);
}

/* Worst first, orphans before others; then by the owner's pid, by socket, which
 * is by its age, and by the holder's pid. */
static int compare_findings(const void *first, const void *second, void *data)
{
	const struct ni_scan_finding *a = first, *b = second;
	const struct ni_process *processes = data;
	int r = compare(a->kind, b->kind);

	if (!r)
		r = compare(b->is_orphan, a->is_orphan);
	if (!r)
		r = compare((uint64_t)processes[a->owner].pid,
			    (uint64_t)processes[b->owner].pid);
	if (!r)
		r = compare(a->inode, b->inode);
	return r ? r : compare((uint64_t)processes[a->holder].pid,
			       (uint64_t)processes[b->holder].pid);
}

size_t ni_scan_findings(struct ni_snapshot *snapshot,
			const struct ni_scan_question *question,
			struct ni_scan_finding **findings)
{
	struct search search = { snapshot, question, NULL, 0, 0 };
	struct run rest = { snapshot->held, snapshot->held_count };

	if (rest.count)
		qsort_r(snapshot->held, rest.count, sizeof(*snapshot->held),
			compare_held, snapshot->processes);
	while (rest.count) {
		struct run socket = { rest.first, 1 };

		while (socket.count < rest.count &&
		       rest.first[socket.count].inode == rest.first->inode)
			socket.count++;
		judge_socket(&search, socket);
		rest = behind(rest, socket);
	}
	if (search.count)
		qsort_r(search.findings, search.count, sizeof(*search.findings),
			compare_findings, snapshot->processes);
	*findings = search.findings;
	return search.count;
}
