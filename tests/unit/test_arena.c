/*
 * test_arena.c - equal bytes have one number, and memory stays where it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/report/arena.h"

static struct ni_arena arena;

static int tear_down(void **state)
{
	(void)state;
	ni_arena_free(&arena);
	return 0;
}

static void memory_is_zeroed_aligned_and_does_not_overlap(void **state)
{
	unsigned char *pieces[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		size_t size = i * i * 13;

		pieces[i] = ni_arena_take(&arena, size);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		for (size_t j = 0; j < size; j++)
			assert_int_equal(pieces[i][j], 0);
		memset(pieces[i], (int)i, size);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t j = 0; j < i * i * 13; j++)
			assert_int_equal(pieces[i][j], (unsigned char)i);
}

static void equal_bytes_have_one_number(void **state)
{
	struct ni_distinct distinct = { .arena = &arena };
	char text[32];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 5000; i++) {
			snprintf(text, sizeof(text), "text %u", i);
			assert_int_equal(ni_distinct_text(&distinct, text), i);
		}
	assert_int_equal(distinct.count, 5000);
	assert_string_equal(ni_distinct_bytes(&distinct, 77, NULL), "text 77");
	ni_distinct_free(&distinct);
}

static void bytes_are_told_apart_by_length_too(void **state)
{
	struct ni_distinct distinct = { .arena = &arena };
	size_t size;

	(void)state;
	assert_false(ni_distinct_has(&distinct, "", 0));
	assert_int_equal(ni_distinct_number(&distinct, "a\0b", 3), 0);
	assert_int_equal(ni_distinct_number(&distinct, "a\0b", 2), 1);
	assert_int_equal(ni_distinct_number(&distinct, "", 0), 2);
	assert_true(ni_distinct_has(&distinct, "a\0b", 3));
	assert_false(ni_distinct_has(&distinct, "a\0c", 3));
	ni_distinct_bytes(&distinct, 1, &size);
	assert_int_equal(size, 2);
	ni_distinct_free(&distinct);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_does_not_overlap),
		cmocka_unit_test(equal_bytes_have_one_number),
		cmocka_unit_test(bytes_are_told_apart_by_length_too),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
