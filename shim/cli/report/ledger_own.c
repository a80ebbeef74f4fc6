/*
 * ledger_own.c - what a program did itself, whether it called exec or not.
 */
#include "cli/report/ledger_parts.h"

#include "cli/report/what.h"

/* Under the shim a socket is never inheritable, not even for a moment. */
static bool is_stopped_by_shim(enum ni_kind kind, const struct image *image,
			      const struct ni_trace_site *site)
{
	return kind != NI_KIND_UNCLOSED && site->type == NI_TYPE_SOCKET &&
	       (image->trace->header.flags & NI_TRACE_SHIM);
}

static struct ni_finding *site_finding(struct ledger *ledger,
				       struct image *image, enum ni_kind kind,
				       uint32_t ref, uint32_t partner)
{
	const struct ni_trace_site *site = ni_places_site(image, ref);
	const struct ni_trace_site *other = ni_places_site(image, partner);
	const struct ni_trace_what *sample;
	const struct group_key key = {
		.kind = kind,
		.created = ni_places_stack(ledger, image, ref),
		.at = ni_places_stack(ledger, image, partner),
		.exe = image->program->exe,
		.type = ni_what_from_site(site).type,
		.is_stopped = is_stopped_by_shim(kind, image, site),
		.fd = -1,
		.call = site->call,
		.at_call = other ? other->call : 0,
	};
	struct ni_finding *finding;
	bool is_new;

	finding = ni_groups_find(ledger, &key, &is_new);
	if (!is_new)
		return finding;
	sample = ni_places_sample(image, ref);
	finding->program = image->program;
	finding->pid = image->program->pid;
	finding->fd = sample ? sample->fd : -1;
	finding->what = sample ? ni_what_from_record(ledger->arena, sample) :
				 ni_what_from_site(site);
	finding->call = ni_places_call(site);
	finding->at_call = ni_places_call(other);
	if (key.is_stopped)
		ni_groups_stop(finding);
	return finding;
}

/* With dup2 a program says which number it wants: nothing to mark there. */
static bool is_on_purpose(const struct ni_trace_site *site)
{
	return site->call == NI_CALL_dup2 || site->call == NI_CALL_dup3;
}

/* What did cross an exec is reported as that. */
static void add_inheritable(struct ledger *ledger, struct image *image,
			    uint32_t ref)
{
	const struct ni_trace_site *site = ni_places_site(image, ref);
	const struct ni_stack *created = ni_places_stack(ledger, image, ref);
	struct ni_finding *finding;

	if (site->inheritable <= site->marked || is_on_purpose(site) ||
	    ni_distinct_has(&ledger->crossed, &created, sizeof(created)))
		return;
	finding = site_finding(ledger, image, NI_KIND_INHERITABLE, ref, 0);
	finding->count += site->inheritable - site->marked;
}

/* All of a site's windows, in the finding of each place that marked. */
static void add_windows(struct ni_finding *finding,
			const struct ni_trace_site *site)
{
	struct ni_windows *windows = &finding->windows;

	if (site->window_ns_max > windows->longest_ns)
		windows->longest_ns = site->window_ns_max;
	for (size_t i = 0; i < NI_WINDOWS; i++)
		windows->counts[i] += site->windows[i];
	windows->threaded += site->marked_threaded;
	finding->is_minor = !windows->threaded;
}

/* @marker: the site that marked them, if it was recorded. */
static void add_marked(struct ledger *ledger, struct image *image, uint32_t ref,
		       uint32_t marker, uint64_t count)
{
	struct ni_finding *finding =
		site_finding(ledger, image, NI_KIND_RACE, ref, marker);

	finding->count += count;
	add_windows(finding, ni_places_site(image, ref));
}

static void add_race(struct ledger *ledger, struct image *image, uint32_t ref)
{
	const struct ni_trace_site *site = ni_places_site(image, ref);
	uint64_t rest = site->marked;

	for (size_t i = 0; i < NI_PARTNERS && rest; i++) {
		const struct ni_trace_partner *marker = &site->markers[i];
		uint64_t count = marker->count < rest ? marker->count : rest;

		if (!ni_places_site(image, marker->site) || !count)
			continue;
		add_marked(ledger, image, ref, marker->site, count);
		rest -= count;
	}
	if (rest)
		add_marked(ledger, image, ref, 0, rest);
}

static const struct ni_trace_partner *
most_frequent(const struct image *image,
	      const struct ni_trace_partner *partners)
{
	const struct ni_trace_partner *best = NULL;

	for (size_t i = 0; i < NI_PARTNERS; i++)
		if (ni_places_site(image, partners[i].site) &&
		    (!best || partners[i].count > best->count))
			best = &partners[i];
	return best;
}

static void add_unclosed(struct ledger *ledger, struct image *image,
			 const struct ni_trace_unclosed *record)
{
	const struct ni_trace_site *site = ni_places_site(image,
							  record->created);
	const struct ni_trace_partner *closer;
	struct ni_finding *finding;

	if (!site)
		return;
	finding = site_finding(ledger, image, NI_KIND_UNCLOSED,
			       record->created, 0);
	if (!finding->count) {
		finding->pid = (pid_t)record->pid;
		finding->fd = record->what.fd;
		finding->what = ni_what_from_record(ledger->arena,
						    &record->what);
		/* Python's object has the argument, not SO_PROTOCOL (S-16). */
		if (site->type == NI_TYPE_SOCKET)
			finding->what.proto = site->protocol;
	}
	finding->count += ni_at_least_one(record->count);
	finding->closed_count += site->closed;
	for (size_t i = 0; i < NI_PARTNERS; i++)
		finding->closed_count += site->closers[i].count;
	closer = most_frequent(image, site->closers);
	if (closer && !finding->closed) {
		finding->closed = ni_places_stack(ledger, image, closer->site);
		finding->closed_call = ni_places_call(
			ni_places_site(image, closer->site));
	}
}

/* Fills in a finding about a call that has its own record. */
static void describe(struct ni_finding *finding, const struct image *image,
		     const struct ni_trace_site *created,
		     const struct ni_trace_site *at, unsigned type)
{
	finding->program = image->program;
	finding->what = created && created->type ?
		ni_what_from_site(created) : ni_what_from_type(type);
	finding->call = ni_places_call(created);
	finding->at_call = ni_places_call(at);
}

static void add_double_close(struct ledger *ledger, struct image *image,
			     const struct ni_trace_double_close *record)
{
	const struct ni_trace_site *second = ni_places_site(image,
							    record->second);
	const struct group_key key = {
		.kind = NI_KIND_DOUBLE_CLOSE,
		.created = ni_places_stack(ledger, image, record->created),
		.at = ni_places_stack(ledger, image, record->second),
		.closed = ni_places_stack(ledger, image, record->first),
		.exe = image->program->exe,
		.fd = -1,
		.at_call = second ? second->call : 0,
	};
	struct ni_finding *finding;
	bool is_new;

	finding = ni_groups_find(ledger, &key, &is_new);
	if (is_new) {
		describe(finding, image,
			 ni_places_site(image, record->created), second,
			 record->type);
		finding->pid = (pid_t)record->pid;
		finding->fd = record->fd;
		finding->closed_call = ni_places_call(
			ni_places_site(image, record->first));
	}
	finding->count += ni_at_least_one(record->count);
}

static void add_wrong_flag(struct ledger *ledger, struct image *image,
			   const struct ni_trace_wrong_flag *record)
{
	const struct ni_trace_site *site = ni_places_site(image, record->site);
	const struct group_key key = {
		.kind = NI_KIND_WRONG_FLAG,
		.at = ni_places_stack(ledger, image, record->site),
		.exe = image->program->exe,
		.fd = -1,
		.at_call = site ? site->call : 0,
	};
	struct ni_finding *finding;
	bool is_new;

	finding = ni_groups_find(ledger, &key, &is_new);
	if (is_new) {
		describe(finding, image,
			 ni_places_site(image, record->created), site,
			 NI_TYPE_UNKNOWN);
		finding->pid = (pid_t)record->pid;
		finding->fd = record->fd;
		finding->created = ni_places_stack(ledger, image,
						   record->created);
		finding->wrong = (struct ni_wrong_flag){
			record->command, record->argument
		};
	}
	finding->count += ni_at_least_one(record->count);
}

static void read_image(struct ledger *ledger, struct image *image)
{
	for (size_t i = 0; i < image->trace->record_count; i++) {
		const struct ni_record *record = &image->trace->records[i];

		switch (record->kind) {
		case NI_RECORD_SITE:
			add_race(ledger, image, record->ref);
			add_inheritable(ledger, image, record->ref);
			break;
		case NI_RECORD_UNCLOSED:
			add_unclosed(ledger, image, record->bytes);
			break;
		case NI_RECORD_DOUBLE_CLOSE:
			add_double_close(ledger, image, record->bytes);
			break;
		case NI_RECORD_WRONG_FLAG:
			add_wrong_flag(ledger, image, record->bytes);
			break;
		case NI_RECORD_EXHAUSTED:
			ni_exhausted_add(ledger, image, record->bytes);
			break;
		default:
			break;
		}
	}
}

void ni_own_read(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->image_count; i++)
		read_image(ledger, &ledger->images[i]);
}
