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
	ni_marks_copied(0);	/* also forgets copies that a case began */
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
		assert_true(ni_marks_vouch(numbers[i]));
		assert_int_equal(ni_marks_top(), numbers[i] + 1);
		ni_marks_take(numbers[i]);
		assert_int_equal(ni_marks_get(numbers[i]), 0);
		assert_false(ni_marks_vouch(numbers[i]));
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
		assert_false(ni_marks_vouch(past[i]));
		ni_marks_take(past[i]);
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
	assert_false(ni_mark_fast(60000));
	assert_false(ni_is_marked(60000));
}

static void the_top_ignores_what_is_not_ours(void **state)
{
	(void)state;

	ni_marks_set(5, NI_MARK_OURS);
	ni_marks_set(9, NI_MARK_KEPT);
	ni_marks_set(700, NI_MARK_KEPT);
	assert_int_equal(ni_marks_top(), 6);
}

/* As vfork.S does it, in the child. */
static void become_vfork_child(void)
{
	ni_marks_detached = ni_marks_copy_begins();
	ni_marks_limit = 0;
}

static void return_to_parent(void)
{
	ni_marks_copy_ends();
	ni_marks_detached = 0;
}

static void a_vfork_child_writes_nothing(void **state)
{
	(void)state;

	for (int fd = 3; fd < 9; fd++)
		ni_marks_set(fd, NI_MARK_OURS);
	become_vfork_child();
	ni_marks_take(5);
	ni_marks_set(20, NI_MARK_OURS);
	assert_false(ni_mark_fast(21));
	ni_marks_begin_closing(7, UINT_MAX);
	ni_marks_end_closing(7, UINT_MAX, true);
	for (int fd = 3; fd < 30; fd++)
		assert_int_equal(ni_marks_vouch(fd),
				 fd == 3 || fd == 4 || fd == 6);
	return_to_parent();
	for (int fd = 3; fd < 30; fd++)
		assert_int_equal(ni_marks_vouch(fd), fd < 9);
}

static void a_child_of_a_child_leaves_the_childs_log_as_it_was(void **state)
{
	unsigned before;

	(void)state;
	for (int fd = 3; fd < 9; fd++)
		ni_marks_set(fd, NI_MARK_OURS);
	become_vfork_child();
	ni_marks_take(4);
	before = ni_marks_detached;
	become_vfork_child();
	assert_false(ni_marks_vouch(4));
	ni_marks_take(7);
	assert_false(ni_marks_vouch(7));
	ni_marks_copy_ends();
	ni_marks_detached = before;
	assert_false(ni_marks_vouch(4));
	assert_true(ni_marks_vouch(7));
	return_to_parent();
}

static void what_is_younger_than_a_childs_table_is_not_trusted(void **state)
{
	(void)state;
	ni_marks_set(4, NI_MARK_OURS);
	become_vfork_child();
	ni_marks[5] = NI_MARK_NEW;	/* another thread of the parent */
	assert_true(ni_marks_vouch(4));
	assert_false(ni_marks_vouch(5));
	return_to_parent();
	assert_true(ni_marks_vouch(5));
	become_vfork_child();
	assert_true(ni_marks_vouch(5));
	return_to_parent();
}

static void a_full_log_vouches_for_nothing(void **state)
{
	(void)state;
	for (int fd = 3; fd < 100; fd++)
		ni_marks_set(fd, NI_MARK_OURS);
	become_vfork_child();
	for (int fd = 3; fd < 60; fd++)		/* in a row: one range */
		ni_marks_take(fd);
	assert_true(ni_marks_vouch(90));
	for (int fd = 60; fd < 90; fd += 2)
		ni_marks_take(fd);
	assert_false(ni_marks_vouch(61));
	assert_false(ni_marks_vouch(99));
	return_to_parent();
	assert_true(ni_marks_vouch(61));
}

static void a_forked_child_forgets_what_is_younger(void **state)
{
	unsigned detached;

	(void)state;
	ni_marks_set(4, NI_MARK_OURS);
	detached = ni_marks_copy_begins();
	ni_marks[5] = NI_MARK_NEW;
	ni_marks_copied(detached);
	assert_true(ni_marks_vouch(4));
	assert_false(ni_marks_vouch(5));
	ni_marks_set(5, NI_MARK_OURS);
	assert_true(ni_marks_vouch(5));
}

static void a_fork_of_a_vfork_child_starts_with_its_own_table(void **state)
{
	unsigned detached;

	(void)state;
	for (int fd = 3; fd < 6; fd++)
		ni_marks_set(fd, NI_MARK_OURS);
	become_vfork_child();
	ni_marks_take(4);
	detached = ni_marks_copy_begins();
	ni_marks_copied(detached);
	for (int fd = 3; fd < 9; fd++)
		assert_int_equal(ni_marks_vouch(fd), fd == 3 || fd == 5);
	ni_marks_set(6, NI_MARK_OURS);
	assert_true(ni_marks_vouch(6));
}

static void two_copies_at_once_trust_what_both_may(void **state)
{
	unsigned second;

	(void)state;
	ni_marks_set(4, NI_MARK_OURS);
	ni_marks_copy_begins();
	ni_marks_set(5, NI_MARK_OURS);
	second = ni_marks_copy_begins();	/* cannot tell 5's age */
	ni_marks_copied(second);
	assert_true(ni_marks_vouch(4));
	assert_false(ni_marks_vouch(5));
}

static void a_thread_that_leaves_the_table_is_trusted_in_nothing(void **state)
{
	(void)state;
	ni_marks_start();
	ni_marks_set(4, NI_MARK_OURS);
	ni_marks_split();
	assert_false(ni_marks_memory_is_lent());
	assert_false(ni_marks_vouch(4));
	ni_marks_take(4);
	ni_marks_set(5, NI_MARK_OURS);
	assert_int_equal(ni_marks_get(5), 0);
	ni_marks_detached = 0;		/* another thread, of the old table */
	assert_true(ni_marks_vouch(4));
	ni_marks_copied(ni_marks_copy_begins());
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
	assert_true(ni_marks_vouch(4));
	assert_int_equal(ni_marks_get(5), NI_MARK_KEPT);
}

static void what_is_being_closed_is_not_vouched_for(void **state)
{
	(void)state;

	ni_marks_set(4, NI_MARK_OURS);
	ni_marks_begin_closing(4, 4);
	assert_false(ni_marks_vouch(4));
	ni_marks_end_closing(4, 4, false);
	assert_true(ni_marks_vouch(4));
}

static void a_number_given_out_during_a_range_close_stays_ours(void **state)
{
	(void)state;

	ni_marks_set(4, NI_MARK_OURS);
	ni_marks_set(5, NI_MARK_OURS);
	ni_marks_begin_closing(3, 9);
	assert_true(ni_mark_fast(4));	/* another thread's socket */
	ni_marks_end_closing(3, 9, true);
	assert_true(ni_marks_vouch(4));
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
		CASE(a_child_of_a_child_leaves_the_childs_log_as_it_was),
		CASE(what_is_younger_than_a_childs_table_is_not_trusted),
		CASE(a_full_log_vouches_for_nothing),
		CASE(a_forked_child_forgets_what_is_younger),
		CASE(a_fork_of_a_vfork_child_starts_with_its_own_table),
		CASE(two_copies_at_once_trust_what_both_may),
		CASE(a_thread_that_leaves_the_table_is_trusted_in_nothing),
		CASE(what_is_being_closed_is_not_vouched_for),
		CASE(a_range_close_takes_the_marks_of_its_range),
		CASE(a_range_close_that_fails_takes_nothing),
		CASE(a_number_given_out_during_a_range_close_stays_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
