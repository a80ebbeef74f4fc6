/*
 * Rules 9b and 9c: another program gets the descriptors that its environment or
 * its arguments name, and no others. (How numbers are recognised: tests/unit.)
 */
#include "exec_ways.h"

enum { FIRST = 3, LAST = 8 };

#include "numbered_sockets.h"

/* The numbers of the descriptors that a looker printed: "3 4", or "". */
static const char *numbers_in(const char *said)
{
	static char numbers[256];
	const char *line = said;
	int fd, length = 0;

	numbers[0] = '\0';
	while (line && sscanf(line, "%d", &fd) == 1) {
		length += sprintf(numbers + length, length ? " %d" : "%d", fd);
		if (!strstr(line, "inheritable"))
			fail_msg("flagged in the new image?\n%s", said);
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return numbers;
}

static const char *numbers_given(const struct way *way, char *const *argv,
				 char *const *envp, void (*prepare)(void))
{
	const struct job job = { helper_path("looker"), argv, envp, prepare };

	return numbers_in(said_by(way, &job));
}

static const struct {
	char *argument, *variable, *numbers;
} rows[] = {
	{ NULL, NULL, "" },
	{ NULL, "WAYLAND_SOCKET=4", "4" },
	{ "--fd=5", NULL, "5" },
	{ "--initial-client-fd=6", NULL, "6" },
	{ "--fd=5", "WAYLAND_SOCKET=4", "4 5" },
	{ NULL, "LISTEN_FDS=2", "3 4" },
	{ "--fd=8", "LISTEN_FDS=1", "3 8" },
	{ "4", "FD=4", "" },
	{ NULL, "NGINX=4;", "" },
};

static void what_is_named_is_given_and_nothing_else(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(exec_ways); i++)
		for (size_t j = 0; j < ARRAY_LEN(rows); j++) {
			char *argv[] = { "looker", rows[j].argument, NULL };
			char *envp[] = { rows[j].variable, NULL };
			const char *numbers = numbers_given(&exec_ways[i], argv,
							    envp, NULL);

			if (strcmp(numbers, rows[j].numbers))
				fail_msg("%s, %s %s: '%s'", exec_ways[i].name,
					 rows[j].argument, rows[j].variable,
					 numbers);
		}
}

static void in_the_parent_it_stays_ours_and_flagged(void **state)
{
	char *argv[] = { "looker", "--fd=5", NULL };
	char *envp[] = { NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(exec_ways); i++) {
		assert_string_equal(numbers_given(&exec_ways[i], argv, envp,
						  NULL), "5");
		for (int fd = FIRST; fd <= LAST; fd++)
			assert_true(is_non_inheritable(fd));
	}
	for (int fd = FIRST; fd <= LAST; fd++)
		assert_true(was_ours(fd));
}

static char listen_pid[32];

static void name_this_process(void)
{
	sprintf(listen_pid, "LISTEN_PID=%d", (int)ni_raw3(SYS_getpid, 0, 0, 0));
}

static void name_the_parent(void)
{
	sprintf(listen_pid, "LISTEN_PID=%d", (int)ni_raw3(SYS_getppid, 0, 0, 0));
}

static void socket_activation_is_for_the_process_that_it_names(void **state)
{
	char *argv[] = { "looker", NULL };
	char *envp[] = { "LISTEN_FDS=3", listen_pid, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(exec_ways); i++) {
		const struct way *way = &exec_ways[i];

		strcpy(listen_pid, "LISTEN_PID=");
		assert_string_equal(numbers_given(way, argv, envp, NULL), "");
		sprintf(listen_pid, "LISTEN_PID=%d", getpid());
		assert_string_equal(numbers_given(way, argv, envp,
						  name_the_parent), "");
		if (way->spawn)
			continue;
		assert_string_equal(numbers_given(way, argv, envp,
						  name_this_process), "3 4 5");
	}
}

/* ---- NOINHERIT_KEEP in the environment at start ---- */

static void exec_with_own_variables(void)
{
	char *argv[] = { "looker", "--sock=6", NULL };
	const char *fds = "4;5";

	ni_raw3(SYS_close_range, FIRST, LAST, 0);
	for (int fd = FIRST; fd <= LAST; fd++)
		if (new_socket() != fd)
			_exit(1);
	setenv("MY_FDS", fds, 1);
	unsetenv("NOINHERIT_KEEP");
	execv(helper_path("looker"), argv);
}

static void the_setting_names_variables_and_arguments(void **state)
{
	char preload[4096];
	char *argv[] = { "self", "keep", NULL };
	char *envp[] = { preload, "NOINHERIT_KEEP=env=MY_FDS,argv=--sock=",
			 NULL };
	const struct job job = { own_path(), argv, envp, NULL };
	const char *list = getenv("LD_PRELOAD");

	(void)state;
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", list ? list : "");
	assert_string_equal(numbers_in(said_by(&exec_ways[0], &job)), "4 5 6");
	envp[1] = "NOINHERIT_KEEP=env=OTHER";
	assert_string_equal(numbers_in(said_by(&exec_ways[0], &job)), "");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		NUMBERED_CASE(what_is_named_is_given_and_nothing_else),
		NUMBERED_CASE(in_the_parent_it_stays_ours_and_flagged),
		NUMBERED_CASE(socket_activation_is_for_the_process_that_it_names),
		NUMBERED_CASE(the_setting_names_variables_and_arguments),
	};

	if (argc > 1 && !strcmp(argv[1], "keep")) {
		exec_with_own_variables();
		return 1;
	}
	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
