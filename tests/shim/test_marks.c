/*
 * The mark of a descriptor does not outlive it, whatever closes it, and is not
 * lost where closing fails.
 */
#include <pthread.h>
#include <sched.h>

#include "shim_case.h"

extern int __close(int);

static int by_range(int fd)
{
	return close_range((unsigned)fd, (unsigned)fd, 0);
}

static int by_open_range(int fd)
{
	return close_range((unsigned)fd, 999, 0);
}

static int by_number(int fd)
{
	return (int)syscall(SYS_close, fd);
}

static int by_range_number(int fd)
{
	return (int)syscall(SYS_close_range, fd, fd, 0);
}

static const struct {
	const char *name;
	int (*close)(int);
} closers[] = {
	{ "close", close },
	{ "__close", __close },
	{ "close_range", by_range },
	{ "close_range to 999", by_open_range },
	{ "syscall(SYS_close)", by_number },
	{ "syscall(SYS_close_range)", by_range_number },
};

static void a_number_that_is_used_again_is_not_ours(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(closers); i++) {
		int ours = new_socket(), file;

		assert_true(is_non_inheritable(ours));
		assert_int_equal(closers[i].close(ours), 0);
		file = new_file(O_CLOEXEC);
		assert_int_equal(file, ours);
		if (was_ours(file))
			fail_msg("%s", closers[i].name);
		close(file);
	}
}

static int number;

static void closefrom_closes_for_good_body(void)
{
	for (int i = 0; i < 50; i++)
		EXPECT(is_non_inheritable(new_socket()));
	closefrom(number + 2);
	EXPECT(is_open(number) && is_open(number + 1) && !is_open(number + 2));
	EXPECT(was_ours(number));
	EXPECT(new_file(O_CLOEXEC) == number + 2);
	EXPECT(!was_ours(number + 2));
	closefrom(-1);
	EXPECT(!is_open(0) && !is_open(number));
}

static void closefrom_closes_for_good(void **state)
{
	(void)state;
	number = new_file(0);
	close(number);
	in_child(closefrom_closes_for_good_body);
}

static void a_range_that_fails_keeps_what_is_ours(void **state)
{
	int ours = new_socket();

	(void)state;
	assert_int_equal(close_range((unsigned)ours + 1, 3, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(close_range(3, ~0U, 1 << 20), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(syscall(SYS_close_range, 3, 2, 0), -1);
	assert_true(was_ours(ours));
	close(ours);
}

static void a_call_with_the_flag_of_the_program_replaces_the_mark(void **state)
{
	int ours = new_socket(), again;

	(void)state;
	assert_true(is_non_inheritable(ours));
	/* Closed by a system call that the shim does not see. */
	ni_raw3(SYS_close, ours, 0, 0);
	again = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(again, ours);
	assert_false(was_ours(again));
	close(again);
	ours = new_socket();
	ni_raw3(SYS_close, ours, 0, 0);
	again = fcntl(0, F_DUPFD_CLOEXEC, 0);
	assert_int_equal(again, ours);
	assert_false(was_ours(again));
	close(again);
}

/* Marks beyond the first thousand, and a close that reaches past the end. */
static void high_marks_are_closed_too(void **state)
{
	int fd[2500];
	int file;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		fd[i] = new_socket();
	assert_true(is_non_inheritable(fd[2499]));
	assert_int_equal(close_range((unsigned)fd[0], (unsigned)fd[2499], 0), 0);
	for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
		file = new_file(O_CLOEXEC);
		assert_int_equal(file, fd[i]);
		assert_false(was_ours(file));
	}
	assert_int_equal(close_range((unsigned)fd[0], (unsigned)fd[2499], 0), 0);
}

/* ---- a thread with its own descriptor table ---- */

static pthread_barrier_t meeting;

static void *leave_the_table(void *fd)
{
	EXPECT(unshare(CLONE_FILES) == 0);
	pthread_barrier_wait(&meeting);	/* its table is its own */
	pthread_barrier_wait(&meeting);	/* the main thread has its socket */
	*(int *)fd = new_socket();
	return NULL;
}

static void mark_a_number_of_two_tables(void)
{
	int programs, ours = -1;
	pthread_t thread;

	pthread_barrier_init(&meeting, NULL, 2);
	EXPECT(pthread_create(&thread, NULL, leave_the_table, &ours) == 0);
	pthread_barrier_wait(&meeting);
	programs = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pthread_barrier_wait(&meeting);
	pthread_join(thread, NULL);
	EXPECT(ours == programs);
	EXPECT(!was_ours(programs));
}

static void as_natively_a_thread_that_left_marks_nothing_here(void **state)
{
	(void)state;
	in_child(mark_a_number_of_two_tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(a_number_that_is_used_again_is_not_ours),
		SHIM_CASE(closefrom_closes_for_good),
		SHIM_CASE(a_range_that_fails_keeps_what_is_ours),
		SHIM_CASE(a_call_with_the_flag_of_the_program_replaces_the_mark),
		SHIM_CASE(high_marks_are_closed_too),
		SHIM_CASE(as_natively_a_thread_that_left_marks_nothing_here),
	};

	close_what_was_inherited();
	allow_many_descriptors();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
