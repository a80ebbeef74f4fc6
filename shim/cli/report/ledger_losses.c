/*
 * ledger_losses.c - what the recording could not hold. A report that is silent
 * about it would be read as "nothing else leaked".
 */
#include "cli/report/ledger_parts.h"

#include <string.h>

#include "cli/report/shell.h"

static const char *const dropped[NI_DROPPED_KINDS] = {
	[NI_DROPPED_SITES] = "stacks for which a trace had no room",
	[NI_DROPPED_MODULES] = "modules for which a trace had no room",
	[NI_DROPPED_EXECS] = "execs for which a trace had no room",
	[NI_DROPPED_HELD] =
		"descriptors of an exec for which a trace had no room",
	[NI_DROPPED_FINDINGS] = "findings for which a trace had no room",
	[NI_DROPPED_ARRIVALS] =
		"descriptors open at start for which a trace had no room",
	[NI_DROPPED_FORKS] =
		"forks, exits and repeated execs for which a trace had no room",
	[NI_DROPPED_NUMBERS] =
		"descriptors with a number too high for the recorder",
	[NI_DROPPED_OPEN] =
		"processes whose open descriptors are not known",
	[NI_DROPPED_PARTNERS] =
		"closes and marks from a fifth place, which is not named",
};

/* Without its stack a leak is still found, only less exactly. A double close or
 * a race, which only a stack can show, does not matter in a shell. */
static bool is_gap(size_t kind, const struct image *image)
{
	switch (kind) {
	case NI_DROPPED_PARTNERS:
	case NI_DROPPED_OPEN:
	case NI_DROPPED_FORKS:
		return false;
	case NI_DROPPED_SITES:
		return !ni_is_shell(image->program);
	default:
		return true;
	}
}

static void add_dropped(struct ledger *ledger)
{
	for (size_t kind = 0; kind < NI_DROPPED_KINDS; kind++) {
		const char *what = dropped[kind] ? dropped[kind] :
				   "things of an unknown kind";
		uint64_t count[2] = { 0, 0 };

		for (size_t i = 0; i < ledger->image_count; i++) {
			const struct image *image = &ledger->images[i];

			count[is_gap(kind, image)] +=
				image->trace->header.dropped[kind];
		}
		ni_report_add_loss(ledger->report, what, count[0]);
		ni_report_add_gap(ledger->report, what, count[1]);
	}
}

static uint64_t count_flagged(const struct ledger *ledger, uint32_t flag)
{
	uint64_t count = 0;

	for (size_t i = 0; i < ledger->image_count; i++)
		count += (ledger->images[i].trace->header.flags & flag) != 0;
	return count;
}

static uint64_t count_stopped(const struct ledger *ledger)
{
	uint64_t count = 0;

	for (size_t i = 0; i < ledger->image_count; i++) {
		const struct ni_trace *trace = ledger->images[i].trace;

		for (size_t j = 0; j < trace->record_count; j++)
			count += trace->records[j].kind == NI_RECORD_STOPPED;
	}
	return count;
}

void ni_losses_read(struct ledger *ledger)
{
	uint64_t torn = 0, malformed = 0;

	for (size_t i = 0; i < ledger->image_count; i++) {
		torn += ledger->images[i].trace->torn;
		malformed += ledger->images[i].trace->malformed;
	}
	ni_report_add_loss(ledger->report, "records left unfinished by a process that died or "
		 "still runs", torn);
	ni_report_add_gap(ledger->report, "records that cannot be read",
			  malformed);
	add_dropped(ledger);
	ni_report_add_loss(ledger->report, "traces that reached their size (--trace-size)",
			   count_flagged(ledger, NI_TRACE_FULL));
	ni_report_add_loss(ledger->report, "traces that grew no more: the file system is filling up",
			   count_flagged(ledger, NI_TRACE_DISK_FULL));
	ni_report_add_loss(ledger->report, "processes that were left alone after they installed "
		 "a seccomp filter", count_stopped(ledger));
	ni_report_add_loss(ledger->report, "programs whose stacks have one frame only",
		 count_flagged(ledger, NI_TRACE_CALLER_ONLY));
}
