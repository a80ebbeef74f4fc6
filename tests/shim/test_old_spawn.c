/*
 * posix_spawn in programs that were linked before glibc 2.15: a file that is no
 * program is run by sh. On x86-64, glibc keeps that function for them.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "exec_ways.h"

enum { FIRST = 3, LAST = 5 };

#include "numbered_sockets.h"

#if defined(__x86_64__)

extern __typeof__(posix_spawn) old_posix_spawn, old_posix_spawnp;
__asm__(".symver old_posix_spawn, posix_spawn@GLIBC_2.2.5");
__asm__(".symver old_posix_spawnp, posix_spawnp@GLIBC_2.2.5");

static pid_t by_old_spawn(const struct job *job, int output)
{
	return by_spawn(job, output, old_posix_spawn);
}

static pid_t by_old_spawnp(const struct job *job, int output)
{
	return by_spawn(job, output, old_posix_spawnp);
}

static const struct way old_ways[] = {
	{ .name = "posix_spawn@GLIBC_2.2.5", .spawn = by_old_spawn },
	{ .name = "posix_spawnp@GLIBC_2.2.5", .spawn = by_old_spawnp },
};

static char text_file[] = "/tmp/noinherit-text-XXXXXX";

static int make_text_file(void **state)
{
	static const char text[] = "echo \"it ran: $1\"\n"
		"for fd in 3 4 5; do [ ! -e /proc/$$/fd/$fd ] || "
		"echo \"$fd is open\"; done\n";
	int fd = mkostemp(text_file, O_CLOEXEC);

	(void)state;
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    fchmod(fd, 0755) < 0)
		return -1;
	return close(fd);
}

static int remove_text_file(void **state)
{
	(void)state;
	return unlink(text_file);
}

static void sh_runs_it_and_gets_no_sockets(void **state)
{
	char *argv[] = { "text", "word", NULL };
	const struct job job = { text_file, argv, environ, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(old_ways); i++)
		assert_string_equal(said_by(&old_ways[i], &job),
				    "it ran: word\n");
}

static void the_program_itself_gets_them(void **state)
{
	char *argv[] = { "self", "look", NULL };
	const struct job job = { own_path(), argv, environ, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(old_ways); i++)
		assert_string_equal(said_by(&old_ways[i], &job),
				    "3 socket cloexec\n4 socket cloexec\n"
				    "5 socket cloexec\n");
}

/* An action that creates a file with O_EXCL would fail if it were run twice. */
static void as_natively_an_action_is_run_once(void **state)
{
	char made[sizeof(text_file) + 8];
	char *argv[] = { "text", "word", NULL };
	posix_spawn_file_actions_t actions;
	int status;
	pid_t child;

	(void)state;
	snprintf(made, sizeof(made), "%s.made", text_file);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, made,
					 O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(old_posix_spawn(&child, text_file, &actions, NULL,
					 argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(unlink(made), 0);
}

static void as_natively_a_newer_program_is_told_that_it_is_none(void **state)
{
	char *argv[] = { "text", NULL };
	pid_t child;

	(void)state;
	assert_int_equal(posix_spawn(&child, text_file, NULL, NULL, argv,
				     environ), ENOEXEC);
	assert_int_equal(posix_spawnp(&child, text_file, NULL, NULL, argv,
				      environ), ENOEXEC);
}

static void as_natively_each_name_has_its_function(void **state)
{
	(void)state;
	assert_ptr_equal(dlsym(RTLD_DEFAULT, "posix_spawn"), posix_spawn);
	assert_ptr_equal(dlvsym(RTLD_DEFAULT, "posix_spawn", "GLIBC_2.15"),
			 posix_spawn);
	assert_ptr_equal(dlvsym(RTLD_DEFAULT, "posix_spawn", "GLIBC_2.2.5"),
			 old_posix_spawn);
	assert_ptr_not_equal(posix_spawn, old_posix_spawn);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		NUMBERED_CASE(sh_runs_it_and_gets_no_sockets),
		NUMBERED_CASE(the_program_itself_gets_them),
		NUMBERED_CASE(as_natively_an_action_is_run_once),
		NUMBERED_CASE(
			as_natively_a_newer_program_is_told_that_it_is_none),
		SHIM_CASE(as_natively_each_name_has_its_function),
	};

	(void)argv;
	if (argc > 1)
		return look();
	close_what_was_inherited();
	return cmocka_run_group_tests(tests, make_text_file, remove_text_file);
}

#else

static void as_natively_there_is_one_function(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(as_natively_there_is_one_function),
	};

	fprintf(stderr, "glibc has an older posix_spawn on x86-64 alone\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
