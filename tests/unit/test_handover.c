/*
 * Which numbers a new image is meant to get: the rules of matching.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "descriptors.h"
#include "preload/handover.h"
#include "preload/marks.h"
#include "preload/policy.h"

enum { FIRST = 3, LAST = 20, PID = 4242 };

/* Every number from FIRST to LAST is open, ours and flagged. */
static int own_all(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	if (fd < 0)
		return -1;
	memset(ni_marks, 0, 64);
	for (int number = FIRST; number <= LAST; number++) {
		if (number != fd && dup3(fd, number, O_CLOEXEC) < 0)
			return -1;
		ni_marks_set(number, NI_MARK_OURS);
	}
	memset(&ni_policy, 0, sizeof(ni_policy));
	ni_policy.is_read = true;
	ni_settings_default(&ni_policy.settings);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	return close_range(FIRST, LAST, 0);
}

static struct ni_handover *choose(char *const *argv, char *const *envp,
				  pid_t pid)
{
	static union {
		struct ni_handover handover;
		char room[256];
	} memory;
	const struct ni_file other = { AT_FDCWD, "/bin/true", 0 };

	ni_handover_choose(&memory.handover, ni_marks_top(), &other, argv, envp,
			   pid);
	return &memory.handover;
}

static const char *numbers_of(const struct ni_handover *handover)
{
	static char text[256];
	unsigned fd = ni_handover_next(handover, 0), count = 0;

	text[0] = '\0';
	for (; fd < handover->end; fd = ni_handover_next(handover, fd + 1)) {
		sprintf(text + strlen(text), count++ ? " %u" : "%u", fd);
	}
	assert_int_equal(count, handover->count);
	return text;
}

static const struct {
	char *variable, *numbers;
} matches[] = {
	{ "WAYLAND_SOCKET=7", "7" },
	{ "WAYLAND_SOCKET=", "" },
	{ "WAYLAND_SOCKET=07", "" },
	{ "WAYLAND_SOCKET=7;8", "7 8" },
	{ "WAYLAND_SOCKET=7,8 9:10;11", "7 8 9 10 11" },
	{ "WAYLAND_SOCKET=7 7", "7" },
	{ "WAYLAND_SOCKET=[7](8)", "7 8" },
	{ "WAYLAND_SOCKET=fd=7", "7" },
	{ "WAYLAND_SOCKET=/run/php8.2-fpm.sock=8", "8" },
	{ "WAYLAND_SOCKET=fd7", "" },
	{ "WAYLAND_SOCKET=7fd", "" },
	{ "WAYLAND_SOCKET=7.8", "" },
	{ "WAYLAND_SOCKET=/7", "" },
	{ "WAYLAND_SOCKET=7/", "" },
	{ "WAYLAND_SOCKET=-7", "" },
	{ "WAYLAND_SOCKET=7-9", "" },
	{ "WAYLAND_SOCKET=127.0.0.1:8", "8" },
	{ "WAYLAND_SOCKET=wayland-7", "" },
	{ "WAYLAND_SOCKET=99", "" },
	{ "WAYLAND_SOCKET=4294967303", "" },
	{ "WAYLAND_SOCKET=18446744073709551623", "" },
	{ "WAYLAND_SOCKETS=7", "" },
	{ "XWAYLAND_SOCKET=7", "" },
	{ "WAYLAND_SOCKET", "" },
	{ "OTHER=7", "" },
};

static void a_number_is_a_run_of_digits_that_touches_no_word(void **state)
{
	char *argv[] = { "true", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
		char *envp[] = { "A=5", matches[i].variable, "Z=6",
				 NULL };
		const char *numbers = numbers_of(choose(argv, envp, PID));

		if (strcmp(numbers, matches[i].numbers))
			fail_msg("%s: '%s', not '%s'", matches[i].variable,
				 numbers, matches[i].numbers);
	}
}

static const struct {
	char *argument, *numbers;
} arguments[] = {
	{ "--fd=7", "7" },
	{ "--fd=7,8", "7 8" },
	{ "--initial-client-fd=9", "9" },
	{ "--fd", "" },
	{ "7", "" },
	{ "--fds=7", "" },
	{ "x--fd=7", "" },
	{ "-fd=7", "" },
};

static void an_argument_of_the_table_names_a_number(void **state)
{
	char *envp[] = { NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(arguments); i++) {
		char *argv[] = { "true", "-v", arguments[i].argument,
				 NULL };
		const char *numbers = numbers_of(choose(argv, envp, PID));

		if (strcmp(numbers, arguments[i].numbers))
			fail_msg("%s: '%s'", arguments[i].argument, numbers);
	}
}

static void the_setting_adds_variables_and_arguments(void **state)
{
	char *argv[] = { "true", "--sock=7", "-s8", "9", NULL };
	char *envp[] = { "NGINX=10;11;", "OTHER=12", NULL };

	(void)state;
	assert_int_equal(ni_settings_parse(&ni_policy.settings, NI_SETTING_KEEP,
					   "env=NGINX,argv=--sock=,argv=-s",
					   NULL), 0);
	assert_string_equal(numbers_of(choose(argv, envp, PID)), "7 8 10 11");
}

static const struct {
	char *count, *pid;
	pid_t process;
	const char *numbers;
} activations[] = {
	{ "LISTEN_FDS=2", NULL, PID, "3 4" },
	{ "LISTEN_FDS=2", "LISTEN_PID=4242", PID, "3 4" },
	{ "LISTEN_FDS=2", "LISTEN_PID=4243", PID, "" },
	{ "LISTEN_FDS=2", "LISTEN_PID=", PID, "" },
	{ "LISTEN_FDS=2", "LISTEN_PID=4242x", PID, "" },
	{ "LISTEN_FDS=2", "LISTEN_PID=04242", PID, "3 4" },
	{ "LISTEN_FDS=2", "LISTEN_PID=4294971538", PID, "" },
	{ "LISTEN_FDS=2", NULL, 0, "3 4" },
	{ "LISTEN_FDS=2", "LISTEN_PID=0", 0, "" },
	{ "LISTEN_FDS=2", "LISTEN_PID=4242", 0, "" },
	{ "LISTEN_FDS=0", NULL, PID, "" },
	{ "LISTEN_FDS=", NULL, PID, "" },
	{ "LISTEN_FDS=-1", NULL, PID, "" },
	{ "LISTEN_FDS=2x", NULL, PID, "" },
	{ "LISTEN_FDS= 2", NULL, PID, "" },
	{ "LISTEN_FDSX=2", NULL, PID, "" },
	{ "LISTEN_FDS=99999999999999999999", NULL, PID,
	  "3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20" },
};

static void socket_activation_names_3_and_what_follows(void **state)
{
	char *argv[] = { "true", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(activations); i++) {
		char *envp[] = { "HOME=/", activations[i].count,
				 activations[i].pid, NULL };
		const char *numbers = numbers_of(
			choose(argv, envp, activations[i].process));

		if (strcmp(numbers, activations[i].numbers))
			fail_msg("%s %s: '%s'", activations[i].count,
				 activations[i].pid ? activations[i].pid : "",
				 numbers);
	}
}

static void only_what_is_ours_and_still_flagged_is_named(void **state)
{
	char *argv[] = { "true", NULL };
	char *envp[] = { "WAYLAND_SOCKET=7 8 9 10", NULL };

	(void)state;
	ni_marks_set(7, 0);
	ni_marks_set(8, NI_MARK_KEPT);
	assert_return_code(fcntl(9, F_SETFD, 0), 0);
	assert_string_equal(numbers_of(choose(argv, envp, PID)), "10");
	assert_return_code(close(10), 0);
	assert_string_equal(numbers_of(choose(argv, envp, PID)), "");
	assert_return_code(dup3(11, 10, O_CLOEXEC), 0);
}

static void without_a_file_or_lists_nothing_is_named(void **state)
{
	char *argv[] = { "--fd=7", NULL };
	union {
		struct ni_handover handover;
		char room[256];
	} memory;
	const struct ni_file none = { AT_FDCWD, NULL, 0 };

	(void)state;
	ni_handover_choose(&memory.handover, ni_marks_top(), &none, argv, argv,
			   PID);
	assert_int_equal(memory.handover.count, 0);
	assert_string_equal(numbers_of(choose(NULL, NULL, PID)), "");
}

static void what_is_released_is_put_back(void **state)
{
	char *argv[] = { "true", "--fd=7,8,20", NULL };
	struct ni_handover *handover = choose(argv, NULL, PID);

	(void)state;
	ni_handover_release(handover);
	for (int fd = FIRST; fd <= LAST; fd++)
		assert_int_equal(is_inheritable(fd),
				 fd == 7 || fd == 8 || fd == 20);
	ni_handover_put_back(handover);
	for (int fd = FIRST; fd <= LAST; fd++)
		assert_false(is_inheritable(fd));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, own_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_number_is_a_run_of_digits_that_touches_no_word),
		CASE(an_argument_of_the_table_names_a_number),
		CASE(the_setting_adds_variables_and_arguments),
		CASE(socket_activation_names_3_and_what_follows),
		CASE(only_what_is_ours_and_still_flagged_is_named),
		CASE(without_a_file_or_lists_nothing_is_named),
		CASE(what_is_released_is_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
