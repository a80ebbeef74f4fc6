/*
 * ledger_crossings.c - what crossed an exec: leaked, passed on purpose, or only
 * on its way from outside.
 */
#include "cli/report/ledger_parts.h"

#include <stdbool.h>
#include <string.h>

#include "cli/report/redirection.h"
#include "cli/report/what.h"

static bool is_silent(const struct launch *launch,
		     const struct ni_trace_held *held)
{
	for (size_t i = 0; i < launch->into->arrival_count; i++)
		if (launch->into->arrivals[i].held == held)
			return false;
	return true;
}

/* The shim keeps a socket back, unless it hands it over on purpose: what the
 * new image found at its start decides. */
static bool is_stopped(const struct launch *launch,
		       const struct ni_trace_held *held)
{
	return (held->flags & NI_HELD_ENFORCED) &&
	       !(launch->into && !is_silent(launch, held));
}

/* By the shim, which knows why; see noinherit-preload(7). */
static bool is_handed_over(const struct launch *launch,
			   const struct ni_trace_held *held)
{
	return (held->flags & NI_HELD_ENFORCED) && !is_stopped(launch, held);
}

static bool is_doubtful(const struct ni_trace_held *held)
{
	return held->passed == NI_PASSED_FLAG &&
	       (held->flags & NI_HELD_UNTOLD);
}

static enum ni_kind kind_of_crossing(const struct launch *launch,
				     const struct ni_trace_held *held,
				     const struct origin *origin)
{
	enum ni_redirection redirection;

	if (origin->kind == ORIGIN_OUTSIDE)
		return NI_KIND_ARRIVED;
	if (origin->is_meant || ni_programs_is_again(launch) ||
	    is_handed_over(launch, held))
		return NI_KIND_PASSED;
	redirection = ni_redirection_of(launch, held);
	if (redirection == NI_REDIRECTION_FOR_ALL)
		return NI_KIND_LEAK;
	return held->passed != NI_PASSED_NOT || redirection ? NI_KIND_PASSED :
							      NI_KIND_LEAK;
}

static const char *detail_of(struct ledger *ledger,
			     const struct ni_trace_held *held)
{
	struct ni_what_tail tail = ni_trace_what_tail(&held->what);

	return ni_arena_copy(ledger->arena, tail.detail,
			     held->what.detail_size);
}

static const char *why_passed(struct ledger *ledger,
			      const struct launch *launch,
			      const struct ni_trace_held *held,
			      const struct origin *origin)
{
	enum ni_redirection redirection = ni_redirection_of(launch, held);

	if (redirection == NI_REDIRECTION_OF_AUTOCONF)
		return "passed on purpose: Autoconf's scripts keep their log "
		       "open for all that they start";
	if (redirection == NI_REDIRECTION_FOR_ONE)
		return "passed on purpose: a redirection of this command";
	switch (held->passed) {
	case NI_PASSED_FLAG:
		return held->flags & NI_HELD_UNTOLD ?
			"close-on-exec was taken off, but no argument and no "
			"variable tells the receiver the number: is it meant "
			"to have it?" :
			"passed on purpose: close-on-exec was taken off";
	case NI_PASSED_CONVENTION:
		return ni_arena_format(ledger->arena, "passed on purpose: the "
				       "receiver expects it (%s)",
				       detail_of(ledger, held));
	case NI_PASSED_DUP2:
		return "passed on purpose: put on its number by dup2";
	case NI_PASSED_LISTEN_FDS:
		return "passed on purpose: LISTEN_FDS covers it";
	case NI_PASSED_ENVIRONMENT:
		return ni_arena_format(ledger->arena, "passed on purpose: its "
				       "number is in the variable %s",
				       detail_of(ledger, held));
	case NI_PASSED_ARGUMENT:
		return ni_arena_format(ledger->arena, "passed on purpose: its "
				       "number is in the argument %s",
				       detail_of(ledger, held));
	case NI_PASSED_ACTION:
		return "passed on purpose: a file action of posix_spawn "
		       "put it there";
	default:
		break;
	}
	if (origin->is_meant)
		return ni_arena_format(ledger->arena,
				       "passed on purpose by %s: %s",
				       origin->image->program->exe,
				       origin->meant);
	if (ni_programs_is_again(launch))
		return "the program starts itself again";
	if (is_handed_over(launch, held))
		return "handed over by the shim: it is announced to the "
		       "receiver";
	return NULL;
}

static const char *note_of_unseen(const struct image *image)
{
	if (image->trace->header.flags & NI_TRACE_RING)
		return "its creation was not seen; most likely made by "
		       "io_uring, for the program has a ring: a request takes "
		       "SOCK_CLOEXEC or O_CLOEXEC";
	return "its creation was not seen";
}

static const char *note_of_leak(struct ledger *ledger,
				const struct launch *launch,
				const struct ni_trace_held *held,
				const struct origin *origin)
{
	if (origin->kind == ORIGIN_UNSEEN)
		return note_of_unseen(origin->image);
	if (origin->kind == ORIGIN_GIVEN)
		return ni_arena_format(ledger->arena, "%s (pid %d) gave it to "
				       "%s on purpose, and to no other program",
				       origin->giver->exe,
				       (int)origin->giver->pid,
				       origin->image->program->exe);
	if (origin->image != launch->from)
		return ni_arena_format(ledger->arena, "created in %s (pid %d), "
				       "it came through %s (pid %d)",
				       origin->image->program->exe,
				       (int)origin->image->program->pid,
				       launch->from->program->exe,
				       (int)launch->pid);
	if (ni_redirection_of(launch, held) == NI_REDIRECTION_FOR_ALL)
		return "a redirection by exec: every command that the shell "
		       "starts has it";
	if (held->flags & NI_HELD_BARE_NUMBER)
		return "its number is an argument by itself: if that passes "
		       "it on purpose, suppress this";
	return NULL;
}

static void add_flow(struct ledger *ledger, const struct ni_program *to,
		     const struct ni_finding *finding,
		     const struct ni_trace_what *record)
{
	struct ni_report *report = ledger->report;
	struct ni_flow *flow = ni_array_push(&report->flows,
					     &report->flow_count,
					     &ledger->flow_room,
					     sizeof(*flow));

	flow->to = to;
	flow->fd = record->fd;
	flow->what = ni_what_from_record(ledger->arena, record);
	flow->finding = ni_groups_number(ledger, finding);
}

/* Adds what arrived of the descriptors that the record stands for. Returns how
 * many: as the new image says, or all of them where its list is incomplete. */
static uint64_t add_flows(struct ledger *ledger, const struct launch *launch,
			  const struct ni_trace_held *held,
			  const struct ni_finding *finding)
{
	const struct image *into = launch->into;
	uint64_t count = 0;

	for (size_t i = 0; into && i < into->arrival_count; i++) {
		if (into->arrivals[i].held != held)
			continue;
		add_flow(ledger, launch->program, finding,
			 &into->arrivals[i].record->what);
		count++;
	}
	if (ni_origins_are_told(launch))
		return count;
	if (!count)
		add_flow(ledger, launch->program, finding, &held->what);
	return count > held->count ? count : ni_at_least_one(held->count);
}

static struct ni_finding *arrived_finding(struct ledger *ledger,
					  struct image *image, int fd,
					  const struct ni_what *what)
{
	const struct group_key key = {
		.kind = NI_KIND_ARRIVED,
		.exe = image->program->exe,
		.type = what->type,
		.fd = fd,
	};
	struct ni_finding *finding;
	bool is_new;

	finding = ni_groups_find(ledger, &key, &is_new);
	if (is_new) {
		finding->program = image->program;
		finding->pid = image->program->pid;
		finding->fd = fd;
		finding->what = *what;
		finding->note = ledger->report->is_command_missing ?
			"open at start: the command, which left no trace, or "
			"whoever started it left it open" :
			"open at start: whoever started the first program "
			"left it open";
	}
	return finding;
}

/* Did the process that calls exec create it itself, after its fork? */
static bool is_of_this_fork(const struct launch *launch,
			   const struct ni_trace_held *held,
			   const struct origin *origin)
{
	return origin->image == launch->from &&
	       !(held->flags & NI_HELD_FORKED);
}

/* The exec in the program that has to change. If nobody knows where the
 * descriptor was created, that is the first of several, not the last. */
static const struct launch *place_of_crossing(const struct launch *launch,
					      const struct origin *origin)
{
	return origin->left_by ? origin->left_by : launch;
}

static void fill_crossing(struct ledger *ledger, struct ni_finding *finding,
			  const struct launch *launch,
			  const struct ni_trace_held *held,
			  const struct ni_what *what,
			  const struct origin *origin)
{
	const struct launch *place = place_of_crossing(launch, origin);

	finding->program = origin->image->program;
	finding->pid = is_of_this_fork(launch, held, origin) ?
		launch->pid : finding->program->pid;
	finding->fd = origin->fd;
	finding->what = *what;
	finding->call = ni_places_call(origin->site);
	finding->at_call = ni_places_call(ni_places_site(place->from,
							 place->exec->site));
	finding->to = launch->program;
	finding->to_fd = held->what.fd;
	if (origin->image != launch->from)
		finding->through = launch->from->program;
	finding->note = finding->kind == NI_KIND_PASSED ?
		why_passed(ledger, launch, held, origin) :
		note_of_leak(ledger, launch, held, origin);
	if (is_stopped(launch, held))
		ni_groups_stop(finding);
}

/* In the new image, the kernel says, it was not open. */
static bool did_not_arrive(const struct launch *launch,
			  const struct ni_trace_held *held)
{
	return ni_origins_are_told(launch) && is_silent(launch, held) &&
	       !launch->unlisted && !(held->flags & NI_HELD_ENFORCED);
}

static struct ni_finding *crossing(struct ledger *ledger,
				   struct launch *launch,
				   const struct ni_trace_held *held)
{
	struct origin origin = ni_origins_of_held(ledger, launch->from, held);
	struct ni_what what = ni_what_from_record(ledger->arena, &held->what);
	const struct launch *place = place_of_crossing(launch, &origin);
	const struct ni_trace_site *exec = ni_places_site(place->from,
							  place->exec->site);
	const struct group_key key = {
		.kind = kind_of_crossing(launch, held, &origin),
		.created = origin.created,
		.at = ni_places_stack(ledger, place->from, place->exec->site),
		.exe = origin.image->program->exe,
		.to_exe = launch->program->exe,
		.type = what.type,
		.is_stopped = is_stopped(launch, held),
		.is_doubtful = is_doubtful(held),
		.fd = -1,
		.call = origin.site ? origin.site->call : 0,
		.at_call = exec ? exec->call : 0,
	};
	struct ni_finding *finding;
	bool is_new;

	if (origin.created)
		ni_distinct_number(&ledger->crossed, &origin.created,
				   sizeof(origin.created));
	if (key.kind == NI_KIND_ARRIVED)
		return arrived_finding(ledger, origin.image, held->what.fd,
				       &what);
	finding = ni_groups_find(ledger, &key, &is_new);
	if (is_new)
		fill_crossing(ledger, finding, launch, held, &what, &origin);
	return finding;
}

static void add_crossing(struct ledger *ledger, struct launch *launch,
			 const struct ni_trace_held *held)
{
	struct ni_finding *finding;

	if (did_not_arrive(launch, held))
		return;
	finding = crossing(ledger, launch, held);
	finding->count += launch->unlisted * ni_at_least_one(held->count);
	if (is_stopped(launch, held))
		finding->count += ni_at_least_one(held->count);
	else
		finding->count += add_flows(ledger, launch, held, finding);
}

/* What arrived although the exec did not list it. */
static void add_unlisted(struct ledger *ledger, struct launch *launch,
			 const struct arrival *arrival)
{
	const struct ni_trace_what *record = &arrival->record->what;
	struct ni_what what = ni_what_from_record(ledger->arena, record);
	const struct group_key key = {
		.kind = ni_programs_is_again(launch) ? NI_KIND_PASSED :
						       NI_KIND_LEAK,
		.at = ni_places_stack(ledger, launch->from, launch->exec->site),
		.exe = launch->from->program->exe,
		.to_exe = launch->program->exe,
		.type = what.type,
		.fd = -1,
	};
	struct ni_finding *finding;
	bool is_new;

	finding = ni_groups_find(ledger, &key, &is_new);
	if (is_new) {
		finding->program = launch->from->program;
		finding->pid = launch->pid;
		finding->fd = finding->to_fd = record->fd;
		finding->what = what;
		finding->at_call = ni_places_call(
			ni_places_site(launch->from, launch->exec->site));
		finding->to = launch->program;
		finding->note = launch->exec->held_more ?
			"there was no room to record who created it" :
			note_of_unseen(launch->from);
	}
	finding->count++;
	add_flow(ledger, launch->program, finding, record);
}

static void read_launch(struct ledger *ledger, struct launch *launch)
{
	const struct ni_trace *trace = launch->from->trace;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct ni_trace_held *held = trace->records[i].bytes;

		if (trace->records[i].kind == NI_RECORD_HELD &&
		    held->exec == launch->exec_ref)
			add_crossing(ledger, launch, held);
	}
	for (size_t i = 0; launch->into && i < launch->into->arrival_count; i++)
		if (!launch->into->arrivals[i].held)
			add_unlisted(ledger, launch,
				     &launch->into->arrivals[i]);
}

/* ---- from a program that left no trace ---------------------------------------- */

static bool was_handed_to(const struct launch *launch,
			  const struct ni_trace_what *what)
{
	const struct ni_trace *trace = launch->from->trace;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct ni_trace_held *held = trace->records[i].bytes;

		if (trace->records[i].kind == NI_RECORD_HELD &&
		    held->exec == launch->exec_ref &&
		    held->what.inode == what->inode &&
		    held->what.device == what->device)
			return true;
	}
	return false;
}

/* Nobody saw what a static program did to its descriptors. Files and pipes are
 * often meant for the child, as by a shell's redirections, sockets rarely. */
static bool is_leak_of_untraced(const struct launch *untraced,
				const struct ni_trace_what *what)
{
	return what->type == NI_TYPE_SOCKET && !was_handed_to(untraced, what);
}

static void leak_of_untraced(struct ledger *ledger, const struct image *image,
			     const struct ni_trace_what *record)
{
	const struct ni_program *from = image->untraced->program;
	const struct ni_what what = ni_what_from_record(ledger->arena, record);
	const struct group_key key = {
		.kind = NI_KIND_LEAK, .exe = from->exe,
		.to_exe = image->program->exe, .type = what.type, .fd = -1,
	};
	struct ni_finding *finding;
	bool is_new;

	finding = ni_groups_find(ledger, &key, &is_new);
	if (is_new) {
		finding->program = from;
		finding->pid = from->pid;
		finding->fd = finding->to_fd = record->fd;
		finding->what = what;
		finding->to = image->program;
		finding->note = "made in a program that left no trace: the new "
				"program found it open at its start";
	}
	finding->count++;
	add_flow(ledger, image->program, finding, record);
}

static void read_arrival(struct ledger *ledger, struct image *image,
			 const struct ni_trace_what *record)
{
	const struct launch *untraced = image->untraced;
	struct ni_what what = ni_what_from_record(ledger->arena, record);
	struct ni_finding *finding;

	if (untraced && is_leak_of_untraced(untraced, record)) {
		leak_of_untraced(ledger, image, record);
		return;
	}
	finding = arrived_finding(ledger, image, record->fd, &what);
	finding->count++;
	if (untraced)
		finding->note = ni_arena_format(ledger->arena, "open at start: "
						"it came from or through %s "
						"(pid %d), which left no trace",
						untraced->program->exe,
						(int)untraced->program->pid);
}

static void read_arrived(struct ledger *ledger, struct image *image)
{
	for (size_t i = 0; !image->launch && i < image->arrival_count; i++)
		read_arrival(ledger, image, &image->arrivals[i].record->what);
}

void ni_crossings_read(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->image_count; i++)
		read_arrived(ledger, &ledger->images[i]);
	for (size_t i = 0; i < ledger->launch_count; i++)
		read_launch(ledger, &ledger->launches[i]);
}
