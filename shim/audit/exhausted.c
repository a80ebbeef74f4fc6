/*
 * exhausted.c - counts, by creator, who holds the descriptors when none is
 * free.
 */
#include "audit/exhausted.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "audit/clock.h"
#include "audit/hash.h"
#include "audit/kernel.h"
#include "audit/open_counts.h"
#include "audit/recorder.h"
#include "audit/site.h"
#include "audit/trace_writer.h"

static uint32_t limit_of_numbers(void)
{
	struct rlimit limit;

	if (ni_raw3(SYS_getrlimit, RLIMIT_NOFILE, (long)&limit, 0) < 0 ||
	    limit.rlim_cur > UINT32_MAX)
		return 0;
	return (uint32_t)limit.rlim_cur;
}

/* ---- who has them -------------------------------------------------------- */

/* Keeps the largest, in order. What falls out is counted with the others. */
static void note_holder(struct ni_trace_exhausted *record, uint32_t created,
			uint32_t count)
{
	struct ni_trace_holder *holders = record->holders;
	uint32_t at = record->holders_count;

	record->open += count;
	if (at == NI_HOLDERS) {
		if (holders[at - 1].count >= count) {
			record->others += count;
			return;
		}
		record->others += holders[--at].count;
	} else {
		record->holders_count++;
	}
	for (; at && holders[at - 1].count < count; at--)
		holders[at] = holders[at - 1];
	holders[at] = (struct ni_trace_holder){ created, count };
}

static void note_site(struct ni_trace_exhausted *record,
		      const struct ni_trace_site *site)
{
	uint32_t count = site->number ? ni_open_counts_of(site->number) : 0;

	if (count)
		note_holder(record, ni_trace_ref(site), count);
}

static void note_holders(struct ni_trace_exhausted *record)
{
	uint32_t unseen = ni_open_counts_of(0);
	const struct ni_trace_head *head = NULL;

	if (unseen)
		note_holder(record, 0, unseen);
	while ((head = ni_trace_next(head)) != NULL)
		if (head->kind == NI_RECORD_SITE)
			note_site(record, (const void *)head);
}

/* ---- the record ---------------------------------------------------------- */

static bool is_same(const void *record, const void *data)
{
	const struct ni_trace_exhausted *known = record;
	const struct ni_trace_exhausted *wanted = data;

	return known->site == wanted->site && known->error == wanted->error;
}

static struct ni_trace_exhausted *
enter(const struct ni_trace_exhausted *wanted, uint32_t key)
{
	struct ni_trace_exhausted *record;

	record = ni_trace_claim(NI_RECORD_EXHAUSTED, sizeof(*record), key,
				NI_ROOM_FINDING, NI_DROPPED_FINDINGS);
	if (!record)
		return NULL;
	record->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	record->site = wanted->site;
	record->error = wanted->error;
	record->pid = ni_kernel_pid();
	record->limit = limit_of_numbers();
	note_holders(record);
	return ni_trace_enter(record, is_same, wanted);
}

/* The kernel also says EMFILE if a user has too many inotify instances. The
 * table is full only if even its last number is taken. */
static bool is_table_full(void)
{
	uint32_t limit = limit_of_numbers();

	return limit && ni_kernel_is_open((int)limit - 1);
}

static void note(const struct ni_caller *caller, int error)
{
	struct ni_trace_exhausted *record, wanted = {
		.site = ni_site_find(caller), .error = error,
	};
	uint32_t key = ni_hash_end(ni_hash_word(
			ni_hash_word(NI_HASH_START, wanted.site),
			(uint64_t)error));

	record = ni_trace_seek(NI_RECORD_EXHAUSTED, key, is_same, &wanted);
	if (!record)
		record = enter(&wanted, key);
	if (record)
		ni_trace_count(&record->count);
}

void ni_exhausted_look(const struct ni_caller *caller)
{
	const int error = errno;

	if (ni_is_active() && (error == ENFILE ||
			       (error == EMFILE && is_table_full())))
		note(caller, error);
}
