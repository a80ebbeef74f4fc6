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
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "activations.h"
#include "descriptors.h"
#include "preload/handover.h"
#include "preload/inherited.h"
#include "preload/marks.h"
#include "preload/next.h"
#include "preload/policy.h"

enum { FIRST = 3, LAST = 20 };

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
	return syscall(SYS_close_range, FIRST, LAST, 0);
}

static struct ni_handover handover;

static bool decide(char *const *argv, char *const *envp, pid_t pid)
{
	const struct ni_file other = { AT_FDCWD, "/bin/true", 0 };

	return ni_handover_decide(&handover, &other, argv, envp, pid);
}

static char text[256];
static unsigned char is_visited[LAST + 1];

static void note(void *data, unsigned fd)
{
	assert_ptr_equal(data, text);
	assert_in_range(fd, FIRST, LAST);
	if (!is_visited[fd])
		sprintf(text + strlen(text), *text ? " %u" : "%u", fd);
	is_visited[fd] = 1;
}

static const char *numbers(char *const *argv, char *const *envp, pid_t pid)
{
	bool is_any = decide(argv, envp, pid);

	text[0] = '\0';
	memset(is_visited, 0, sizeof(is_visited));
	if (is_any)
		assert_true(ni_handover_each(&handover, note, text) > 0);
	assert_int_equal(is_any, *text != '\0');
	return text;
}

static const struct {
	char *variable, *numbers;
} matches[] = {
	{ "WAYLAND_SOCKET=7", "7" },
	{ "WAYLAND_SOCKET=99", "" },
	{ "WAYLAND_SOCKET=4294967303", "" },
	{ "WAYLAND_SOCKET=18446744073709551623", "" },
	{ "WAYLAND_SOCKETS=7", "" },
	{ "XWAYLAND_SOCKET=7", "" },
	{ "WAYLAND_SOCKET", "" },
	{ "OTHER=7", "" },
};

static void a_variable_of_the_table_names_a_number(void **state)
{
	char *argv[] = { "true", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
		char *envp[] = { "A=5", matches[i].variable, "Z=6",
				 NULL };
		const char *now = numbers(argv, envp, PID);

		if (strcmp(now, matches[i].numbers))
			fail_msg("%s: '%s', not '%s'", matches[i].variable,
				 now, matches[i].numbers);
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
		const char *now = numbers(argv, envp, PID);

		if (strcmp(now, arguments[i].numbers))
			fail_msg("%s: '%s'", arguments[i].argument, now);
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
	assert_string_equal(numbers(argv, envp, PID), "10 11 7 8");
}

static void socket_activation_names_3_and_what_follows(void **state)
{
	char *argv[] = { "true", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(activations); i++) {
		const struct activation *row = &activations[i];
		char *envp[] = { "HOME=/", row->count, row->pid, NULL };
		char wanted[100] = "";

		for (int fd = 3; fd <= row->last && fd <= LAST; fd++)
			sprintf(wanted + strlen(wanted), fd > 3 ? " %d" : "%d",
				fd);
		assert_string_equal(numbers(argv, envp, row->process), wanted);
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
	assert_string_equal(numbers(argv, envp, PID), "10");
	assert_return_code(close(10), 0);
	assert_string_equal(numbers(argv, envp, PID), "");
	assert_return_code(dup3(11, 10, O_CLOEXEC), 0);
}

static void what_is_no_socket_is_not_named(void **state)
{
	char *argv[] = { "true", NULL };
	char *envp[] = { "WAYLAND_SOCKET=7 8", NULL };
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_return_code(dup3(file, 8, O_CLOEXEC), 0);
	close(file);
	assert_string_equal(numbers(argv, envp, PID), "7");
}

static void what_another_object_may_have_seen_alone_is_not_named(void **state)
{
	char *argv[] = { "true", NULL };
	char *envp[] = { "WAYLAND_SOCKET=7", NULL };

	(void)state;
	ni_shadow = NI_SHADOW_SOME;
	assert_string_equal(numbers(argv, envp, PID), "");
	ni_shadow = NI_SHADOW_NONE;
}

static void an_inherited_variable_names_nothing(void **state)
{
	char *argv[] = { "true", NULL };
	char *envp[] = { "WAYLAND_SOCKET=9", "VPNFD=10", NULL };

	(void)state;
	ni_inherited_note("WAYLAND_SOCKET=9");
	ni_inherited_note("VPNFD=11");
	assert_string_equal(numbers(argv, envp, PID), "10");
}

static void without_a_file_or_lists_nothing_is_named(void **state)
{
	char *argv[] = { "--fd=7", NULL };
	const struct ni_file none = { AT_FDCWD, NULL, 0 };

	(void)state;
	assert_false(ni_handover_decide(&handover, &none, argv, argv, PID));
	assert_string_equal(numbers(NULL, NULL, PID), "");
}

static void lists_that_cannot_be_read_name_nothing(void **state)
{
	char *bad[] = { "true", (char *)8, NULL };
	char *good[] = { "true", "--fd=7", NULL };

	(void)state;
	assert_string_equal(numbers((char **)8, NULL, PID), "");
	assert_string_equal(numbers(bad, NULL, PID), "");
	assert_string_equal(numbers(good, bad, PID), "");
	assert_string_equal(numbers(good, (char **)-8, PID), "");
	assert_string_equal(numbers(good, NULL, PID), "7");
}

static void what_is_released_is_put_back(void **state)
{
	char *argv[] = { "true", "--fd=7,8,20,7", NULL };

	(void)state;
	assert_true(decide(argv, NULL, PID));
	assert_int_equal(ni_handover_each(&handover, ni_handover_release,
					  NULL), 3);
	for (int fd = FIRST; fd <= LAST; fd++)
		assert_int_equal(is_inheritable(fd),
				 fd == 7 || fd == 8 || fd == 20);
	ni_handover_put_back();
	for (int fd = FIRST; fd <= LAST; fd++)
		assert_false(is_inheritable(fd));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, own_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_variable_of_the_table_names_a_number),
		CASE(an_argument_of_the_table_names_a_number),
		CASE(the_setting_adds_variables_and_arguments),
		CASE(socket_activation_names_3_and_what_follows),
		CASE(only_what_is_ours_and_still_flagged_is_named),
		CASE(what_is_no_socket_is_not_named),
		CASE(what_another_object_may_have_seen_alone_is_not_named),
		CASE(an_inherited_variable_names_nothing),
		CASE(lists_that_cannot_be_read_name_nothing),
		CASE(without_a_file_or_lists_nothing_is_named),
		CASE(what_is_released_is_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
