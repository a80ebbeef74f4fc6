/*
 * test_exhausted.c - which sites are named when no descriptor number is free.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../shim/audit/exhausted.c"

/* ---- the rest of the recorder, which has no answers here ----------------- */

struct ni_recorder ni_recorder;
const volatile char *ni_threads_single;

uint32_t ni_open_counts_of(unsigned number)
{
	(void)number;
	return 0;
}

uint32_t ni_site_find(const struct ni_caller *caller)
{
	(void)caller;
	return 0;
}

void *ni_trace_claim(enum ni_trace_kind kind, size_t size, uint32_t key,
		     enum ni_room room, enum ni_trace_dropped dropped)
{
	(void)kind;
	(void)key;
	(void)room;
	(void)dropped;
	(void)size;
	return NULL;
}

void *ni_trace_enter(void *record, ni_trace_same *same, const void *data)
{
	(void)same;
	(void)data;
	return record;
}

void *ni_trace_seek(enum ni_trace_kind kind, uint32_t key,
		    ni_trace_same *same, const void *data)
{
	(void)kind;
	(void)key;
	(void)same;
	(void)data;
	return NULL;
}

const void *ni_trace_next(const void *head)
{
	(void)head;
	return NULL;
}

uint32_t ni_trace_ref(const void *record)
{
	(void)record;
	return 0;
}

/* ---- more sites than can be named ---------------------------------------- */

enum { SITES = 20 };
_Static_assert(SITES == NI_HOLDERS + 4 && SITES + 1 == 3 * 7, "see below");

static void note_all(struct ni_trace_exhausted *record,
		     const uint32_t counts[SITES])
{
	*record = (struct ni_trace_exhausted){ .open = 0 };
	for (uint32_t site = 0; site < SITES; site++)
		note_holder(record, counts[site], counts[site]);
}

/* The counts are 1 to SITES, and each is also the number of its site. */
static void assert_the_most_are_named(const struct ni_trace_exhausted *record)
{
	assert_int_equal(record->holders_count, NI_HOLDERS);
	for (uint32_t i = 0; i < NI_HOLDERS; i++) {
		assert_int_equal(record->holders[i].count, SITES - i);
		assert_int_equal(record->holders[i].created, SITES - i);
	}
	assert_int_equal(record->open, SITES * (SITES + 1) / 2);
	assert_int_equal(record->others, 1 + 2 + 3 + 4);
}

static void the_most_are_named_in_whatever_order_they_come(void **state)
{
	struct ni_trace_exhausted record;
	uint32_t counts[SITES];

	(void)state;
	for (uint32_t step = 1; step < SITES; step++) {
		/* Coprime to SITES + 1, so that each count comes once. */
		if (step % 3 == 0 || step % 7 == 0)
			continue;
		for (uint32_t i = 0; i < SITES; i++)
			counts[i] = (i + 1) * step % (SITES + 1);
		note_all(&record, counts);
		assert_the_most_are_named(&record);
	}
}

static void of_equal_counts_the_first_are_kept(void **state)
{
	struct ni_trace_exhausted record = { .open = 0 };

	(void)state;
	for (uint32_t site = 1; site <= SITES; site++)
		note_holder(&record, site, 7);
	for (uint32_t i = 0; i < NI_HOLDERS; i++)
		assert_int_equal(record.holders[i].created, i + 1);
	assert_int_equal(record.others, 4 * 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_most_are_named_in_whatever_order_they_come),
		cmocka_unit_test(of_equal_counts_the_first_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
