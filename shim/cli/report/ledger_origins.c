/*
 * ledger_origins.c - where a descriptor came from.
 *
 * A program that only received a descriptor did not make it: the search goes
 * back through the execs, by number and inode, to who did. A descriptor that
 * nobody was seen to create gets no stack.
 */
#include "cli/report/ledger_parts.h"

#include "cli/report/redirection.h"

#include <stdbool.h>
#include <string.h>

/* All eventfds share one inode, and so do the other anonymous kinds. */
static bool has_own_inode(unsigned type)
{
	return type >= NI_TYPE_FILE && type <= NI_TYPE_SOCKET;
}

static bool is_same_inode(const struct ni_trace_what *a,
			 const struct ni_trace_what *b)
{
	return a->inode == b->inode && a->device == b->device &&
	       (a->inode || a->device);
}

static bool is_same_sort(const struct ni_trace_what *a,
			const struct ni_trace_what *b)
{
	return a->type == b->type && a->family == b->family &&
	       a->socket_type == b->socket_type;
}

/* Was what the parent held at the exec what the new image found? The inodes of
 * a record are those of its first exec; later ones had others. */
static bool is_handed_over(const struct launch *launch,
			  const struct ni_trace_what *held,
			  const struct ni_trace_what *arrived)
{
	if (held->fd != arrived->fd || !is_same_sort(held, arrived))
		return false;
	return !launch->is_first || is_same_inode(held, arrived) ||
	       (!held->inode && !held->device);
}

/* The same under another number: a file action of posix_spawn moved it. */
static bool is_moved(const struct launch *launch,
		    const struct ni_trace_what *held,
		    const struct ni_trace_what *arrived)
{
	return launch->is_first && has_own_inode(held->type) &&
	       is_same_sort(held, arrived) && is_same_inode(held, arrived);
}

/* ---- arrivals ----------------------------------------------------------- */

static const struct ni_trace_held *held_of(const struct launch *launch,
					   size_t i)
{
	const struct ni_record *record = &launch->from->trace->records[i];
	const struct ni_trace_held *held = record->bytes;

	if (record->kind != NI_RECORD_HELD || held->exec != launch->exec_ref)
		return NULL;
	return held;
}

static const struct ni_trace_held *find_held(const struct launch *launch,
					     const struct ni_trace_what *what)
{
	const struct ni_trace_held *moved = NULL;

	for (size_t i = 0; i < launch->from->trace->record_count; i++) {
		const struct ni_trace_held *held = held_of(launch, i);

		if (!held)
			continue;
		if (is_handed_over(launch, &held->what, what))
			return held;
		if (is_moved(launch, &held->what, what))
			moved = held;
	}
	return moved;
}

static size_t count_claimed(const struct image *image,
			    const struct ni_trace_held *held)
{
	size_t count = 0;

	for (size_t i = 0; i < image->arrival_count; i++)
		count += image->arrivals[i].held == held;
	return count;
}

/* One record stands for several descriptors of a site, and shows only one of
 * them: what is left over belongs to the first record that has room. */
static const struct ni_trace_held *find_held_with_room(
	const struct image *image, const struct ni_trace_what *what)
{
	const struct launch *launch = image->launch;

	for (size_t i = 0; i < launch->from->trace->record_count; i++) {
		const struct ni_trace_held *held = held_of(launch, i);

		if (held && held->count > 1 &&
		    is_same_sort(&held->what, what) &&
		    count_claimed(image, held) < held->count)
			return held;
	}
	return NULL;
}

static void claim_arrivals(struct image *image)
{
	for (size_t i = 0; i < image->arrival_count; i++)
		image->arrivals[i].held =
			find_held(image->launch,
				  &image->arrivals[i].record->what);
	for (size_t i = 0; i < image->arrival_count; i++)
		if (!image->arrivals[i].held)
			image->arrivals[i].held = find_held_with_room(
				image, &image->arrivals[i].record->what);
}

/* Passing on is meant for one program, or for all that come after it. */
static const char *meant_for_all(const struct launch *launch,
				 const struct ni_trace_held *held)
{
	enum ni_redirection redirection = ni_redirection_of(launch, held);

	if (redirection == NI_REDIRECTION_FOR_ALL)
		return NULL;
	if (redirection != NI_REDIRECTION_NONE)
		return "by a redirection";
	switch (held->passed) {
	case NI_PASSED_FLAG:
		return "close-on-exec was taken off";
	case NI_PASSED_DUP2:
		return "put on its number by dup2";
	case NI_PASSED_ENVIRONMENT:
		return "its number is in the environment";
	case NI_PASSED_ACTION:
		return "put on its number by a file action of posix_spawn";
	case NI_PASSED_CONVENTION:
		return "the receiver expects it";
	default:
		return NULL;
	}
}

/* Whether it was given to one program, by an argument or by LISTEN_FDS. If that
 * program leaks it, that program has to change: close-on-exec at its creation
 * would prevent what was intended. */
static bool is_given(const struct ni_trace_held *held)
{
	return held->passed == NI_PASSED_ARGUMENT ||
	       held->passed == NI_PASSED_LISTEN_FDS;
}

static struct origin outside(struct image *image, const struct arrival *arrival)
{
	return (struct origin){
		.kind = ORIGIN_OUTSIDE,
		.image = image,
		.fd = arrival->record->what.fd,
	};
}

static struct origin given(struct image *image, const struct arrival *arrival)
{
	return (struct origin){
		.kind = ORIGIN_GIVEN,
		.image = image,
		.giver = image->launch->from->program,
		.fd = arrival->record->what.fd,
	};
}

static struct origin unseen(struct image *image, const struct arrival *arrival)
{
	return (struct origin){
		.kind = ORIGIN_UNSEEN,
		.image = image->launch->from,
		.left_by = image->launch,
		.fd = arrival->record->what.fd,
	};
}

static struct origin arrival_origin(struct ledger *ledger, struct image *image,
				    const struct arrival *arrival)
{
	struct origin origin;

	if (!image->launch)
		return outside(image, arrival);
	if (!arrival->held)
		return unseen(image, arrival);
	origin = ni_origins_of_held(ledger, image->launch->from,
				    arrival->held);
	if (origin.kind != ORIGIN_CREATED && !origin.left_by)
		origin.left_by = image->launch;
	if (!origin.is_meant && origin.kind != ORIGIN_OUTSIDE) {
		if (is_given(arrival->held))
			return given(image, arrival);
		origin.meant = meant_for_all(image->launch, arrival->held);
		origin.is_meant = origin.meant != NULL;
	}
	return origin;
}

static void list_arrivals(struct ledger *ledger, struct image *image)
{
	const struct ni_trace *trace = image->trace;
	size_t count = 0;

	for (size_t i = 0; i < trace->record_count; i++)
		count += trace->records[i].kind == NI_RECORD_ARRIVED;
	image->arrivals = ni_arena_array(ledger->arena, count,
					 sizeof(*image->arrivals));
	for (size_t i = 0; i < trace->record_count; i++)
		if (trace->records[i].kind == NI_RECORD_ARRIVED)
			image->arrivals[image->arrival_count++].record =
				trace->records[i].bytes;
}

static void read_arrivals(struct ledger *ledger, struct image *image)
{
	list_arrivals(ledger, image);
	if (image->launch)
		claim_arrivals(image);
	for (size_t i = 0; i < image->arrival_count; i++) {
		struct arrival *arrival = &image->arrivals[i];

		arrival->origin = ni_arena_take(ledger->arena,
						sizeof(*arrival->origin));
		*arrival->origin = arrival_origin(ledger, image, arrival);
	}
}

/* Images are in the order of their start: whoever hands over has been read. */
void ni_origins_read(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->image_count; i++)
		read_arrivals(ledger, &ledger->images[i]);
}

/* ---- what an image hands over ------------------------------------------- */

static const struct arrival *find_arrival(const struct image *image,
					  const struct ni_trace_what *what)
{
	const struct arrival *moved = NULL;

	for (size_t i = 0; i < image->arrival_count; i++) {
		const struct arrival *arrival = &image->arrivals[i];
		const struct ni_trace_what *found = &arrival->record->what;

		if (!is_same_sort(found, what))
			continue;
		if (found->fd == what->fd && (is_same_inode(found, what) ||
					      (!what->inode && !what->device)))
			return arrival;
		if (has_own_inode(what->type) && is_same_inode(found, what))
			moved = arrival;
	}
	return moved;
}

struct origin ni_origins_of_held(struct ledger *ledger, struct image *image,
				 const struct ni_trace_held *held)
{
	const struct arrival *arrival;

	if (ni_places_site(image, held->created))
		return (struct origin){
			.kind = ORIGIN_CREATED,
			.image = image,
			.created = ni_places_stack(ledger, image,
						   held->created),
			.site = ni_places_site(image, held->created),
			.fd = held->what.fd,
		};
	arrival = find_arrival(image, &held->what);
	if (arrival)
		return *arrival->origin;
	return (struct origin){
		.kind = held->flags & NI_HELD_ARRIVED && !image->launch ?
			ORIGIN_OUTSIDE : ORIGIN_UNSEEN,
		.image = image,
		.fd = held->what.fd,
	};
}

bool ni_origins_are_told(const struct launch *launch)
{
	const struct image *into = launch->into;

	return into && !into->trace->header.dropped[NI_DROPPED_ARRIVALS] &&
	       !into->trace->torn && !into->trace->malformed;
}
