/*
 * test_spawn_actions.c - libc's own list of file actions is understood, and
 * anything else is recognised as foreign.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../shim/audit/spawn_actions.c"

static bool is_musl;

bool ni_is_glibc(void)
{
	return !is_musl;
}

#include "descriptors.h"

static posix_spawn_file_actions_t actions;

static int begin(void **state)
{
	(void)state;
	return posix_spawn_file_actions_init(&actions);
}

static int end(void **state)
{
	(void)state;
	return posix_spawn_file_actions_destroy(&actions);
}

static void expect(int fd, enum ni_spawn_effect wanted, int wanted_source)
{
	int source = -1;

	assert_true(ni_spawn_is_understood(&actions));
	assert_int_equal(ni_spawn_effect(&actions, fd, &source), wanted);
	assert_int_equal(source, wanted_source);
}

static void no_actions_touch_nothing(void **state)
{
	int source = 5;

	(void)state;
	expect(3, NI_SPAWN_UNTOUCHED, -1);
	assert_true(ni_spawn_is_understood(NULL));
	assert_int_equal(ni_spawn_effect(NULL, 3, &source), NI_SPAWN_UNTOUCHED);
	assert_int_equal(ni_spawn_highest(NULL), -1);
}

static void each_action_has_its_effect(void **state)
{
	(void)state;
	posix_spawn_file_actions_addclose(&actions, 3);
	posix_spawn_file_actions_adddup2(&actions, 9, 4);
	posix_spawn_file_actions_addopen(&actions, 5, "/", O_RDONLY, 0);
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	posix_spawn_file_actions_addfchdir_np(&actions, 6);
	expect(3, NI_SPAWN_CLOSED, -1);
	expect(4, NI_SPAWN_COPIED, 9);
	expect(5, NI_SPAWN_OPENED, -1);
	expect(6, NI_SPAWN_UNTOUCHED, -1);
	expect(9, NI_SPAWN_UNTOUCHED, -1);
	assert_int_equal(ni_spawn_highest(&actions), 5);
}

static void the_last_action_on_a_number_counts(void **state)
{
	(void)state;
	posix_spawn_file_actions_adddup2(&actions, 9, 4);
	posix_spawn_file_actions_addclose(&actions, 4);
	posix_spawn_file_actions_addclose(&actions, 7);
	posix_spawn_file_actions_adddup2(&actions, 8, 7);
	expect(4, NI_SPAWN_CLOSED, 9);
	expect(7, NI_SPAWN_COPIED, 8);
}

static void closing_from_a_number_closes_all_above(void **state)
{
	(void)state;
	posix_spawn_file_actions_adddup2(&actions, 9, 20);
	posix_spawn_file_actions_addclosefrom_np(&actions, 5);
	posix_spawn_file_actions_adddup2(&actions, 1, 30);
	expect(4, NI_SPAWN_UNTOUCHED, -1);
	expect(5, NI_SPAWN_CLOSED, -1);
	expect(20, NI_SPAWN_CLOSED, 9);
	expect(30, NI_SPAWN_COPIED, 1);
}

static void what_is_no_list_is_not_understood(void **state)
{
	posix_spawn_file_actions_t broken;
	struct action unknown = { .tag = 99 };

	(void)state;
	memset(&broken, 0xff, sizeof(broken));
	assert_false(ni_spawn_is_understood(&broken));
	memset(&broken, 0, sizeof(broken));
	broken.__allocated = broken.__used = 1;
	assert_false(ni_spawn_is_understood(&broken));
	broken.__actions = (void *)&unknown;
	assert_false(ni_spawn_is_understood(&broken));
}

/* "close 3, copy 9 to 4, open 5, chdir, close 4", stored in reverse order. */
static void the_list_of_musl_is_read_from_its_end(void **state)
{
	struct musl_action row[] = {
		{ .command = 1, .fd = 4 },
		{ .command = 4, .fd = -1 },
		{ .command = 3, .fd = 5 },
		{ .command = 2, .fd = 4, .source = 9 },
		{ .command = 1, .fd = 3 },
	};
	struct list *list = (struct list *)&actions;
	posix_spawn_file_actions_t before = actions;

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_LEN(row); i++) {
		row[i].next = &row[i + 1];
		row[i + 1].prev = &row[i];
	}
	is_musl = true;
	list->allocated = list->used = -1;	/* padding in musl's struct */
	list->actions = row;
	expect(3, NI_SPAWN_CLOSED, -1);
	expect(4, NI_SPAWN_CLOSED, 9);
	expect(5, NI_SPAWN_OPENED, -1);
	expect(9, NI_SPAWN_UNTOUCHED, -1);
	assert_int_equal(ni_spawn_highest(&actions), 5);
	row[2].command = 9;
	assert_false(ni_spawn_is_understood(&actions));
	list->actions = NULL;
	expect(4, NI_SPAWN_UNTOUCHED, -1);
	is_musl = false;
	actions = before;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_actions_touch_nothing,
						begin, end),
		cmocka_unit_test_setup_teardown(each_action_has_its_effect,
						begin, end),
		cmocka_unit_test_setup_teardown(
			the_last_action_on_a_number_counts, begin, end),
		cmocka_unit_test_setup_teardown(
			closing_from_a_number_closes_all_above, begin, end),
		cmocka_unit_test(what_is_no_list_is_not_understood),
		cmocka_unit_test_setup_teardown(
			the_list_of_musl_is_read_from_its_end, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
