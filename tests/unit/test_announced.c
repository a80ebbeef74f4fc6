/*
 * Which numbers a new image is told: in text, by socket activation, by the
 * table of variables and arguments.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "activations.h"
#include "common/announced.h"
#include "descriptors.h"

static const struct {
	const char *text, *numbers;
} texts[] = {
	{ "", "" },
	{ "7", "7" },
	{ "0", "0" },
	{ "07", "" },
	{ "7;8", "7 8" },
	{ "7,8 9:10;11", "7 8 9 10 11" },
	{ "[7](8)", "7 8" },
	{ "fd=7", "7" },
	{ "fd=7,", "7" },
	{ "/run/php8.2-fpm.sock=8", "8" },
	{ "fd7", "" },
	{ "7fd", "" },
	{ "7.8", "" },
	{ "/7", "" },
	{ "7/", "" },
	{ "-7", "" },
	{ "7-9", "" },
	{ "7_8", "7 8" },
	{ "127.0.0.1:8", "8" },
	{ "wayland-7", "" },
	{ "\xc3\xa9" "7", "7" },
	{ "2147483647", "2147483647" },
	{ "2147483648", "" },
	{ "4294967303", "" },
	{ "18446744073709551623", "" },
	{ "99999999999999999999999999999999999999 7", "7" },
};

static const char *numbers_in(const char *text)
{
	static char numbers[256];
	const char *start = text;
	unsigned number;
	int length = 0;

	numbers[0] = '\0';
	while (ni_number_next(&text, start, &number)) {
		length += sprintf(numbers + length, length ? " %u" : "%u",
				  number);
		assert_true(ni_number_stands_in(start, number));
	}
	return numbers;
}

static void a_number_touches_no_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(numbers_in(texts[i].text), texts[i].numbers))
			fail_msg("%s: '%s'", texts[i].text,
				 numbers_in(texts[i].text));
	assert_false(ni_number_stands_in("78 17 7.1", 7));
}

static char found[512];

static void note(void *data, const struct ni_announcement *what)
{
	size_t length = strlen(found);

	assert_ptr_equal(data, found);
	sprintf(found + length, "%s%.*s", length ? " " : "",
		(int)what->name_length, what->text);
	sprintf(found + strlen(found), ":%u", what->first);
	if (what->last != what->first)
		sprintf(found + strlen(found), "-%u", what->last);
}

static const char *announced_to(const struct ni_announced_to *to)
{
	found[0] = '\0';
	ni_announced_each(to, note, found);
	return found;
}

static const char *announced(char *variable, char *other, char *argument,
			     char *behind, long pid)
{
	char *argv[] = { "program", argument, behind, "1", NULL };
	char *environment[] = { "A=5", variable, other, NULL };
	const struct ni_announced_to to = { argv, environment, pid, NULL };

	if (!argument)
		argv[1] = NULL;
	if (!variable)
		environment[1] = NULL;
	return announced_to(&to);
}

static const struct {
	char *variable, *argument, *behind, *found;
} rows[] = {
	{ NULL, NULL, NULL, "" },
	{ "WAYLAND_SOCKET=7", NULL, NULL, "WAYLAND_SOCKET:7" },
	{ "WAYLAND_SOCKET=7 8", NULL, NULL,
	  "WAYLAND_SOCKET:7 WAYLAND_SOCKET:8" },
	{ "WAYLAND_SOCKET=", NULL, NULL, "" },
	{ "WAYLAND_SOCKET", NULL, NULL, "" },
	{ "WAYLAND_SOCKETS=7", NULL, NULL, "" },
	{ "XWAYLAND_SOCKET=7", NULL, NULL, "" },
	{ "_FUSE_COMMFD2=7", NULL, NULL, "_FUSE_COMMFD2:7" },
	{ "OTHER=7", NULL, NULL, "" },
	{ "LISTEN_PID=7", NULL, NULL, "" },
	{ NULL, "--fd=7", "8", "--fd=:7" },
	{ NULL, "--fd=7,8", NULL, "--fd=:7 --fd=:8" },
	{ NULL, "--fd=", "8", "--fd=:8" },
	{ NULL, "--fd", "8", "" },
	{ NULL, "--fds=7", NULL, "" },
	{ NULL, "x--fd=7", NULL, "" },
	{ NULL, "-fd=7", NULL, "" },
	{ NULL, "7", "8", "" },
	{ NULL, "-listen", "8", "-listen:8" },
	{ NULL, "-listenfd", "8", "-listenfd:8" },
	{ NULL, "-listenfd=7", "8", "-listenfd:7" },
	{ NULL, "-wmx7", "8", "" },
	{ NULL, "--httpport", "8080:fd=7", "--httpport:8080 --httpport:7" },
	{ NULL, "-wm", NULL, "" },
};

static void the_table_names_variables_and_arguments(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *now = announced(rows[i].variable, NULL,
					    rows[i].argument, rows[i].behind,
					    PID);

		if (strcmp(now, rows[i].found))
			fail_msg("row %zu: '%s', not '%s'", i, now,
				 rows[i].found);
	}
}

static void socket_activation_names_3_and_what_follows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(activations); i++) {
		const struct activation *row = &activations[i];
		const char *now = announced(row->count, row->pid, NULL, NULL,
					    row->process);
		char wanted[40] = "";

		if (row->last == 3)
			strcpy(wanted, "LISTEN_FDS:3");
		else if (row->last)
			sprintf(wanted, "LISTEN_FDS:3-%d", row->last);
		if (strcmp(now, wanted))
			fail_msg("row %zu: '%s', not '%s'", i, now, wanted);
	}
}

/* The variables that end in '!' are the program's own here. */
static bool ends_in_mark(const char *variable)
{
	return variable[strlen(variable) - 1] == '!';
}

static void an_inherited_variable_says_nothing(void **state)
{
	static const struct {
		char *variable, *other, *found;
	} cases[] = {
		{ "WAYLAND_SOCKET=7", NULL, "" },
		{ "WAYLAND_SOCKET=7!", NULL, "WAYLAND_SOCKET:7" },
		{ "LISTEN_FDS=1", NULL, "" },
		{ "LISTEN_FDS=1", "LISTEN_PID=4242", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *environment[] = { cases[i].variable, cases[i].other,
					NULL };
		const struct ni_announced_to to = {
			.environment = environment, .pid = PID,
			.is_own = ends_in_mark,
		};

		assert_string_equal(announced_to(&to), cases[i].found);
	}
}

static bool is_process(const char *variable)
{
	return ni_variable_value(variable, "LISTEN_PID") != NULL;
}

static void a_new_pid_speaks_for_an_old_count(void **state)
{
	char *environment[] = { "LISTEN_FDS=1", "LISTEN_PID=4242", NULL };
	const struct ni_announced_to to = {
		.environment = environment, .pid = PID, .is_own = is_process,
	};

	(void)state;
	assert_string_equal(announced_to(&to), "LISTEN_FDS:3");
}

static void other_names_can_be_asked_for(void **state)
{
	char *argv[] = { "program", "--sock=7", "-s8", "-s", "9", "-s", NULL };
	char *environment[] = { "NGINX=10;11;", "NGINXX=12", "NGINX", NULL };
	const struct ni_announced_to to = { argv, environment, PID, NULL };

	(void)state;
	found[0] = '\0';
	ni_announced_in_variable(&to, "NGINX and more", 5, note, found);
	ni_announced_in_arguments(&to, "--sock=", 7, note, found);
	ni_announced_in_arguments(&to, "-s", 2, note, found);
	assert_string_equal(found, "NGINX:10 NGINX:11 --sock=:7 -s:8 -s:9");
}

static void lists_may_be_missing(void **state)
{
	const struct ni_announced_to to = { NULL, NULL, 0, NULL };

	(void)state;
	assert_string_equal(announced_to(&to), "");
}

static void the_tables_variables_are_known(void **state)
{
	(void)state;
	assert_true(ni_announced_is_variable("LISTEN_FDS=1"));
	assert_true(ni_announced_is_variable("LISTEN_PID="));
	assert_true(ni_announced_is_variable("WAYLAND_SOCKET=x"));
	assert_false(ni_announced_is_variable("WAYLAND_SOCKET"));
	assert_false(ni_announced_is_variable("WAYLAND=7"));
	assert_false(ni_announced_is_variable("HOME=7"));
	assert_false(ni_announced_is_variable(""));
	assert_true(ni_announced_letters() & ni_letter_bit('L'));
	assert_true(ni_announced_letters() & ni_letter_bit('_'));
	assert_false(ni_announced_letters() & ni_letter_bit('T'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_touches_no_word),
		cmocka_unit_test(the_table_names_variables_and_arguments),
		cmocka_unit_test(socket_activation_names_3_and_what_follows),
		cmocka_unit_test(an_inherited_variable_says_nothing),
		cmocka_unit_test(a_new_pid_speaks_for_an_old_count),
		cmocka_unit_test(other_names_can_be_asked_for),
		cmocka_unit_test(lists_may_be_missing),
		cmocka_unit_test(the_tables_variables_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
