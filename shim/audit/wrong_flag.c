/*
 * wrong_flag.c - finds fcntl calls whose argument shows that something else
 * was meant.
 */
#include "audit/wrong_flag.h"

#include <fcntl.h>

#include "audit/clock.h"
#include "audit/slots.h"
#include "audit/hash.h"
#include "audit/kernel.h"
#include "audit/site.h"
#include "audit/trace_writer.h"

bool ni_wrong_flag_is(int fd, int command, int argument)
{
	if (command == F_SETFD)
		return (argument & O_CLOEXEC) && !(argument & FD_CLOEXEC);
	/* The caller may be writing back the O_CLOEXEC that F_GETFL gave it:
	 * harmless if the descriptor has the flag. */
	return command == F_SETFL && (argument & O_CLOEXEC) &&
	       (ni_slots_get(fd).state & NI_SLOT_INHERITABLE);
}

static bool is_same(const void *record, const void *data)
{
	const struct ni_trace_wrong_flag *known = record;
	const struct ni_trace_wrong_flag *wanted = data;

	return known->created == wanted->created && known->site == wanted->site;
}

static struct ni_trace_wrong_flag *
enter(const struct ni_trace_wrong_flag *wanted, uint32_t key)
{
	struct ni_trace_wrong_flag *record;

	record = ni_trace_claim(NI_RECORD_WRONG_FLAG, sizeof(*record), key,
				NI_ROOM_FINDING, NI_DROPPED_FINDINGS);
	if (!record)
		return NULL;
	record->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	record->created = wanted->created;
	record->site = wanted->site;
	record->pid = ni_kernel_pid();
	record->fd = wanted->fd;
	record->command = wanted->command;
	record->argument = wanted->argument;
	return ni_trace_enter(record, is_same, wanted);
}

void ni_wrong_flag_seen(const struct ni_caller *caller, int fd, int command,
			int argument)
{
	struct ni_trace_wrong_flag *record, wanted = {
		.created = ni_slots_get(fd).created,
		.site = ni_site_find(caller),
		.fd = fd, .command = command, .argument = argument,
	};
	uint32_t key = ni_hash_end(ni_hash_word(
			ni_hash_word(NI_HASH_START, wanted.created),
			wanted.site));

	record = ni_trace_seek(NI_RECORD_WRONG_FLAG, key, is_same, &wanted);
	if (!record)
		record = enter(&wanted, key);
	if (record)
		ni_trace_count(&record->count);
}
