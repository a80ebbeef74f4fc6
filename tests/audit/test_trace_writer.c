/*
 * test_trace_writer.c - claiming, publishing and finding records, also by
 * several threads at once, and creating the file.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/array.h"

#include "../../shim/audit/threads.c"
#include "../../shim/audit/trace_file.c"
#include "../../shim/audit/trace_writer.c"

enum { SIZE_KIB = 64 };

struct ni_recorder ni_recorder;

static char directory[] = "/tmp/noinherit-XXXXXX";

void ni_recorder_start(void)
{
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

static const char *path_of(uint32_t pid, uint64_t start)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%u.%llu.trace", directory, pid,
		 (unsigned long long)start);
	return path;
}

static int begin(void **state)
{
	int r = ni_trace_open(directory, SIZE_KIB, 1, 2, &ni_recorder.trace);

	(void)state;
	unlink(path_of(1, 2));
	ni_recorder.has_forked = true;
	return r;
}

static int end(void **state)
{
	(void)state;
	return munmap(ni_recorder.trace, SIZE_KIB * 1024);
}

/* ---- records ------------------------------------------------------------------ */

static bool same_word(const void *record, const void *wanted)
{
	return ((const struct ni_trace_fork *)record)->time_ns ==
	       *(const uint64_t *)wanted;
}

static struct ni_trace_fork *claim(uint32_t key, uint64_t word)
{
	struct ni_trace_fork *record;

	record = ni_trace_claim(NI_RECORD_FORK, sizeof(*record), key,
				NI_ROOM_FINDING, NI_DROPPED_FINDINGS);
	if (record)
		record->time_ns = word;
	return record;
}

static void a_record_is_found_by_its_key_and_content(void **state)
{
	uint64_t one = 1, two = 2;
	struct ni_trace_fork *first = claim(77, one), *second = claim(77, two);

	(void)state;
	assert_null(ni_trace_seek(NI_RECORD_FORK, 77, same_word, &one));
	assert_ptr_equal(ni_trace_enter(first, same_word, &one), first);
	assert_ptr_equal(ni_trace_enter(second, same_word, &two), second);
	assert_ptr_equal(ni_trace_seek(NI_RECORD_FORK, 77, same_word, &one),
			 first);
	assert_ptr_equal(ni_trace_seek(NI_RECORD_FORK, 77, same_word, &two),
			 second);
	assert_null(ni_trace_seek(NI_RECORD_EXIT, 77, same_word, &one));
	assert_null(ni_trace_seek(NI_RECORD_FORK, 78, same_word, &one));
}

static void an_equal_record_is_taken_back(void **state)
{
	uint64_t word = 5;
	struct ni_trace_fork *first = claim(9, word), *second = claim(9, word);

	(void)state;
	ni_trace_enter(first, same_word, &word);
	assert_ptr_equal(ni_trace_enter(second, same_word, &word), first);
	assert_int_equal(second->head.state, NI_STATE_VOID);
}

static void a_crowded_key_loses_no_record(void **state)
{
	(void)state;
	for (uint64_t word = 1; word <= 40; word++)
		assert_int_equal(((struct ni_trace_fork *)ni_trace_enter(
			claim(3, word), same_word, &word))->time_ns, word);
}

static void a_ref_leads_back_to_its_record(void **state)
{
	struct ni_trace_fork *record = claim(1, 1);

	(void)state;
	assert_ptr_equal(ni_trace_at(ni_trace_ref(record)), record);
	assert_true(ni_trace_ref(record) >= 1);
	assert_null(ni_trace_at(0));
	assert_int_equal(ni_trace_ref(NULL), 0);
}

static unsigned fill_with(enum ni_room room, enum ni_trace_dropped dropped)
{
	unsigned count = 0;

	while (ni_trace_claim(NI_RECORD_FORK, 32, 0, room, dropped))
		count++;
	return count;
}

static void findings_have_room_when_events_have_none(void **state)
{
	const uint32_t cells = ni_recorder.trace->cells_count;
	unsigned events, sites, findings;

	(void)state;
	assert_true(ni_trace_is_roomy());
	events = fill_with(NI_ROOM_EVENT, NI_DROPPED_FORKS);
	sites = fill_with(NI_ROOM_SITE, NI_DROPPED_SITES);
	findings = fill_with(NI_ROOM_FINDING, NI_DROPPED_FINDINGS);
	assert_false(ni_trace_is_roomy());
	assert_true(events > cells / 2);
	assert_true(sites > cells / 8 && findings > cells / 10);
	assert_int_equal(ni_recorder.trace->cells_used, cells);
	assert_int_equal(ni_recorder.trace->dropped[NI_DROPPED_FORKS], 1);
	assert_int_equal(ni_recorder.trace->dropped[NI_DROPPED_SITES], 1);
	assert_int_equal(ni_recorder.trace->dropped[NI_DROPPED_FINDINGS], 1);
}

static void a_record_too_large_for_its_head_is_refused(void **state)
{
	(void)state;
	assert_null(ni_trace_claim(NI_RECORD_FORK, (size_t)70000 * 32, 0,
				   NI_ROOM_FINDING, NI_DROPPED_FINDINGS));
}

/* ---- several threads at once
 * ------------------------------------------------------ */

enum { WRITERS = 4, WORDS = 200 };

static void *enter_all(void *unused)
{
	for (uint64_t word = 1; word <= WORDS; word++) {
		struct ni_trace_fork *record =
			ni_trace_seek(NI_RECORD_FORK, (uint32_t)word * 7,
				      same_word, &word);

		if (!record)
			record = ni_trace_enter(claim((uint32_t)word * 7, word),
						same_word, &word);
		__atomic_fetch_add(&record->pid, 1, __ATOMIC_RELAXED);
	}
	return unused;
}

static void writers_at_once_agree_on_one_record(void **state)
{
	pthread_t writers[WRITERS];
	pid_t child;

	(void)state;
	child = fork();
	for (size_t i = 0; i < WRITERS; i++)
		pthread_create(&writers[i], NULL, enter_all, NULL);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	for (uint64_t word = 1; word <= WORDS; word++) {
		struct ni_trace_fork *record =
			ni_trace_seek(NI_RECORD_FORK, (uint32_t)word * 7,
				      same_word, &word);

		assert_non_null(record);
		assert_int_equal(record->pid, 2 * WRITERS);
	}
}

/* ---- the file ------------------------------------------------------------------------ */

static void the_file_is_the_users_alone_and_new(void **state)
{
	struct ni_trace_header *trace;
	struct stat status;

	(void)state;
	assert_int_equal(ni_trace_open(directory, 16, 7, 8, &trace), 0);
	assert_return_code(stat(path_of(7, 8), &status), errno);
	assert_int_equal(status.st_size, 16384);
	assert_in_range(status.st_blocks * 512, 3 * 4096, 16384);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_memory_equal(trace->magic, NI_TRACE_MAGIC, 8);
	assert_int_equal(ni_trace_open(directory, 16, 7, 8, &trace), -EEXIST);
	munmap(trace, 16384);
	unlink(path_of(7, 8));
}

static void a_symbolic_link_is_not_followed(void **state)
{
	struct ni_trace_header *trace = NULL;

	(void)state;
	assert_return_code(symlink("/tmp/no-such-file", path_of(7, 9)), errno);
	assert_int_equal(ni_trace_open(directory, 16, 7, 9, &trace), -EEXIST);
	assert_null(trace);
	unlink(path_of(7, 9));
}

static void where_no_file_can_be_there_is_an_error(void **state)
{
	struct ni_trace_header *trace = NULL;
	static char longest[5000];

	(void)state;
	memset(longest, '/', sizeof(longest) - 1);
	assert_int_equal(ni_trace_open("/no/such/place", 16, 1, 1, &trace),
			 -ENOENT);
	assert_int_equal(ni_trace_open(longest, 16, 1, 1, &trace),
			 -ENAMETOOLONG);
	assert_null(trace);
}

/* A write beyond the limit would raise SIGXFSZ. */
static void a_limit_makes_the_file_smaller_or_empty(void **state)
{
	static const struct { rlim_t limit; int result; off_t size; } rows[] = {
		{ 1 << 20, 0, 256 * 1024 }, { 100 * 1024 + 9, 0, 100 * 1024 },
		{ 16 * 1024, 0, 16 * 1024 }, { 1000, -ENOSPC, 0 },
	};
	struct rlimit before, limit;

	(void)state;
	signal(SIGXFSZ, SIG_DFL);
	getrlimit(RLIMIT_FSIZE, &before);
	for (uint64_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ni_trace_header *trace = NULL;
		struct stat status;

		limit = before;
		limit.rlim_cur = rows[i].limit;
		setrlimit(RLIMIT_FSIZE, &limit);
		assert_int_equal(ni_trace_open(directory, 256, 5, i, &trace),
				 rows[i].result);
		assert_return_code(stat(path_of(5, i), &status), errno);
		assert_int_equal(status.st_size, rows[i].size);
		if (trace)
			munmap(trace, (size_t)rows[i].size);
		unlink(path_of(5, i));
	}
	setrlimit(RLIMIT_FSIZE, &before);
}

#define ON_TRACE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TRACE(a_record_is_found_by_its_key_and_content),
		ON_TRACE(an_equal_record_is_taken_back),
		ON_TRACE(a_crowded_key_loses_no_record),
		ON_TRACE(a_ref_leads_back_to_its_record),
		ON_TRACE(findings_have_room_when_events_have_none),
		ON_TRACE(a_record_too_large_for_its_head_is_refused),
		ON_TRACE(writers_at_once_agree_on_one_record),
		cmocka_unit_test(the_file_is_the_users_alone_and_new),
		cmocka_unit_test(a_symbolic_link_is_not_followed),
		cmocka_unit_test(where_no_file_can_be_there_is_an_error),
		cmocka_unit_test(a_limit_makes_the_file_smaller_or_empty),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
