/*
 * Rule 9: another program gets no descriptor that is ours; this program,
 * executed again, gets all of them, and there they are non-inheritable and ours
 * (rule 10).
 */
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>

#include "exec_ways.h"

enum { FIRST = 3, LAST = 5 };

/* 3 to 5 are ours, 6 has the program's own flag, 7 is inheritable on purpose. */
static int open_descriptors(void **state)
{
	note_descriptors(state);
	for (int fd = FIRST; fd <= LAST; fd++)
		if (new_socket() != fd)
			return -1;
	if (new_file(O_CLOEXEC) != LAST + 1 || new_file(0) != LAST + 2)
		return -1;
	return 0;
}

static int close_descriptors(void **state)
{
	for (int fd = FIRST; fd <= LAST + 2; fd++)
		if (close(fd) < 0)
			return -1;
	return find_the_same_descriptors(state);
}

static void another_program_gets_only_what_it_was_passed(void **state)
{
	char *argv[] = { "looker", NULL };
	const struct job job = { helper_path("looker"), argv, environ, NULL };

	(void)state;
	every_way_says(&job, "7 other inheritable\n");
}

/* What this program prints when it is executed again: see main. */
static const char handed_over[] =
	"3 socket cloexec\n"
	"4 socket cloexec\n"
	"5 socket cloexec\n"
	"7 other inheritable\n";

static void the_program_itself_gets_all_that_is_ours(void **state)
{
	char *argv[] = { "self", "look", NULL };
	const struct job job = { own_path(), argv, environ, NULL };

	(void)state;
	every_way_says(&job, handed_over);
	/* Here they are still ours, and flagged. */
	for (int fd = FIRST; fd <= LAST; fd++)
		assert_true(is_non_inheritable(fd));
}

static void a_clean_environment_does_not_lose_the_shim(void **state)
{
	char *argv[] = { "self", "look", NULL };
	char *nothing[] = { NULL };
	const struct job job = { own_path(), argv, nothing, NULL };

	(void)state;
	every_way_says(&job, handed_over);
}

static void an_own_preload_list_is_extended(void **state)
{
	char *argv[] = { "self", "preload", NULL };
	char *other[] = { "LD_PRELOAD=libutil.so.1", NULL };
	const struct job job = { own_path(), argv, other, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(exec_ways); i++) {
		const char *said = said_by(&exec_ways[i], &job);

		assert_non_null(strstr(said, "LD_PRELOAD=libutil.so.1:"));
		assert_non_null(strstr(said, "noinherit-preload.so\n"));
	}
}

static void the_next_generation_hands_over_again(void **state)
{
	char *argv[] = { "self", "again", NULL };
	const struct job job = { own_path(), argv, environ, NULL };

	(void)state;
	every_way_says(&job, handed_over);
}

static void the_next_generation_gives_nothing_to_others(void **state)
{
	char *argv[] = { "self", "other", NULL };
	const struct job job = { own_path(), argv, environ, NULL };

	(void)state;
	every_way_says(&job, "7 other inheritable\n");
}

static void clear_one_and_close_one(void)
{
	fcntl(3, F_SETFD, 0);
	close(4);
}

static void what_the_child_changed_before_holds(void **state)
{
	char *argv[] = { "self", "look", NULL };
	const struct job job = { own_path(), argv, environ,
				 clear_one_and_close_one };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(exec_ways); i++) {
		const char *said;

		if (exec_ways[i].spawn)
			continue;
		said = said_by(&exec_ways[i], &job);
		/* The program made 3 inheritable itself: it is not ours there. */
		if (strcmp(said, "3 socket inheritable\n5 socket cloexec\n"
				 "7 other inheritable\n"))
			fail_msg("%s: the child has\n%s", exec_ways[i].name,
				 said);
		assert_true(is_non_inheritable(3) && is_non_inheritable(4));
	}
}

static void *sleep_on(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

/* With a second thread, exec is called in a helper thread that has a copy of
 * the descriptor table; the parent-death signal is an attribute of the
 * thread. */
static void execute_with_a_death_signal(void)
{
	char *argv[] = { "self", "death", NULL };
	pthread_t thread;

	EXPECT(prctl(PR_SET_PDEATHSIG, SIGUSR2) == 0);
	EXPECT(pthread_create(&thread, NULL, sleep_on, NULL) == 0);
	execv("/proc/self/exe", argv);
	EXPECT(false);
}

static void as_natively_the_death_signal_survives(void **state)
{
	(void)state;
	in_child(execute_with_a_death_signal);
}

static int look_at_death_signal(void)
{
	int number = 0;

	return prctl(PR_GET_PDEATHSIG, &number) < 0 || number != SIGUSR2;
}

static int run_again(char **argv)
{
	char *look_argv[] = { argv[0], "look", NULL };
	char *looker[] = { "looker", NULL };

	if (!strcmp(argv[1], "look"))
		return look();
	if (!strcmp(argv[1], "death"))
		return look_at_death_signal();
	if (!strcmp(argv[1], "preload"))
		return printf("LD_PRELOAD=%s\n", getenv("LD_PRELOAD")) < 0;
	if (!strcmp(argv[1], "again"))
		execv("/proc/self/exe", look_argv);
	if (!strcmp(argv[1], "other"))
		execv(helper_path("looker"), looker);
	return 1;
}

#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, open_descriptors, \
					close_descriptors)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(another_program_gets_only_what_it_was_passed),
		CASE(the_program_itself_gets_all_that_is_ours),
		CASE(a_clean_environment_does_not_lose_the_shim),
		CASE(an_own_preload_list_is_extended),
		CASE(the_next_generation_hands_over_again),
		CASE(the_next_generation_gives_nothing_to_others),
		CASE(what_the_child_changed_before_holds),
		CASE(as_natively_the_death_signal_survives),
	};

	if (argc > 1)
		return run_again(argv);
	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
