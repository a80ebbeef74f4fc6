/*
 * ledger_exhausted.c - calls that found no descriptor left, and who had them.
 */
#include "cli/report/ledger_parts.h"

#include "cli/report/what.h"

static struct ni_what what_of(struct ledger *ledger, struct image *image,
			      uint32_t ref)
{
	const struct ni_trace_site *site = ni_places_site(image, ref);
	const struct ni_trace_what *sample = ni_places_sample(image, ref);

	if (sample)
		return ni_what_from_record(ledger->arena, sample);
	return site ? ni_what_from_site(site) :
		      ni_what_from_type(NI_TYPE_UNKNOWN);
}

struct ni_holder ni_holders_of_site(struct ledger *ledger,
				    struct image *image, uint32_t ref,
				    uint64_t count)
{
	const struct ni_trace_site *site = ni_places_site(image, ref);
	struct ni_holder holder = {
		.count = count,
		.call = ni_places_call(site),
		.created = ni_places_stack(ledger, image, ref),
		.what = what_of(ledger, image, ref),
	};

	holder.text = ni_what_text(ledger->arena, &holder.what);
	return holder;
}

static const struct ni_holder *
read_holders(struct ledger *ledger, struct image *image,
	     const struct ni_trace_exhausted *record, size_t count)
{
	struct ni_holder *holders = ni_arena_array(ledger->arena, count,
						   sizeof(*holders));

	for (size_t i = 0; i < count; i++)
		holders[i] = ni_holders_of_site(ledger, image,
						record->holders[i].created,
						record->holders[i].count);
	return holders;
}

/* The first that has a place to fix. */
static const struct ni_holder *worst(const struct ni_exhaustion *exhaustion)
{
	for (size_t i = 0; i < exhaustion->holder_count; i++)
		if (exhaustion->holders[i].created)
			return &exhaustion->holders[i];
	return exhaustion->holder_count ? exhaustion->holders : NULL;
}

void ni_exhausted_add(struct ledger *ledger, struct image *image,
		      const struct ni_trace_exhausted *record)
{
	const struct ni_trace_site *site = ni_places_site(image, record->site);
	struct ni_exhaustion exhaustion = {
		.error = record->error,
		.limit = record->limit,
		.open = record->open,
		.others = record->others,
		.holder_count = record->holders_count < NI_HOLDERS ?
				record->holders_count : NI_HOLDERS,
	};
	const struct ni_holder *holder;
	struct ni_finding *finding;
	bool is_new;

	exhaustion.holders = read_holders(ledger, image, record,
					  exhaustion.holder_count);
	holder = worst(&exhaustion);
	finding = ni_groups_find(ledger, &(const struct group_key){
		.kind = NI_KIND_EXHAUSTED,
		.created = holder ? holder->created : NULL,
		.at = ni_places_stack(ledger, image, record->site),
		.exe = image->program->exe,
		.fd = -1,
		.at_call = site ? site->call : 0,
	}, &is_new);
	if (is_new) {
		finding->program = image->program;
		finding->pid = (pid_t)record->pid;
		finding->fd = -1;
		finding->what = holder ? holder->what :
				ni_what_from_type(NI_TYPE_UNKNOWN);
		finding->call = holder ? holder->call : NULL;
		finding->at_call = ni_places_call(site);
		finding->exhaustion = exhaustion;
	}
	finding->count += ni_at_least_one(record->count);
}
