/*
 * ledger_origins.c - where a descriptor came from.
 *
 * A program that only received a descriptor did not make it: the search goes
 * back through the execs, by number and inode, to who did. A descriptor that
 * nobody was seen to create gets no stack.
 */
#include "ledger_parts.h"

#include <string.h>

/* All eventfds share one inode, and so do the other kinds of that sort. */
static int has_own_inode(unsigned type)
{
	return type >= NI_TYPE_FILE && type <= NI_TYPE_SOCKET;
}

static int is_same_inode(const struct ni_trace_what *a,
			 const struct ni_trace_what *b)
{
	return a->inode == b->inode && a->device == b->device &&
	       (a->inode || a->device);
}

static int is_same_sort(const struct ni_trace_what *a,
			const struct ni_trace_what *b)
{
	return a->type == b->type && a->family == b->family &&
	       a->socket_type == b->socket_type;
}

/* Was what the parent held at the exec what the new image found? The inodes of
 * a record are those of its first exec; later ones had others. */
static int is_handed_over(const struct launch *launch,
			  const struct ni_trace_what *held,
			  const struct ni_trace_what *arrived)
{
	if (held->fd != arrived->fd || !is_same_sort(held, arrived))
		return 0;
	return !launch->is_first || is_same_inode(held, arrived) ||
	       (!held->inode && !held->device);
}

/* The same under another number: a file action of posix_spawn moved it. */
static int is_moved(const struct launch *launch,
		    const struct ni_trace_what *held,
		    const struct ni_trace_what *arrived)
{
	return launch->is_first && has_own_inode(held->type) &&
	       is_same_sort(held, arrived) && is_same_inode(held, arrived);
}

/* One record stands for several of a site, and shows only one of them. */
static int is_one_of(const struct ni_trace_held *held,
		     const struct ni_trace_what *arrived)
{
	return held->count > 1 && is_same_sort(&held->what, arrived);
}

/* ---- arrivals ------------------------------------------------------------------ */

static const struct ni_trace_held *held_of(const struct launch *launch,
					   size_t i)
{
	const struct ni_record *record = &launch->from->trace->records[i];
	const struct ni_trace_held *held = record->bytes;

	if (record->kind != NI_RECORD_HELD || held->exec != launch->exec_ref)
		return NULL;
	return held;
}

static const struct ni_trace_held *
find_held(const struct launch *launch, const struct arrival *arrival)
{
	const struct ni_trace_what *what = &arrival->record->what;
	const struct ni_trace_held *moved = NULL, *one_of = NULL;

	for (size_t i = 0; i < launch->from->trace->record_count; i++) {
		const struct ni_trace_held *held = held_of(launch, i);

		if (!held)
			continue;
		if (is_handed_over(launch, &held->what, what))
			return held;
		if (is_moved(launch, &held->what, what))
			moved = held;
		if (is_one_of(held, what))
			one_of = held;
	}
	return moved ? moved : one_of;
}

/* Passing on is meant for one program, or for all that come after it. */
static const char *meant_for_all(const struct ni_trace_held *held)
{
	switch (held->passed) {
	case NI_PASSED_FLAG:
		return "close-on-exec was taken off";
	case NI_PASSED_DUP2:
		return "put on its number by dup2";
	case NI_PASSED_ENVIRONMENT:
		return "its number stands in the environment";
	case NI_PASSED_ACTION:
		return "put on its number by a file action of posix_spawn";
	default:
		return NULL;
	}
}

static struct origin outside(struct image *image, const struct arrival *arrival)
{
	return (struct origin){
		.kind = ORIGIN_OUTSIDE,
		.image = image,
		.fd = arrival->record->what.fd,
	};
}

static struct origin arrival_origin(struct ledger *ledger, struct image *image,
				    struct arrival *arrival)
{
	const struct ni_trace_held *held;
	struct origin origin;

	if (!image->launch)
		return outside(image, arrival);
	held = find_held(image->launch, arrival);
	arrival->is_claimed = held != NULL;
	if (!held)
		return (struct origin){
			.kind = ORIGIN_UNSEEN,
			.image = image->launch->from,
			.fd = arrival->record->what.fd,
		};
	origin = ni_origins_of_held(ledger, image->launch->from, held);
	if (!origin.is_meant && meant_for_all(held)) {
		origin.is_meant = 1;
		origin.meant = meant_for_all(held);
	}
	return origin;
}

static void read_arrivals(struct ledger *ledger, struct image *image)
{
	const struct ni_trace *trace = image->trace;
	size_t count = 0;

	for (size_t i = 0; i < trace->record_count; i++)
		count += trace->records[i].kind == NI_RECORD_ARRIVED;
	image->arrivals = ni_arena_array(ledger->arena, count,
					 sizeof(*image->arrivals));
	for (size_t i = 0; i < trace->record_count; i++) {
		struct arrival *arrival;

		if (trace->records[i].kind != NI_RECORD_ARRIVED)
			continue;
		arrival = &image->arrivals[image->arrival_count++];
		arrival->record = trace->records[i].bytes;
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

/* ---- what an image hands over --------------------------------------------------- */

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

uint32_t ni_origins_arrived(const struct launch *launch,
			    const struct ni_trace_held *held)
{
	const struct image *into = launch->into;
	uint32_t count = 0, expected = held->count ? held->count : 1;

	/* What it says about itself is complete, or says nothing. */
	if (!into || into->trace->header.dropped[NI_DROPPED_ARRIVALS] ||
	    into->trace->torn || into->trace->malformed)
		return expected;
	for (size_t i = 0; i < into->arrival_count; i++) {
		const struct ni_trace_what *what =
			&into->arrivals[i].record->what;

		count += is_handed_over(launch, &held->what, what) ||
			 is_moved(launch, &held->what, what) ||
			 is_one_of(held, what);
	}
	return count < expected ? count : expected;
}
