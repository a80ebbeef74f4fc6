/*
 * The environment of a re-exec: what is the shim's is added, and taken in on
 * the other side by the process that it was written for, and no other.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/announced.h"
#include "descriptors.h"
#include "preload/environment.h"
#include "preload/marks.h"
#include "preload/policy.h"

enum { FIRST = 3, LAST = 20 };

/* What the process was started with; copied once, as at a start. LD_PRELOAD is
 * seen in tests/live: the shim is not preloaded here. */
static int start_with_settings(void **state)
{
	static char *before[] = {
		"NOINHERIT_SCOPE=socket,dup", "HOME=/", "NOINHERIT_KEEP=fd=9",
		"NOT_OURS=1", NULL,
	};

	(void)state;
	environ = before;
	ni_carried_copy();
	return 0;
}

static int forget_marks(void **state)
{
	(void)state;
	memset(ni_marks, 0, 64);
	memset(&ni_policy, 0, sizeof(ni_policy));
	ni_policy.is_read = true;
	ni_policy.is_enforcing = true;
	ni_policy.is_compat = true;
	return 0;
}

static char *completed[64];
static struct ni_environment_text text;

static const char *find(const char *name)
{
	const char *found = NULL;

	for (char **variable = completed; *variable; variable++) {
		const char *value = ni_variable_value(*variable, name);

		if (value && found)
			fail_msg("%s is there twice", name);
		if (value)
			found = value;
	}
	return found;
}

static void complete(char *const *envp, const char *numbers, bool is_spawn)
{
	int fd, length;

	ni_environment_begin(&text, is_spawn, 1234);
	for (; sscanf(numbers, "%d%n", &fd, &length) == 1; numbers += length)
		ni_environment_add(&text, (unsigned)fd);
	ni_environment_complete(completed, &text, envp,
				ni_environment_count(envp));
}

static void a_clean_environment_gets_the_settings_of_the_start(void **state)
{
	char *none[] = { NULL };

	(void)state;
	complete(none, "3", false);
	assert_string_equal(find("NOINHERIT_SCOPE"), "socket,dup");
	assert_string_equal(find("NOINHERIT_KEEP"), "fd=9");
	assert_null(find("NOINHERIT_MODE"));
	assert_null(find("HOME"));
	assert_null(find("NOT_OURS"));
}

static void what_the_program_says_itself_holds(void **state)
{
	char *own[] = { "NOINHERIT_SCOPE=accept", "HOME=/srv",
			"NOINHERIT_ADOPT=1:3", NULL };

	(void)state;
	complete(own, "3", false);
	assert_string_equal(find("NOINHERIT_SCOPE"), "accept");
	assert_string_equal(find("NOINHERIT_KEEP"), "fd=9");
	assert_string_equal(find("HOME"), "/srv");
	assert_string_equal(find("NOINHERIT_ADOPT"), "1234:3");
}

static const struct {
	const char *numbers, *written;
} lists[] = {
	{ "3", "1234:3" },
	{ "3 4", "1234:3-4" },
	{ "3 4 5 7 9 10", "1234:3-5,7,9-10" },
	{ "3 5 7", "1234:3,5,7" },
	{ "20", "1234:20" },
	{ "19 20", "1234:19-20" },
	{ "3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", "1234:3-20" },
};

static void the_numbers_are_written_as_ranges(void **state)
{
	char *none[] = { NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		complete(none, lists[i].numbers, false);
		assert_string_equal(find("NOINHERIT_ADOPT"), lists[i].written);
	}
	complete(NULL, "3", true);
	assert_string_equal(find("NOINHERIT_ADOPT"), "p1234:3");
}

static void a_list_that_does_not_fit_ends_with_a_whole_number(void **state)
{
	char *none[] = { NULL };
	const char *list;

	(void)state;
	ni_environment_begin(&text, false, 1234);
	for (unsigned fd = 10001; fd < 30000; fd += 2)
		ni_environment_add(&text, fd);
	ni_environment_complete(completed, &text, none, 0);
	list = find("NOINHERIT_ADOPT");
	assert_memory_equal(list, "1234:10001,10003,", 17);
	assert_int_equal(strlen(list) % 6, 10 % 6);	/* 1234:NNNNN,NNNNN */
	assert_in_range(strlen(list), 300, sizeof(text.adopt) - 1);
}

static void more_variables_than_were_counted_are_not_read(void **state)
{
	char *grown[] = { "A=1", "B=2", "C=3", NULL };

	(void)state;
	ni_environment_begin(&text, false, 1234);
	ni_environment_add(&text, 3);
	ni_environment_complete(completed, &text, grown, 2);
	assert_string_equal(find("B"), "2");
	assert_null(find("C"));
}

static int open_all(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	forget_marks(state);
	for (int number = FIRST; number <= LAST; number++)
		if (number != fd && dup2(fd, number) < 0)
			return -1;
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	return syscall(SYS_close_range, FIRST, LAST, 0);
}

static const struct {
	const char *who, *list, *adopted;
} adoptions[] = {
	{ "own", ":3", "3" },
	{ "own", ":3-5,7", "3 4 5 7" },
	{ "parent", ":20", "20" },
	{ "own", ":0-3", "" },
	{ "own", ":3,0-65535", "3" },
	{ "own", ":5-6,5", "5 6" },
	{ "own", ":5,4", "5" },
	{ "own", ":19-99", "19 20" },
	{ "own", ":3,5", "3 5" },
	{ "own", ":3,5x,7", "3 5" },
	{ "own", ":3-,5", "" },
	{ "own", ":7-5", "" },
	{ "own", ":", "" },
	{ "own", ": 3", "" },
	{ "own", "3", "" },
	{ "own", ":-3", "" },
	{ "own", ":4294967299", "" },
	{ "own", ":18446744073709551619", "" },
	{ "other", ":3", "" },
	{ "", "3", "" },
	{ "", ":3", "" },
	{ "", "p:3", "" },
	{ "", "-1:3", "" },
};

static void write_list(char *to, const char *who, const char *list)
{
	if (!strcmp(who, "own"))
		sprintf(to, "NOINHERIT_ADOPT=%d%s", getpid(), list);
	else if (!strcmp(who, "parent"))
		sprintf(to, "NOINHERIT_ADOPT=p%d%s", getppid(), list);
	else if (!strcmp(who, "other"))
		sprintf(to, "NOINHERIT_ADOPT=%d%s", getppid(), list);
	else
		sprintf(to, "NOINHERIT_ADOPT=%s", list);
}

static void only_a_list_for_this_process_is_adopted(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(adoptions); i++) {
		char variable[128], adopted[128] = "";
		char *envp[] = { "A=1", variable, "B=2", NULL };

		open_all(state);
		write_list(variable, adoptions[i].who, adoptions[i].list);
		ni_environment_adopt(envp);
		assert_string_equal(envp[1], "B=2");
		assert_null(envp[2]);
		for (int fd = FIRST; fd <= LAST; fd++) {
			assert_int_equal(ni_is_marked(fd), !is_inheritable(fd));
			if (ni_is_marked(fd))
				sprintf(adopted + strlen(adopted), "%s%d",
					*adopted ? " " : "", fd);
		}
		if (strcmp(adopted, adoptions[i].adopted))
			fail_msg("%s: '%s'", variable, adopted);
	}
}

static void what_is_closed_or_flagged_already_is_not_adopted(void **state)
{
	char variable[128];
	char *envp[] = { variable, NULL };

	(void)state;
	assert_return_code(fcntl(4, F_SETFD, FD_CLOEXEC), 0);
	assert_return_code(close(5), 0);
	write_list(variable, "own", ":4-6");
	ni_environment_adopt(envp);
	assert_false(ni_is_marked(4));
	assert_false(ni_is_marked(5));
	assert_true(ni_is_marked(6));
}

static void every_copy_of_the_variable_is_removed(void **state)
{
	char *envp[] = { "NOINHERIT_ADOPT=1:3", "A=1", "NOINHERIT_ADOPT=",
			 "NOINHERIT_ADOPTED=2", NULL };

	(void)state;
	ni_environment_adopt(envp);
	assert_string_equal(envp[0], "A=1");
	assert_string_equal(envp[1], "NOINHERIT_ADOPTED=2");
	assert_null(envp[2]);
}

static void strict_mode_adopts_nothing(void **state)
{
	char variable[128];
	char *envp[] = { variable, NULL };

	(void)state;
	ni_policy.is_compat = false;
	write_list(variable, "own", ":3");
	ni_environment_adopt(envp);
	assert_true(is_inheritable(3));
	assert_null(envp[0]);
}

#define PURE(name) cmocka_unit_test_setup(name, forget_marks)
#define OPENS(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PURE(a_clean_environment_gets_the_settings_of_the_start),
		PURE(what_the_program_says_itself_holds),
		PURE(the_numbers_are_written_as_ranges),
		PURE(a_list_that_does_not_fit_ends_with_a_whole_number),
		PURE(more_variables_than_were_counted_are_not_read),
		OPENS(only_a_list_for_this_process_is_adopted),
		OPENS(what_is_closed_or_flagged_already_is_not_adopted),
		OPENS(every_copy_of_the_variable_is_removed),
		OPENS(strict_mode_adopts_nothing),
	};

	return cmocka_run_group_tests(tests, start_with_settings, NULL);
}
