/*
 * Which variables the program had at its start, and which it set itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "preload/inherited.h"

static void a_variable_of_the_start_is_not_new(void **state)
{
	(void)state;
	ni_inherited_note("LISTEN_FDS=1");
	assert_false(ni_inherited_is_new("LISTEN_FDS=1"));
	assert_true(ni_inherited_is_new("LISTEN_FDS=2"));
	assert_true(ni_inherited_is_new("WAYLAND_SOCKET=1"));
}

/* What was not remembered may be any variable. */
static void with_too_many_variables_none_is_new(void **state)
{
	char variable[32];

	(void)state;
	for (int i = 1; i < 64; i++) {
		snprintf(variable, sizeof(variable), "A=%d", i);
		ni_inherited_note(variable);
	}
	assert_true(ni_inherited_is_new("VPNFD=7"));
	ni_inherited_note("A=64");
	assert_false(ni_inherited_is_new("VPNFD=7"));
	assert_false(ni_inherited_is_new("A=64"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variable_of_the_start_is_not_new),
		cmocka_unit_test(with_too_many_variables_none_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
