/*
 * The marks: which descriptors are ours, and that no mark outlives its
 * descriptor or is written in a vfork child.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "descriptors.h"
#include "preload/marks.h"

/* Any state but a vfork child's: nothing is marked. */
static int start_empty(void **state)
{
	(void)state;
	ni_in_vfork_child = 0;
	memset(ni_marks, 0, sizeof(ni_marks));
	ni_marks_end = 0;
	ni_marks_limit = 0;
	return 0;
}

static const int numbers[] = {
	0, 1, 2, 3, 4, 1023, 1024, 1025, 65535, NI_MARKS_SIZE - 1,
};

static void a_mark_is_found_and_taken_off_again(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		start_empty(state);
		ni_marks_set(numbers[i], NI_MARK_KEPT);
		if (ni_marks_get(numbers[i]) != NI_MARK_KEPT)
			fail_msg("%d", numbers[i]);
		assert_false(ni_is_marked(numbers[i]));
		ni_marks_set(numbers[i], NI_MARK_OURS);
		assert_true(ni_is_marked(numbers[i]));
		assert_int_equal(ni_marks_top(), numbers[i] + 1);
		assert_int_equal(ni_marks_take(numbers[i]), NI_MARK_OURS);
		assert_int_equal(ni_marks_get(numbers[i]), 0);
		assert_int_equal(ni_marks_top(), 0);
	}
}

static void a_number_past_the_table_is_not_ours(void **state)
{
	const int past[] = { -1, INT_MIN, INT_MAX, NI_MARKS_SIZE };

	(void)state;
	ni_marks_set(7, NI_MARK_OURS);
	for (size_t i = 0; i < ARRAY_LEN(past); i++) {
		ni_marks_set(past[i], NI_MARK_OURS);
		assert_false(ni_is_marked(past[i]));
		assert_int_equal(ni_marks_take(past[i]), 0);
		assert_false(ni_mark_fast(past[i]));
	}
}

static void the_fast_mark_is_for_numbers_that_were_seen_to_fit(void **state)
{
	(void)state;

	assert_false(ni_mark_fast(3));
	ni_marks_set(3, NI_MARK_OURS);
	for (int fd = 0; fd < 3; fd++)
		assert_false(ni_mark_fast(fd));
	assert_true(ni_mark_fast(4));
	assert_true(ni_is_marked(4));
	assert_false(ni_mark_fast(100000));
	assert_false(ni_is_marked(100000));
}

static void the_top_ignores_what_is_not_ours(void **state)
{
	(void)state;

	ni_marks_set(5, NI_MARK_OURS);
	ni_marks_set(9, NI_MARK_KEPT);
	ni_marks_set(700, NI_MARK_KEPT);
	assert_int_equal(ni_marks_top(), 6);
}

static void a_vfork_child_writes_nothing(void **state)
{
	(void)state;

	ni_marks_set(5, NI_MARK_OURS);
	ni_in_vfork_child = 1;
	ni_marks_limit = 0;
	assert_int_equal(ni_marks_take(5), NI_MARK_OURS);
	ni_marks_set(6, NI_MARK_OURS);
	assert_false(ni_mark_fast(6));
	ni_marks_begin_closing(3, UINT_MAX);
	ni_marks_end_closing(3, UINT_MAX, true);
	ni_in_vfork_child = 0;
	assert_int_equal(ni_marks_get(5), NI_MARK_OURS);
	assert_int_equal(ni_marks_get(6), 0);
}

static void a_range_close_takes_the_marks_of_its_range(void **state)
{
	(void)state;

	for (int fd = 3; fd < 10; fd++)
		ni_marks_set(fd, fd == 6 ? NI_MARK_KEPT : NI_MARK_OURS);
	ni_marks_begin_closing(4, 7);
	ni_marks_end_closing(4, 7, true);
	for (int fd = 3; fd < 10; fd++)
		assert_int_equal(!ni_marks_get(fd), fd >= 4 && fd <= 7);
	ni_marks_begin_closing(0, UINT_MAX);
	ni_marks_end_closing(0, UINT_MAX, true);
	assert_int_equal(ni_marks_top(), 0);
}

static void a_range_close_that_fails_takes_nothing(void **state)
{
	(void)state;

	ni_marks_set(4, NI_MARK_OURS);
	ni_marks_set(5, NI_MARK_KEPT);
	ni_marks_begin_closing(3, UINT_MAX);
	ni_marks_end_closing(3, UINT_MAX, false);
	assert_int_equal(ni_marks_get(4), NI_MARK_OURS);
	assert_int_equal(ni_marks_get(5), NI_MARK_KEPT);
}

static void a_number_given_out_during_a_range_close_stays_ours(void **state)
{
	(void)state;

	ni_marks_set(4, NI_MARK_OURS);
	ni_marks_set(5, NI_MARK_OURS);
	ni_marks_begin_closing(3, 9);
	assert_true(ni_mark_fast(4));	/* another thread's socket */
	ni_marks_end_closing(3, 9, true);
	assert_int_equal(ni_marks_get(4), NI_MARK_OURS);
	assert_int_equal(ni_marks_get(5), 0);
}

#define CASE(name) cmocka_unit_test_setup(name, start_empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_mark_is_found_and_taken_off_again),
		CASE(a_number_past_the_table_is_not_ours),
		CASE(the_fast_mark_is_for_numbers_that_were_seen_to_fit),
		CASE(the_top_ignores_what_is_not_ours),
		CASE(a_vfork_child_writes_nothing),
		CASE(a_range_close_takes_the_marks_of_its_range),
		CASE(a_range_close_that_fails_takes_nothing),
		CASE(a_number_given_out_during_a_range_close_stays_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
