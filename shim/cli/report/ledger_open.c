/*
 * ledger_open.c - what each process has open, by the stack that created it.
 */
#include "cli/report/ledger_parts.h"

#include <stdlib.h>

/* ---- whose records count ------------------------------------------------ */

/* A process that exec'd is the new image, if that left a trace. */
static bool went_on_elsewhere(const struct ledger *ledger,
			      const struct ni_trace_open *record)
{
	for (size_t i = 0; i < ledger->image_count; i++) {
		const struct ni_trace_header *header =
			&ledger->images[i].trace->header;

		if (header->pid == record->pid &&
		    header->start_ns > record->time_ns)
			return true;
	}
	return false;
}

static bool counts(const struct ledger *ledger,
		   const struct ni_trace_open *record)
{
	if (record->state == NI_OPEN_EXECS)
		return !went_on_elsewhere(ledger, record);
	return record->state == NI_OPEN_LIVE;
}

/* Is it of the latest process with that pid? Pids are reused. */
static bool is_of_latest(const struct image *image,
			 const struct ni_trace_open *record)
{
	const struct ni_trace *trace = image->trace;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct ni_trace_open *other = trace->records[i].bytes;

		if (trace->records[i].kind == NI_RECORD_OPEN &&
		    other->pid == record->pid &&
		    other->state != NI_OPEN_FREE &&
		    other->time_ns > record->time_ns)
			return false;
	}
	return true;
}

/* A process that exited normally has nothing open any more. */
static bool has_exited(const struct image *image,
		       const struct ni_trace_open *record)
{
	const struct ni_trace *trace = image->trace;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct ni_trace_exit *other = trace->records[i].bytes;

		if (trace->records[i].kind == NI_RECORD_EXIT &&
		    other->pid == record->pid &&
		    other->time_ns >= record->time_ns)
			return true;
	}
	return false;
}

/* ---- rows --------------------------------------------------------------- */

/* The refs of the sites by their numbers; 0: none. */
static uint32_t *sites_by_number(struct ledger *ledger,
				 const struct image *image)
{
	const struct ni_trace *trace = image->trace;
	uint32_t *refs = ni_arena_array(ledger->arena, UINT16_MAX + 1,
					sizeof(*refs));

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct ni_trace_site *site = trace->records[i].bytes;

		if (trace->records[i].kind == NI_RECORD_SITE)
			refs[site->number] = trace->records[i].ref;
	}
	refs[0] = 0;
	return refs;
}

static struct ni_open_process *find_process(struct ledger *ledger,
					    struct image *image, pid_t pid)
{
	struct ni_report *report = ledger->report;
	const struct ni_trace_header *header = &image->trace->header;
	struct ni_open_process *process;

	for (size_t i = 0; i < report->open_count; i++)
		if (report->open[i].pid == pid &&
		    report->open[i].program == image->program)
			return &report->open[i];
	process = ni_array_push(&report->open, &report->open_count,
				&report->open_room, sizeof(*process));
	process->program = image->program;
	process->pid = pid;
	process->start_ns = header->start_ns;
	process->trace = image->trace->name;
	process->kernel_open = process->standard_open = process->limit = -1;
	return process;
}

static void add_row(struct ledger *ledger, struct image *image,
		    struct ni_open_process *process, uint32_t ref,
		    const struct ni_trace_open_count *count)
{
	struct ni_open_row *rows = ni_arena_array(ledger->arena,
						  process->row_count + 1,
						  sizeof(*rows));

	for (size_t i = 0; i < process->row_count; i++)
		rows[i] = process->rows[i];
	rows[process->row_count] = (struct ni_open_row){
		.holder = ni_holders_of_site(ledger, image, ref, count->open),
		.peak = count->peak,
		.peak_ms = count->peak_ms,
		.doubled_ms = count->doubled_ms,
	};
	process->rows = rows;
	process->row_count++;
	process->open += count->open;
}

static void read_record(struct ledger *ledger, struct image *image,
			const uint32_t *refs,
			const struct ni_trace_open *record)
{
	struct ni_open_process *process = find_process(ledger, image,
						       (pid_t)record->pid);

	process->time_ns = record->time_ns;
	for (uint32_t i = 0; i < NI_OPEN_COUNTS; i++) {
		uint32_t number = record->first + i;

		if (record->counts[i].open && number <= UINT16_MAX)
			add_row(ledger, image, process, refs[number],
				&record->counts[i]);
	}
}

static void read_image(struct ledger *ledger, struct image *image)
{
	const struct ni_trace *trace = image->trace;
	uint32_t *refs = NULL;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct ni_trace_open *record = trace->records[i].bytes;

		if (trace->records[i].kind != NI_RECORD_OPEN ||
		    !counts(ledger, record) || has_exited(image, record) ||
		    !is_of_latest(image, record))
			continue;
		if (!refs)
			refs = sites_by_number(ledger, image);
		read_record(ledger, image, refs, record);
	}
}

static int by_count(const void *a, const void *b)
{
	const struct ni_open_row *left = a, *right = b;

	return left->holder.count > right->holder.count ? -1 :
	       left->holder.count < right->holder.count;
}

static int by_open(const void *a, const void *b)
{
	const struct ni_open_process *left = a, *right = b;

	if (left->open != right->open)
		return left->open > right->open ? -1 : 1;
	return left->pid < right->pid ? -1 : left->pid > right->pid;
}

void ni_open_read(struct ledger *ledger)
{
	struct ni_report *report = ledger->report;

	for (size_t i = 0; i < ledger->image_count; i++)
		read_image(ledger, &ledger->images[i]);
	for (size_t i = 0; i < report->open_count; i++)
		if (report->open[i].row_count)
			qsort(report->open[i].rows, report->open[i].row_count,
			      sizeof(struct ni_open_row), by_count);
	if (report->open_count)
		qsort(report->open, report->open_count, sizeof(*report->open),
		      by_open);
}
