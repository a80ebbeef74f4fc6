/*
 * open_counts.h - how many descriptors of each creator this process has open,
 * in the trace, where others can read it at any time.
 *
 * They follow each change in the table of descriptors. A fork child has rows of
 * its own. A vfork child changes nothing.
 */
#ifndef NI_AUDIT_OPEN_COUNTS_H
#define NI_AUDIT_OPEN_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/slots.h"
#include "audit/site.h"
#include "audit/trace_writer.h"

/* The number of parts of rows; creators with higher numbers share row 0. */
enum { NI_OPEN_PARTS = 1022 };

/*
 * Where this process's rows are. The kernel wipes these pages in a child, even
 * in one that a bare clone made and that runs no handler: it starts anew with
 * its first change instead of counting in its parent's rows.
 */
struct ni_open_own {
	uint64_t time_ns;	/* when it began; 0: not yet */
	uint64_t end;		/* no part from here on was ever used */
	struct ni_trace_open *parts[NI_OPEN_PARTS];
};

extern struct ni_open_own ni_open_own __attribute__((visibility("hidden")));

/* At start. */
void ni_open_counts_start(void);

/* In a fork child: count what the table has. */
void ni_open_counts_begin(void);

/* How many of a creator's this process has now; 0: those without a site. */
uint32_t ni_open_counts_of(unsigned number);

/* The process is about to execute another program; or that failed. */
void ni_open_counts_leave(void);
void ni_open_counts_come_back(void);

/* The process ends: others may have its rows if it is a fork child. */
void ni_open_counts_end(void);

/* ---- a change ------------------------------------------------------------ */

/* The row of a site, which need not have a number yet. */
struct ni_trace_open_count *ni_open_counts_new_row(uint32_t created);
void ni_open_counts_peak(struct ni_trace_open_count *row);

static inline struct ni_trace_open_count *ni_open_counts_row(uint32_t created)
{
	const struct ni_trace_site *site = ni_site_at(created);
	const unsigned number = site ? site->number : 0;
	struct ni_trace_open *open =
		ni_open_own.parts[number / NI_OPEN_COUNTS];

	if (__builtin_expect(!open || !number, 0))
		return ni_open_counts_new_row(created);
	return &open->counts[number % NI_OPEN_COUNTS];
}

/* The first word of a slot was @before and is now @after, also in the table. */
static inline void ni_open_counts_change(uint64_t before, uint64_t after)
{
	const bool is_alone = ni_threads_is_single();
	const uint64_t is_open = (uint64_t)NI_SLOT_OPEN << 32;
	struct ni_trace_open_count *row;

	if (!((before ^ after) & (is_open | UINT32_MAX)))
		return;
	if (__builtin_expect(!ni_open_own.time_ns, 0)) {
		ni_open_counts_begin();
		return;
	}
	if (before & is_open) {
		row = ni_open_counts_row((uint32_t)before);
		ni_trace_add(&row->open, UINT32_MAX, is_alone);
	}
	if (after & is_open) {
		row = ni_open_counts_row((uint32_t)after);
		ni_trace_add(&row->open, 1, is_alone);
		if (__builtin_expect(row->open > row->peak, 0))
			ni_open_counts_peak(row);
	}
}

#endif
