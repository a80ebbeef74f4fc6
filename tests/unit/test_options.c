/*
 * Options are read up to the command, and a wrong one is named.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/message.h"
#include "cli/options.h"
#include "descriptors.h"

static const struct option options[] = {
	{ "mode", required_argument, NULL, 'm' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

/* The line that a refused argument list puts on standard error. */
static void refusal_of(char **argv, char *line, int size)
{
	int argc = 0, saved = dup(2), c;
	FILE *file = tmpfile();

	while (argv[argc])
		argc++;
	dup2(fileno(file), 2);
	optind = 0;
	do
		c = ni_next_option(argc, argv, options);
	while (c != '?' && c != -1);
	assert_int_equal(c, '?');
	assert_int_equal(ni_option_error(argv, options), NI_EXIT_TROUBLE);
	dup2(saved, 2);
	close(saved);
	rewind(file);
	assert_non_null(fgets(line, size, file));
	fclose(file);
}

static const struct {
	const char *words[4];
	const char *line;
} rows[] = {
	{ { "run", "--moed=x" },
	  "noinherit: run: unknown option '--moed'; did you mean '--mode'?\n" },
	{ { "run", "--zebra" },
	  "noinherit: run: unknown option '--zebra'; 'noinherit run --help' lists them\n" },
	{ { "run", "--mode" },
	  "noinherit: run: option '--mode' needs a value; 'noinherit run --help' shows which\n" },
	{ { "run", "--json=yes" },
	  "noinherit: run: option '--json' takes no value; leave out '=yes'\n" },
	{ { "run", "-x" },
	  "noinherit: run: unknown option '-x'; 'noinherit run --help' lists them\n" },
	{ { "run", "-hx" },
	  "noinherit: run: unknown option '-x'; 'noinherit run --help' lists them\n" },
	{ { "run", "--json", "-x" },
	  "noinherit: run: unknown option '-x'; 'noinherit run --help' lists them\n" },
	{ { "run", "--json", "-xh" },
	  "noinherit: run: unknown option '-x'; 'noinherit run --help' lists them\n" },
};

static void a_wrong_option_is_named(void **state)
{
	char line[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		refusal_of((char **)rows[i].words, line, sizeof(line));
		assert_string_equal(line, rows[i].line);
	}
}

static void options_end_at_the_command(void **state)
{
	const char *words[] = { "run", "--mode", "off", "ls", "--mode=x", NULL };
	char **argv = (char **)words;

	(void)state;
	optind = 0;
	assert_int_equal(ni_next_option(5, argv, options), 'm');
	assert_string_equal(optarg, "off");
	assert_int_equal(ni_next_option(5, argv, options), -1);
	assert_int_equal(optind, 3);
}

static void a_number_is_digits_only(void **state)
{
	static const char *const wrong[] = {
		"", " 1", "-1", "+1", "1 ", "0x1", "1e3", "256", "99999999999999999999"
	};
	long number = -7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(ni_parse_number(wrong[i], 0, 255, &number), -EINVAL);
	assert_int_equal(number, -7);
	assert_int_equal(ni_parse_number("255", 0, 255, &number), 0);
	assert_int_equal(number, 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_option_is_named),
		cmocka_unit_test(options_end_at_the_command),
		cmocka_unit_test(a_number_is_digits_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
