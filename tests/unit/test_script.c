/*
 * The first line of a script is read as the kernel and env(1) read it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/reach/script.h"
#include "descriptors.h"

static const struct {
	const char *head, *interpreter, *argument;
} rows[] = {
	{ "#!/bin/sh\n", "/bin/sh", "" },
	{ "#!/bin/sh", "/bin/sh", "" },
	{ "#! \t/bin/sh  \n", "/bin/sh", "" },
	{ "#!/bin/sh -e\nexit 1\n", "/bin/sh", "-e" },
	{ "#!/usr/bin/env -S sh -e  \n", "/usr/bin/env", "-S sh -e" },
	{ "#!/bin/sh\t-a -b\n", "/bin/sh", "-a -b" },
	{ "#!/bin/sh\r\n", "/bin/sh\r", "" },
	{ "#!perl\n", "perl", "" },
	{ "#!", NULL, NULL },
	{ "#!\n", NULL, NULL },
	{ "#!  \t \n", NULL, NULL },
	{ "# !/bin/sh\n", NULL, NULL },
	{ "echo\n", NULL, NULL },
	{ "#", NULL, NULL },
	{ "", NULL, NULL },
};

static void the_first_line_is_read_as_by_the_kernel(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ni_script script = { "untouched", "" };
		int r = ni_script_read(rows[i].head, strlen(rows[i].head),
				       &script);

		assert_int_equal(r, rows[i].interpreter ? 0 : -ENOEXEC);
		assert_string_equal(script.interpreter, rows[i].interpreter ?
				    rows[i].interpreter : "untouched");
		if (rows[i].argument)
			assert_string_equal(script.argument, rows[i].argument);
	}
}

static void a_name_that_may_go_on_behind_the_buffer_is_refused(void **state)
{
	char head[NI_SCRIPT_HEAD + 50];
	struct ni_script script;

	(void)state;
	memset(head, 'x', sizeof(head));
	memcpy(head, "#!/", 3);
	assert_int_equal(ni_script_read(head, sizeof(head), &script), -ENOEXEC);
	assert_int_equal(ni_script_read(head, 100, &script), 0);
	assert_int_equal(strlen(script.interpreter), 98);
	head[200] = ' ';
	assert_int_equal(ni_script_read(head, sizeof(head), &script), 0);
	assert_int_equal(strlen(script.argument), NI_SCRIPT_HEAD - 201);
}

static const struct {
	const char *argument, *command;
	bool clears;
} env_rows[] = {
	{ "python3", "python3", false },
	{ "", "", false },
	{ "-S python3 -u", "python3", false },
	{ "-Spython3", "python3", false },
	{ "-S A=b C=d python3", "python3", false },
	{ "-vS python3", "python3", false },
	{ "-S -i python3", "python3", true },
	{ "-iS python3", "python3", true },
	{ "-S - python3", "python3", true },
	{ "--split-string=python3 -u", "python3", false },
	{ "-i", "", true },
	{ "-S -u HOME python3", "", false },
	{ "-S 'my python'", "", false },
	{ "-S ${PYTHON}", "", false },
	{ "A=b", "", false },
	{ "a name with spaces", "a name with spaces", false },
};

static void what_env_becomes_is_known_where_it_can_be(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(env_rows); i++) {
		struct ni_env_script found;

		ni_env_script_read(env_rows[i].argument, &found);
		if (strcmp(found.command, env_rows[i].command) ||
		    found.clears_environment != env_rows[i].clears)
			fail_msg("%s: '%s' %d", env_rows[i].argument,
				 found.command, found.clears_environment);
	}
}

static void text_has_no_nul_in_its_first_line(void **state)
{
	(void)state;

	assert_true(ni_script_is_text("", 0));
	assert_true(ni_script_is_text("echo\n\0", 6));
	assert_false(ni_script_is_text("\0", 1));
	assert_false(ni_script_is_text("\177ELF", 4));
	assert_false(ni_script_is_text("ec\0ho\n", 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_is_read_as_by_the_kernel),
		cmocka_unit_test(a_name_that_may_go_on_behind_the_buffer_is_refused),
		cmocka_unit_test(what_env_becomes_is_known_where_it_can_be),
		cmocka_unit_test(text_has_no_nul_in_its_first_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
