/*
 * double_close.c - who closed a number last, and whether the second close is a
 * mistake or a loop that closes everything.
 */
#include "audit/double_close.h"

#include <stdbool.h>

#include "audit/clock.h"
#include "audit/hash.h"
#include "audit/kernel.h"
#include "audit/trace_writer.h"

/* Loops leave out a few numbers that they want to keep. */
enum { GAP_MAX = 4 };

/* This thread's last close, and the record it made, which may be taken back. */
static __thread struct {
	uint32_t site;
	int fd;
	struct ni_trace_double_close *record;
} last __attribute__((tls_model("initial-exec")));

/* Does this close continue where the last one left off? */
static bool is_run(uint32_t site, int fd)
{
	int distance = fd - last.fd;

	return site && site == last.site && distance &&
	       distance <= GAP_MAX && distance >= -GAP_MAX;
}

static void take_back(struct ni_trace_double_close *record)
{
	if (__atomic_sub_fetch(&record->count, 1, __ATOMIC_RELAXED) == 0)
		ni_trace_void(record);
}

static bool is_same(const void *record, const void *data)
{
	const struct ni_trace_double_close *known = record;
	const struct ni_trace_double_close *wanted = data;

	return known->created == wanted->created &&
	       known->first == wanted->first && known->second == wanted->second;
}

static struct ni_trace_double_close *
enter(const struct ni_trace_double_close *wanted, uint32_t key)
{
	struct ni_trace_double_close *record;

	record = ni_trace_claim(NI_RECORD_DOUBLE_CLOSE, sizeof(*record), key,
				NI_ROOM_FINDING, NI_DROPPED_FINDINGS);
	if (!record)
		return NULL;
	record->created = wanted->created;
	record->first = wanted->first;
	record->second = wanted->second;
	record->fd = wanted->fd;
	record->type = wanted->type;
	record->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	record->pid = ni_kernel_pid();
	return ni_trace_enter(record, is_same, wanted);
}

static struct ni_trace_double_close *
note(uint32_t site, int fd, const struct ni_slot *slot)
{
	struct ni_trace_double_close *record, wanted = {
		.created = slot->created, .first = slot->other, .second = site,
		.fd = fd, .type = slot->type,
	};
	uint64_t hash = ni_hash_word(NI_HASH_START, slot->created);
	uint32_t key;

	hash = ni_hash_word(hash, slot->other);
	key = ni_hash_end(ni_hash_word(hash, site));
	record = ni_trace_seek(NI_RECORD_DOUBLE_CLOSE, key, is_same, &wanted);
	if (!record)
		record = enter(&wanted, key);
	if (record)
		ni_trace_count(&record->count);
	return record;
}

void ni_double_close_not(uint32_t site, int fd)
{
	if (last.record && is_run(site, fd))
		take_back(last.record);
	last.site = site;
	last.fd = fd;
	last.record = NULL;
}

void ni_double_close_seen(uint32_t site, int fd, const struct ni_slot *slot)
{
	bool run = is_run(site, fd);

	ni_double_close_not(site, fd);
	if (!run)
		last.record = note(site, fd, slot);
}
