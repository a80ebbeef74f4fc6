/*
 * Function and data of the program's way out are always a matching pair.
 */
#include "api.h"

#include <pthread.h>
#include <stdatomic.h>

#include "lib/timeout.h"

enum { CHANGES = 200000 };

static atomic_int mixed, done;
static char first_data, second_data;

static int first(void *data)
{
	if (data != &first_data)
		mixed = 1;
	return 0;
}

static int second(void *data)
{
	if (data != &second_data)
		mixed = 1;
	return 7;
}

static void *ask(void *unused)
{
	while (!done)
		ni_interrupt_should_stop();
	return unused;
}

static void no_reader_sees_one_s_function_with_the_other_s_data(void **state)
{
	pthread_t reader;

	(void)state;
	assert_int_equal(pthread_create(&reader, NULL, ask, NULL), 0);
	for (int i = 0; i < CHANGES; i++) {
		noinherit_set_interrupt(first, &first_data);
		noinherit_set_interrupt(second, &second_data);
	}
	done = 1;
	pthread_join(reader, NULL);
	assert_false(mixed);
}

static void nothing_set_never_stops(void **state)
{
	(void)state;
	noinherit_set_interrupt(NULL, NULL);
	assert_false(ni_interrupt_should_stop());
	noinherit_set_interrupt(second, &second_data);
	assert_true(ni_interrupt_should_stop());
	noinherit_set_interrupt(first, &first_data);
	assert_false(ni_interrupt_should_stop());
}

static void the_pair_that_was_set_is_given_back(void **state)
{
	struct noinherit_interrupt old;

	(void)state;
	noinherit_set_interrupt(NULL, NULL);
	old = noinherit_set_interrupt(first, &first_data);
	assert_null(old.should_stop);
	assert_null(old.data);
	old = noinherit_set_interrupt(second, &second_data);
	assert_ptr_equal(old.should_stop, first);
	assert_ptr_equal(old.data, &first_data);
	old = noinherit_set_interrupt(old.should_stop, old.data);
	assert_ptr_equal(old.should_stop, second);
	assert_false(ni_interrupt_should_stop());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_set_never_stops),
		cmocka_unit_test(the_pair_that_was_set_is_given_back),
		cmocka_unit_test(no_reader_sees_one_s_function_with_the_other_s_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
