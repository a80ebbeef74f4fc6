/*
 * posix_spawn: what is handed over is handed over in the child, before the
 * caller's own actions, whose effect is the same as natively.
 */
#include <signal.h>

#include "exec_ways.h"

enum { FIRST = 3, LAST = 5 };

#include "numbered_sockets.h"

static void (*add_actions)(posix_spawn_file_actions_t *);
static posix_spawnattr_t *attributes;

static pid_t spawn_with_actions(const struct job *job, int output)
{
	posix_spawn_file_actions_t actions;
	pid_t child = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	add_actions(&actions);
	errno = posix_spawn(&child, job->path, &actions, attributes, job->argv,
			    job->envp);
	posix_spawn_file_actions_destroy(&actions);
	return errno ? -1 : child;
}

static const struct way with_actions = {
	.name = "posix_spawn", .spawn = spawn_with_actions,
};

static void no_action(posix_spawn_file_actions_t *actions)
{
	(void)actions;
}

static void copy_to_10(posix_spawn_file_actions_t *actions)
{
	posix_spawn_file_actions_adddup2(actions, 3, 10);
}

static void close_4(posix_spawn_file_actions_t *actions)
{
	posix_spawn_file_actions_addclose(actions, 4);
}

static void onto_4(posix_spawn_file_actions_t *actions)
{
	posix_spawn_file_actions_adddup2(actions, 0, 4);
}

static void file_at_4(posix_spawn_file_actions_t *actions)
{
	posix_spawn_file_actions_addopen(actions, 4, "/dev/null", O_RDONLY, 0);
}

static void close_all_from_4(posix_spawn_file_actions_t *actions)
{
	posix_spawn_file_actions_addclosefrom_np(actions, 4);
}

static void elsewhere(posix_spawn_file_actions_t *actions)
{
	posix_spawn_file_actions_addchdir_np(actions, "/");
	posix_spawn_file_actions_adddup2(actions, 5, 5);
}

static const struct {
	const char *name;
	void (*add)(posix_spawn_file_actions_t *);
	const char *other, *itself;
} rows[] = {
	{ "none", no_action, "",
	  "3 socket cloexec\n4 socket cloexec\n5 socket cloexec\n" },
	{ "a copy", copy_to_10, "10 socket inheritable\n",
	  "3 socket cloexec\n4 socket cloexec\n5 socket cloexec\n"
	  "10 socket inheritable\n" },
	{ "a close", close_4, "", "3 socket cloexec\n5 socket cloexec\n" },
	{ "a copy onto", onto_4, "4 other inheritable\n", NULL },
	{ "an open", file_at_4, "4 other inheritable\n", NULL },
	{ "a range", close_all_from_4, "", "3 socket cloexec\n" },
	{ "onto itself, elsewhere", elsewhere, "5 socket inheritable\n",
	  "3 socket cloexec\n4 socket cloexec\n5 socket cloexec\n" },
};

static const char *said_after(void (*add)(posix_spawn_file_actions_t *),
			      const char *path, const char *argument)
{
	char *argv[] = { "program", (char *)argument, NULL };
	const struct job job = { path, argv, environ, NULL };

	add_actions = add;
	return said_by(&with_actions, &job);
}

static void the_callers_actions_mean_what_they_mean(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *said = said_after(rows[i].add,
					      helper_path("looker"), NULL);

		if (strcmp(said, rows[i].other))
			fail_msg("%s, another program has\n%s", rows[i].name,
				 said);
		if (!rows[i].itself)
			continue;
		said = said_after(rows[i].add, own_path(), "look");
		if (strcmp(said, rows[i].itself))
			fail_msg("%s, the program itself has\n%s",
				 rows[i].name, said);
		for (int fd = FIRST; fd <= LAST; fd++)
			assert_true(is_non_inheritable(fd));
	}
	for (int fd = FIRST; fd <= LAST; fd++)
		assert_true(was_ours(fd));
}

static void attributes_are_passed_on(void **state)
{
	sigset_t signals;
	posix_spawnattr_t wanted;

	(void)state;
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR2);
	posix_spawnattr_init(&wanted);
	posix_spawnattr_setsigmask(&wanted, &signals);
	posix_spawnattr_setflags(&wanted, POSIX_SPAWN_SETSIGMASK);
	attributes = &wanted;
	assert_string_equal(said_after(no_action, own_path(), "mask"),
			    "3 socket cloexec\n4 socket cloexec\n"
			    "5 socket cloexec\nSIGUSR2 is blocked\n");
	attributes = NULL;
	posix_spawnattr_destroy(&wanted);
}

static void an_action_that_fails_is_reported(void **state)
{
	char *argv[] = { "self", "look", NULL };
	posix_spawn_file_actions_t actions;
	pid_t child;

	(void)state;
	assert_true(is_non_inheritable(FIRST));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, 850, 3);
	assert_int_equal(posix_spawn(&child, own_path(), &actions, NULL, argv,
				     environ), EBADF);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* The child's pid is returned, and the caller's actions are not changed. */
static void the_callers_list_is_only_read(void **state)
{
	char *argv[] = { "self", "look", NULL };
	posix_spawn_file_actions_t actions, before;
	pid_t child = -1;
	int status;

	(void)state;
	assert_true(is_non_inheritable(FIRST));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	before = actions;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(posix_spawn(&child, own_path(), &actions, NULL,
					     argv, environ), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_memory_equal(&actions, &before, sizeof(actions));
	}
	posix_spawn_file_actions_destroy(&actions);
}

static int look_at_mask(void)
{
	sigset_t signals;

	look();
	sigprocmask(SIG_BLOCK, NULL, &signals);
	if (sigismember(&signals, SIGUSR2))
		puts("SIGUSR2 is blocked");
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		NUMBERED_CASE(the_callers_actions_mean_what_they_mean),
		NUMBERED_CASE(attributes_are_passed_on),
		NUMBERED_CASE(an_action_that_fails_is_reported),
		NUMBERED_CASE(the_callers_list_is_only_read),
	};

	if (argc > 1)
		return strcmp(argv[1], "mask") ? look() : look_at_mask();
	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
