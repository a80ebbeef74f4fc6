/*
 * Which numbers a program was told to put a descriptor on (rule 13).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "preload/collision.h"

static unsigned long visited;

static void visit(void *data, unsigned fd)
{
	(void)data;
	visited |= 1UL << fd;
}

static unsigned long meant(char **environment)
{
	visited = 0;
	ni_collision_each(environment, visit, NULL);
	return visited;
}

static char *with_proto[] = { "A=1", "PROTO=TCP", NULL };
static char *without_proto[] = { "PROTOCOL=1", "PROTO", NULL };

static void proto_names_six_and_seven_where_it_is_new(void **state)
{
	(void)state;
	ni_collision_start(NULL, without_proto);
	assert_int_equal(meant(with_proto), 3UL << 6);
	assert_int_equal(meant(without_proto), 0);
	assert_int_equal(meant(NULL), 0);
	ni_collision_start(NULL, with_proto);
	assert_int_equal(meant(with_proto), 0);
}

static void only_socats_arguments_keep_numbers(void **state)
{
	char *argv[] = { "socat", "system:cat,fdin=6,fdout=7", NULL };

	(void)state;
	/* This program has another name. */
	ni_collision_start(argv, NULL);
	assert_false(ni_collision_keeps(6));
	assert_false(ni_collision_keeps(7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proto_names_six_and_seven_where_it_is_new),
		cmocka_unit_test(only_socats_arguments_keep_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
