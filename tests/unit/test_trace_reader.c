/*
 * test_trace_reader.c - what a trace may say is accepted, and nothing else.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/report/trace_reader.h"
#include "descriptors.h"
#include "trace_builder.h"

static struct ni_arena arena;
static struct builder *builder;
static struct ni_trace trace;

static int set_up(void **state)
{
	(void)state;
	builder = builder_new(100, 1, 1000, "/usr/bin/server");
	builder_argument(builder, "server");
	builder_argument(builder, "-p");
	trace = (struct ni_trace){ .name = "100.1000.trace" };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(builder);
	ni_arena_free(&arena);
	return 0;
}

static int read_builder(void)
{
	return ni_trace_read(builder, builder_size(), &arena, &trace);
}

static const uint64_t stack[] = { 0x10, 0x20, 0x30 };

static struct ni_trace_head *head_of(uint32_t ref)
{
	return (void *)(builder->cells + (size_t)ref * NI_TRACE_CELL_SIZE);
}

static void the_header_names_the_program(void **state)
{
	(void)state;
	assert_int_equal(read_builder(), 0);
	assert_string_equal(trace.name, "100.1000.trace");
	assert_string_equal(trace.exe, "/usr/bin/server");
	assert_int_equal(trace.argc, 2);
	assert_string_equal(trace.argv[1], "-p");
	assert_null(trace.argv[2]);
	assert_int_equal(trace.record_count, 0);
}

static void records_come_in_order_and_by_number(void **state)
{
	uint32_t module = builder_module(builder, 1, "/usr/bin/server");
	uint32_t site = builder_site(builder, NI_CALL_socket, stack, 3, NULL);
	const struct ni_trace_site *found;

	(void)state;
	assert_int_equal(read_builder(), 0);
	assert_int_equal(trace.record_count, 2);
	assert_int_equal(trace.records[0].ref, module);
	assert_int_equal(trace.records[1].ref, site);
	found = ni_trace_find(&trace, site, NI_RECORD_SITE);
	assert_non_null(found);
	assert_int_equal(found->depth, 3);
	assert_memory_equal((const uint64_t *)(found + 1) + 2,
			    &(uint64_t){ builder_frame(1, 0x30) }, 8);
}

static void a_number_finds_only_what_begins_there(void **state)
{
	uint32_t site = builder_site(builder, NI_CALL_socket, stack, 3, NULL);

	(void)state;
	assert_int_equal(read_builder(), 0);
	assert_null(ni_trace_find(&trace, 0, NI_RECORD_SITE));
	assert_null(ni_trace_find(&trace, site + 1, NI_RECORD_SITE));
	assert_null(ni_trace_find(&trace, site, NI_RECORD_EXEC));
	assert_null(ni_trace_find(&trace, UINT32_MAX, NI_RECORD_SITE));
}

static void claimed(struct ni_trace_head *head)
{
	head->state = NI_STATE_CLAIMED;
}

static void taken_back(struct ni_trace_head *head)
{
	head->state = NI_STATE_VOID;
}

static void never_begun(struct ni_trace_head *head)
{
	memset(head, 0, head->cells * (size_t)NI_TRACE_CELL_SIZE);
}

static void of_unknown_kind(struct ni_trace_head *head)
{
	head->kind = 200;
}

static void of_unknown_state(struct ni_trace_head *head)
{
	head->state = 77;
}

static void with_too_many_frames(struct ni_trace_head *head)
{
	((struct ni_trace_site *)(void *)head)->depth = UINT16_MAX;
}

/* Each row spoils the first of two sites; the second must still be read. */
static const struct {
	const char *name;
	void (*spoil)(struct ni_trace_head *head);
	uint32_t torn, malformed;
} spoilt[] = {
	{ "claimed", claimed, 1, 0 },
	{ "taken back", taken_back, 0, 0 },
	{ "never begun", never_begun, 1, 0 },
	{ "of unknown kind", of_unknown_kind, 0, 0 },
	{ "of unknown state", of_unknown_state, 0, 1 },
	{ "with too many frames", with_too_many_frames, 0, 1 },
};

static void what_is_spoilt_is_skipped_and_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spoilt); i++) {
		uint32_t first, second;

		free(builder);
		set_up(NULL);
		first = builder_site(builder, NI_CALL_socket, stack, 3, NULL);
		second = builder_site(builder, NI_CALL_accept, stack, 2, NULL);
		spoilt[i].spoil(head_of(first));
		assert_int_equal(read_builder(), 0);
		if (trace.record_count != 1 ||
		    !ni_trace_find(&trace, second, NI_RECORD_SITE) ||
		    trace.torn != spoilt[i].torn ||
		    trace.malformed != spoilt[i].malformed)
			fail_msg("%s: %zu records, %u torn, %u malformed",
				 spoilt[i].name, trace.record_count,
				 trace.torn, trace.malformed);
	}
}

static void a_size_beyond_the_end_is_no_record(void **state)
{
	uint32_t site = builder_site(builder, NI_CALL_socket, stack, 3, NULL);

	(void)state;
	head_of(site)->cells = UINT16_MAX;
	assert_int_equal(read_builder(), 0);
	assert_null(ni_trace_find(&trace, site, NI_RECORD_SITE));
	assert_true(trace.malformed >= 1);
}

static void a_record_that_grew_is_read_as_far_as_known(void **state)
{
	struct ni_trace_fork record = { .pid = 7, .ppid = 100 };
	uint32_t ref = builder_record(builder, NI_RECORD_FORK, &record,
				      sizeof(record), "new", 4);
	const struct ni_trace_fork *found;

	(void)state;
	assert_int_equal(read_builder(), 0);
	found = ni_trace_find(&trace, ref, NI_RECORD_FORK);
	assert_non_null(found);
	assert_int_equal(found->pid, 7);
}

static void a_file_cut_anywhere_is_read_as_far_as_it_goes(void **state)
{
	(void)state;
	builder_module(builder, 1, "/usr/bin/server");
	builder_site(builder, NI_CALL_socket, stack, 3, NULL);
	for (size_t size = 0; size < sizeof(struct ni_trace_header) + 1024;
	     size++) {
		char *copy = malloc(size ? size : 1);
		int r;

		memcpy(copy, builder, size);
		r = ni_trace_read(copy, size, &arena, &trace);
		free(copy);
		if (size < sizeof(struct ni_trace_header))
			assert_true(r == -EPROTO || (!size && r == -ENODATA));
		else
			assert_int_equal(r, 0);
	}
}

/* ---- bad headers ----------------------------------------------------------- */

static void no_magic(struct ni_trace_header *header)
{
	header->magic[0] = 'X';
}

static void another_version(struct ni_trace_header *header)
{
	header->version = 99;
}

static void not_ready(struct ni_trace_header *header)
{
	header->flags = 0;
}

static void cells_in_the_header(struct ni_trace_header *header)
{
	header->cells_offset = 8;
}

static void cells_behind_the_end(struct ni_trace_header *header)
{
	header->cells_offset = 0xfffffff8;
}

static void crooked_cells(struct ni_trace_header *header)
{
	header->cells_offset++;
}

static const struct {
	void (*spoil)(struct ni_trace_header *header);
	int error;
} headers[] = {
	{ no_magic, -EPROTO },
	{ another_version, -EPROTONOSUPPORT },
	{ not_ready, -EAGAIN },
	{ cells_in_the_header, -EPROTO },
	{ cells_behind_the_end, -EPROTO },
	{ crooked_cells, -EPROTO },
};

static void a_header_that_cannot_be_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct ni_trace_header saved = builder->header;

		headers[i].spoil(&builder->header);
		assert_int_equal(read_builder(), headers[i].error);
		builder->header = saved;
	}
	assert_int_equal(read_builder(), 0);
}

static void strings_longer_than_their_room_are_cut(void **state)
{
	(void)state;
	memset(builder->header.strings, 'x', NI_TRACE_STRINGS_SIZE);
	builder->header.exe_size = UINT16_MAX;
	builder->header.argv_size = UINT16_MAX;
	assert_int_equal(read_builder(), 0);
	assert_int_equal(strlen(trace.exe), NI_TRACE_STRINGS_SIZE);
	assert_int_equal(trace.argc, 0);
	builder->header.exe_size = 10;
	assert_int_equal(read_builder(), 0);
	assert_int_equal(trace.argc, 1);
	assert_int_equal(strlen(trace.argv[0]), NI_TRACE_STRINGS_SIZE - 10);
}

static void more_cells_than_the_file_has_are_not_read(void **state)
{
	(void)state;
	builder->header.cells_used = UINT32_MAX;
	builder->header.cells_count = UINT32_MAX;
	assert_int_equal(read_builder(), 0);
	assert_int_equal(trace.cell_count, BUILDER_CELLS);
}

static void calls_have_the_names_of_the_source(void **state)
{
	(void)state;
	assert_string_equal(ni_trace_call_name(NI_CALL_socket), "socket");
	assert_string_equal(ni_trace_call_name(NI_CALL_syscall), "syscall");
	assert_null(ni_trace_call_name(NI_CALL_UNKNOWN));
	assert_null(ni_trace_call_name(NI_CALLS));
	assert_null(ni_trace_call_name(UINT32_MAX));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_header_names_the_program),
		CASE(records_come_in_order_and_by_number),
		CASE(a_number_finds_only_what_begins_there),
		CASE(what_is_spoilt_is_skipped_and_counted),
		CASE(a_size_beyond_the_end_is_no_record),
		CASE(a_record_that_grew_is_read_as_far_as_known),
		CASE(a_file_cut_anywhere_is_read_as_far_as_it_goes),
		CASE(a_header_that_cannot_be_is_refused),
		CASE(strings_longer_than_their_room_are_cut),
		CASE(more_cells_than_the_file_has_are_not_read),
		CASE(calls_have_the_names_of_the_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
