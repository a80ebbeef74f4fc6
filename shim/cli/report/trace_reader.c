/*
 * trace_reader.c - one trace file, read without trusting a byte of it.
 */
#include "cli/report/trace_reader.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

/* ---- how large a record of each kind is --------------------------------- */

static size_t no_tail(const void *record)
{
	(void)record;
	return 0;
}

static size_t module_tail(const void *record)
{
	const struct ni_trace_module *module = record;

	return (size_t)module->build_id_size + module->path_size;
}

static size_t site_tail(const void *record)
{
	const struct ni_trace_site *site = record;

	return site->depth * sizeof(uint64_t);
}

static size_t exec_tail(const void *record)
{
	const struct ni_trace_exec *exec = record;

	return (size_t)exec->path_size + exec->argv_size;
}

static size_t what_tail(const struct ni_trace_what *what)
{
	return (size_t)what->local_size + what->remote_size + what->path_size +
	       what->detail_size;
}

#define WHAT_TAIL(name) \
	static size_t name##_tail(const void *record) \
	{ \
		const struct ni_trace_##name *typed = record; \
		return what_tail(&typed->what); \
	}

WHAT_TAIL(sample)
WHAT_TAIL(arrived)
WHAT_TAIL(held)
WHAT_TAIL(unclosed)

static const struct {
	size_t fixed;
	size_t (*tail)(const void *record);
} kinds[] = {
#define ROW(kind, name, tail) \
	[kind] = { sizeof(struct ni_trace_##name), tail }
	ROW(NI_RECORD_MODULE, module, module_tail),
	ROW(NI_RECORD_SITE, site, site_tail),
	ROW(NI_RECORD_SAMPLE, sample, sample_tail),
	ROW(NI_RECORD_ARRIVED, arrived, arrived_tail),
	ROW(NI_RECORD_FORK, fork, no_tail),
	ROW(NI_RECORD_EXEC, exec, exec_tail),
	ROW(NI_RECORD_EXEC_AGAIN, exec_again, no_tail),
	ROW(NI_RECORD_HELD, held, held_tail),
	ROW(NI_RECORD_EXIT, exit, no_tail),
	ROW(NI_RECORD_UNCLOSED, unclosed, unclosed_tail),
	ROW(NI_RECORD_DOUBLE_CLOSE, double_close, no_tail),
	ROW(NI_RECORD_WRONG_FLAG, wrong_flag, no_tail),
	ROW(NI_RECORD_STOPPED, stopped, no_tail),
	ROW(NI_RECORD_OPEN, open, no_tail),
	ROW(NI_RECORD_EXHAUSTED, exhausted, no_tail),
#undef ROW
};

static bool is_known_kind(unsigned kind)
{
	return kind < ARRAY_LEN(kinds) && kinds[kind].fixed;
}

static bool is_well_formed(const void *record, const struct ni_trace_head *head)
{
	size_t size = (size_t)head->cells * NI_TRACE_CELL_SIZE;

	return size >= kinds[head->kind].fixed &&
	       size - kinds[head->kind].fixed >= kinds[head->kind].tail(record);
}

/* ---- the header --------------------------------------------------------- */

static int check_header(const struct ni_trace_header *header, size_t size)
{
	static const char not_yet[sizeof(header->magic)];

	if (!memcmp(header->magic, not_yet, sizeof(not_yet)))
		return -EAGAIN;
	if (memcmp(header->magic, NI_TRACE_MAGIC, sizeof(header->magic)))
		return -EPROTO;
	if (header->version != NI_TRACE_VERSION)
		return -EPROTONOSUPPORT;
	if (!(header->flags & NI_TRACE_READY))
		return -EAGAIN;
	if (header->header_size < sizeof(*header) ||
	    header->cells_offset < header->header_size ||
	    header->cells_offset % sizeof(uint64_t) ||
	    header->cells_offset > size)
		return -EPROTO;
	return 0;
}

const char *const *ni_trace_strings(struct ni_arena *arena, const void *bytes,
				    size_t size, size_t *count)
{
	const char *text = ni_arena_copy(arena, bytes, size);
	const char **strings;
	size_t ends = 0;

	for (size_t i = 0; i < size; i++)
		ends += !text[i] || i + 1 == size;
	strings = ni_arena_array(arena, ends + 1, sizeof(*strings));
	*count = ends;
	for (size_t i = 0; i < ends; i++) {
		strings[i] = text;
		text += strlen(text) + 1;
	}
	return strings;
}

/* The next size bytes of the strings, or what is left of them. */
static const char *next_part(const struct ni_trace_header *header,
			     size_t *used, size_t *size)
{
	const char *part = (const char *)header->strings + *used;
	size_t room = sizeof(header->strings) - *used;

	if (*size > room)
		*size = room;
	*used += *size;
	return part;
}

static const char *next_text(const struct ni_trace_header *header,
			     struct ni_arena *arena, size_t *used, size_t size)
{
	const char *part = next_part(header, used, &size);

	return ni_arena_copy(arena, part, size);
}

static void read_strings(struct ni_trace *trace, struct ni_arena *arena)
{
	const struct ni_trace_header *header = &trace->header;
	size_t used = 0, argv_size = header->argv_size;
	const char *argv;

	trace->exe = next_text(header, arena, &used, header->exe_size);
	argv = next_part(header, &used, &argv_size);
	trace->argv = ni_trace_strings(arena, argv, argv_size, &trace->argc);
	trace->execfn = next_text(header, arena, &used, header->execfn_size);
	trace->cwd = next_text(header, arena, &used, header->cwd_size);
}

/* ---- the records -------------------------------------------------------- */

static const struct ni_trace_head *head_at(const uint8_t *cells, size_t cell)
{
	return (const void *)(cells + cell * NI_TRACE_CELL_SIZE);
}

/* How many cells to move on. An impossible size is no guide: a record may begin
 * in the very next cell. */
static size_t step(const struct ni_trace_head *head, size_t cells_left)
{
	return head->cells && head->cells <= cells_left ? head->cells : 1;
}

static bool is_zero(const struct ni_trace_head *head)
{
	return !head->cells && !head->kind && !head->state && !head->key;
}

static void take_record(struct ni_trace *trace, const uint8_t *cells,
			size_t cell, size_t *room)
{
	const struct ni_trace_head *head = head_at(cells, cell);
	struct ni_record *record;

	if (head->state == NI_STATE_VOID)
		return;
	if (head->state == NI_STATE_CLAIMED || is_zero(head)) {
		trace->torn++;
		return;
	}
	if (head->state != NI_STATE_PUBLISHED || !head->cells ||
	    head->cells > trace->cell_count - cell) {
		trace->malformed++;
		return;
	}
	if (!is_known_kind(head->kind))
		return;
	if (!is_well_formed(head, head)) {
		trace->malformed++;
		return;
	}
	record = ni_array_push(&trace->records, &trace->record_count, room,
			       sizeof(*record));
	record->ref = (uint32_t)cell;
	record->kind = head->kind;
	record->bytes = head;
	trace->by_ref[cell] = (uint32_t)trace->record_count;
}

/* A run of zero cells is one dead writer: it claimed them all at once. */
static size_t zero_run(const struct ni_trace *trace, const uint8_t *cells,
		       size_t cell)
{
	size_t end = cell;

	while (end < trace->cell_count && is_zero(head_at(cells, end)))
		end++;
	return end - cell;
}

static void read_records(struct ni_trace *trace, struct ni_arena *arena,
			 const uint8_t *cells)
{
	struct ni_record *copy;
	size_t room = 0, cell = 1;

	while (cell < trace->cell_count) {
		size_t zeros = zero_run(trace, cells, cell);

		take_record(trace, cells, cell, &room);
		cell += zeros ? zeros : step(head_at(cells, cell),
					     trace->cell_count - cell);
	}
	copy = ni_arena_array(arena, trace->record_count, sizeof(*copy));
	if (trace->record_count)
		memcpy(copy, trace->records,
		       trace->record_count * sizeof(*copy));
	free(trace->records);
	trace->records = copy;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

int ni_trace_read(const void *bytes, size_t size, struct ni_arena *arena,
		  struct ni_trace *trace)
{
	struct ni_trace result = { .name = trace->name };
	struct ni_trace_header *header = &result.header;
	uint8_t *cells;
	int r;

	if (size < sizeof(*header))
		return size ? -EPROTO : -ENODATA;
	memcpy(header, bytes, sizeof(*header));
	r = check_header(header, size);
	if (r < 0)
		return r;
	read_strings(&result, arena);
	result.cell_count = least(least(header->cells_used,
					header->cells_count),
				  (size - header->cells_offset) /
				  NI_TRACE_CELL_SIZE);
	cells = ni_arena_array(arena, result.cell_count, NI_TRACE_CELL_SIZE);
	memcpy(cells, (const uint8_t *)bytes + header->cells_offset,
	       result.cell_count * NI_TRACE_CELL_SIZE);
	result.by_ref = ni_arena_array(arena, result.cell_count,
				       sizeof(*result.by_ref));
	read_records(&result, arena, cells);
	*trace = result;
	return 0;
}

const void *ni_trace_find(const struct ni_trace *trace, uint32_t ref,
			  enum ni_trace_kind kind)
{
	const struct ni_record *record;

	if (!ref || ref >= trace->cell_count || !trace->by_ref[ref])
		return NULL;
	record = &trace->records[trace->by_ref[ref] - 1];
	return record->kind == kind ? record->bytes : NULL;
}

struct ni_what_tail ni_trace_what_tail(const struct ni_trace_what *what)
{
	const uint8_t *local = (const uint8_t *)(what + 1);
	const uint8_t *remote = local + what->local_size;
	const uint8_t *path = remote + what->remote_size;

	return (struct ni_what_tail){
		.local = local,
		.remote = remote,
		.path = (const char *)path,
		.detail = (const char *)path + what->path_size,
	};
}

const char *ni_trace_call_name(unsigned call)
{
	static const char *const names[] = {
#define NAMED(number, name, ...) [number] = #name,
#define CREATOR NAMED
#define NUMBERED NAMED
#define CALL NAMED
#define NAME NAMED
#include "common/creators.def"
#undef NAMED
	};

	return call < ARRAY_LEN(names) ? names[call] : NULL;
}
