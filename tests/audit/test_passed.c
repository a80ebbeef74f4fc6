/*
 * test_passed.c - when a number counts as announced to the new image, and how
 * the environment is completed for it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define variables announced_variables
#include "../../shim/common/announced.c"
#undef variables
#include "../../shim/audit/environment.c"
#include "../../shim/audit/passed.c"
#include "descriptors.h"

#define LIBRARY "/usr/lib/libnoinherit-audit.so"

static char *const at_start[] = {
	"HOME=/root", "OLD_FD=7", "LD_PRELOAD=other.so " LIBRARY,
	"NOINHERIT_AUDIT_DIR=/tmp/traces", "NOINHERIT_AUDIT_OPTIONS=frames=9",
	NULL
};

static char *const no_words[] = { NULL };

/* ---- numbers in text -------------------------------------------------------- */

static const struct { const char *text; int fd; bool names; } texts[] = {
	{ "7", 7, true },
	{ "7;8;", 8, true },
	{ "/run/php8.2-fpm.sock=9", 9, true },
	{ "/run/php8.2-fpm.sock=9", 8, false },
	{ "/run/php8.2-fpm.sock=9", 2, false },
	{ "17", 7, false },
	{ "7a", 7, false },
	{ "a7", 7, false },
	{ "1.7", 7, false },
	{ "7.1", 7, false },
	{ "/7", 7, false },
	{ "-7", 7, false },
	{ "7-9", 7, false },
	{ "7,8", 7, true },
	{ "07", 7, false },
	{ "99999999999999999997", 7, false },
	{ "", 7, false },
	{ "fd:7 x", 7, true },
	{ "0", 0, true },
};

static void a_number_counts_when_it_stands_by_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (ni_passed_names(texts[i].text, texts[i].fd) !=
		    texts[i].names)
			fail_msg("'%s' and %d", texts[i].text, texts[i].fd);
}

/* ---- reasons ------------------------------------------------------------------ */

static const struct {
	char *argument, *variable;
	enum ni_trace_passed reason;
	bool is_bare;
} reasons[] = {
	{ "--fd=7", "A=b", NI_PASSED_ARGUMENT, false },
	{ "fd=7,id=x", "A=b", NI_PASSED_ARGUMENT, false },
	{ "--fd=77", "A=b", NI_PASSED_NOT, false },
	{ "=7", "A=b", NI_PASSED_NOT, false },
	{ "--fd=7x", "A=b", NI_PASSED_NOT, false },
	{ "cat /dev/fd/7", "A=b", NI_PASSED_ARGUMENT, false },
	{ "/dev/fd/70", "A=b", NI_PASSED_NOT, false },
	{ "/proc/self/fd/7", "A=b", NI_PASSED_ARGUMENT, false },
	{ "7", "A=b", NI_PASSED_NOT, true },
	{ "7:11", "A=b", NI_PASSED_ARGUMENT, false },
	{ "11:7:9", "A=b", NI_PASSED_ARGUMENT, false },
	{ "17:11", "A=b", NI_PASSED_NOT, false },
	{ "7:", "A=b", NI_PASSED_ARGUMENT, false },
	{ "host:7", "A=b", NI_PASSED_NOT, false },
	{ "-listen=7", "A=b", NI_PASSED_ARGUMENT, false },
	{ "x", "PROTO=TCP", NI_PASSED_CONVENTION, false },
	{ "x", "PROTOCOL=TCP", NI_PASSED_NOT, false },
	{ "x", "NEW_FD=7", NI_PASSED_ENVIRONMENT, false },
	{ "x", "OLD_FD=7", NI_PASSED_NOT, false },
	{ "x", "CONTENT_LENGTH=7", NI_PASSED_NOT, false },
	{ "x", "HTTP_AGE=7", NI_PASSED_NOT, false },
	{ "x", "SERVERS=7", NI_PASSED_ENVIRONMENT, false },
	{ "x", "LISTEN_FDS=5", NI_PASSED_LISTEN_FDS, false },
	{ "x", "LISTEN_FDS=4", NI_PASSED_NOT, false },
	{ "x", "LISTEN_FDS=x", NI_PASSED_NOT, false },
};

static void the_argument_behind_an_option_counts(void **state)
{
	char *argv[] = { "Xwayland", "-listenfd", "7", NULL };
	struct ni_passing passing = { argv, no_words, 42 };

	(void)state;
	assert_int_equal(ni_passed(&passing, 7).reason, NI_PASSED_ARGUMENT);
	assert_int_equal(ni_passed(&passing, 8).reason, NI_PASSED_NOT);
}

static void a_number_in_any_argument_tells_the_receiver(void **state)
{
	static const struct { char *argument, *variable; bool is_told; } rows[] = {
		{ "7", "A=b", true }, { "fd 7 please", "A=b", true },
		{ "x", "NEW=7", true }, { "x", "OLD_FD=7", false },
		{ "x", "A=17", false }, { "17", "A", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *argv[] = { "program", rows[i].argument, NULL };
		char *environment[] = { rows[i].variable, NULL };
		struct ni_passing passing = { argv, environment, 42 };

		assert_int_equal(ni_passed_is_told(&passing, 7),
				 rows[i].is_told);
	}
}

static void a_descriptor_is_announced_in_these_ways(void **state)
{
	(void)state;
	ni_environment_start(at_start, LIBRARY);
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		char *argv[] = { "program", reasons[i].argument, NULL };
		char *environment[] = { reasons[i].variable, NULL };
		struct ni_passing passing = { argv, environment, 42 };
		struct ni_passed_because because = ni_passed(&passing, 7);

		if (because.reason != reasons[i].reason ||
		    because.is_bare_number != reasons[i].is_bare)
			fail_msg("'%s' '%s': reason %d bare %d",
				 reasons[i].argument, reasons[i].variable,
				 because.reason, because.is_bare_number);
	}
}

static void listen_pid_must_be_absent_or_ours(void **state)
{
	char *theirs[] = { "LISTEN_FDS=1", "LISTEN_PID=41", NULL };
	char *ours[] = { "LISTEN_FDS=1", "LISTEN_PID=42", NULL };
	struct ni_passing passing = { no_words, theirs, 42 };

	(void)state;
	assert_int_equal(ni_passed(&passing, 3).reason, NI_PASSED_NOT);
	passing.environment = ours;
	assert_int_equal(ni_passed(&passing, 3).reason, NI_PASSED_LISTEN_FDS);
	assert_int_equal(ni_passed(&passing, 4).reason, NI_PASSED_NOT);
}

/* ---- environments ---------------------------------------------------------------- */

static void expect_complete(char *const *given, const char *preload_value)
{
	bool is_complete;
	size_t room = ni_environment_room(given, &is_complete);
	char *const *made;
	void *memory;

	assert_false(is_complete);
	assert_true(room > 0);
	memory = malloc(room);
	made = ni_environment_completed(given, memory);
	assert_string_equal(ni_environment_value(made, "LD_PRELOAD"),
			    preload_value);
	assert_string_equal(ni_environment_value(made, NI_TRACE_ENV_DIRECTORY),
			    "/tmp/traces");
	assert_string_equal(ni_environment_value(made, NI_TRACE_ENV_OPTIONS),
			    "frames=9");
	assert_int_equal(ni_environment_room(made, &is_complete), 0);
	assert_true(is_complete);
	free(memory);
}

static void what_is_missing_is_added(void **state)
{
	char *shim[] = { "A=b", "LD_PRELOAD=/x/shim.so", "C=d", NULL };
	char *empty[] = { "LD_PRELOAD=", NULL };
	char *half[] = { "LD_PRELOAD=" LIBRARY ":x", NULL };
	char *alike[] = { "LD_PRELOAD=/x/not-libnoinherit-audit.so", NULL };

	(void)state;
	assert_string_equal(ni_environment_start(at_start, "?"), "/tmp/traces");
	expect_complete(NULL, LIBRARY);
	expect_complete(no_words, LIBRARY);
	expect_complete(shim, LIBRARY ":/x/shim.so");
	expect_complete(empty, LIBRARY);
	expect_complete(half, LIBRARY ":x");
	expect_complete(alike, LIBRARY ":/x/not-libnoinherit-audit.so");
}

static void a_complete_environment_is_left_alone(void **state)
{
	bool is_complete;

	(void)state;
	ni_environment_start(at_start, "?");
	assert_int_equal(ni_environment_room(at_start, &is_complete), 0);
	assert_true(is_complete);
}

static void a_huge_environment_is_not_put_on_the_stack(void **state)
{
	char **huge = malloc(20001 * sizeof(*huge));
	bool is_complete;

	(void)state;
	ni_environment_start(at_start, "?");
	for (size_t i = 0; i < 20000; i++)
		huge[i] = "A=b";
	huge[20000] = NULL;
	assert_int_equal(ni_environment_room(huge, &is_complete), 0);
	assert_false(is_complete);
	free(huge);
}

static void without_a_directory_there_is_nothing_to_do(void **state)
{
	char *relative[] = { "NOINHERIT_AUDIT_DIR=traces", NULL };

	(void)state;
	assert_null(ni_environment_start(no_words, LIBRARY));
	assert_null(ni_environment_start(relative, LIBRARY));
}

static void the_directory_can_be_taken_out(void **state)
{
	void *memory = malloc(ni_environment_room_without(at_start));
	char *const *left = ni_environment_without(at_start, memory);

	(void)state;
	assert_null(ni_environment_value(left, NI_TRACE_ENV_DIRECTORY));
	assert_string_equal(ni_environment_value(left, "HOME"), "/root");
	assert_int_equal(count(left), count(at_start) - 1);
	assert_int_equal(ni_environment_room_without(no_words), 0);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_counts_when_it_stands_by_itself),
		cmocka_unit_test(a_descriptor_is_announced_in_these_ways),
		cmocka_unit_test(listen_pid_must_be_absent_or_ours),
		cmocka_unit_test(the_argument_behind_an_option_counts),
		cmocka_unit_test(a_number_in_any_argument_tells_the_receiver),
		cmocka_unit_test(what_is_missing_is_added),
		cmocka_unit_test(a_complete_environment_is_left_alone),
		cmocka_unit_test(a_huge_environment_is_not_put_on_the_stack),
		cmocka_unit_test(without_a_directory_there_is_nothing_to_do),
		cmocka_unit_test(the_directory_can_be_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
