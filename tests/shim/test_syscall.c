/*
 * Rule 12: calls by number obey the same rules (see also the tests of each
 * rule); every other number is passed on with all six arguments.
 */
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>

#include "shim_case.h"

static void what_is_made_by_number_is_ours(void **state)
{
	int pair[2], fd;

	(void)state;
	fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	assert_true(was_ours(fd));
	close(fd);
	assert_int_equal(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair),
			 0);
	assert_true(was_ours(pair[0]));
	assert_true(was_ours(pair[1]));
	assert_int_equal(syscall(SYS_close, pair[0]), 0);
	assert_int_equal(syscall(SYS_close_range, pair[1], pair[1], 0), 0);
	pair[0] = new_socket();
	fd = (int)syscall(SYS_dup, pair[0]);
	assert_true(was_ours(fd));
	close(fd);
	close(pair[0]);
}

/* They are ints: the upper half of the register is ignored. */
static void arguments_are_cut_as_the_kernel_cuts_them(void **state)
{
	const long high = 1L << 32;
	long fd = syscall(SYS_socket, high + AF_UNIX, high + SOCK_STREAM, high);

	(void)state;
	assert_true(fd > 2 && fd < 1000);
	assert_true(is_non_inheritable((int)fd));
	assert_int_equal(syscall(SYS_fcntl, high + fd, high + F_SETFD, 0L), 0);
	assert_true(is_inheritable((int)fd));
	assert_int_equal(syscall(SYS_close, high + fd), 0);
	assert_false(is_open((int)fd));
}

static void as_natively_six_arguments_arrive(void **state)
{
	const size_t size = 2 * 4096;
	char name[] = "/tmp/noinherit-map-XXXXXX", text[4] = "";
	int fd = mkstemp(name);
	char *map;

	(void)state;
	unlink(name);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(pwrite(fd, "six", 3, 4096), 3);
	map = (char *)syscall(SYS_mmap, NULL, size / 2, PROT_READ, MAP_PRIVATE,
			      fd, 4096L);
	assert_ptr_not_equal(map, MAP_FAILED);
	memcpy(text, map, 3);
	assert_string_equal(text, "six");
	assert_int_equal(syscall(SYS_munmap, map, size / 2), 0);
	/* The sixth holds the size of the signal mask; a wrong size is refused. */
	struct { const void *mask; size_t bytes; } mask = { text, 3 };
	struct timespec no_time = { 0, 0 };

	errno = 0;
	assert_int_equal(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &no_time,
				 &mask), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &no_time,
				 NULL), 0);
	close(fd);
}

static void as_natively_results_are_whole_words(void **state)
{
	void *at = (void *)syscall(SYS_brk, 0);

	(void)state;
	assert_true((uintptr_t)at > 4096);
	assert_ptr_equal(at, (void *)ni_raw3(SYS_brk, 0, 0, 0));
}

static void as_natively_unknown_numbers_are_refused(void **state)
{
	const long numbers[] = { -1, 447 + 64 * 100, 448, 449 + 1000, 1L << 40,
				 -4096, (1L << 32) + 9999 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		/* Whether or not the kernel knows the number: every argument is
		 * bad. */
		long native = ni_raw6(numbers[i], -1, -1, -1, -1, -1, -1);

		errno = 0;
		assert_int_equal(syscall(numbers[i], -1, -1, -1, -1, -1, -1),
				 -1);
		assert_int_equal(errno, -native);
	}
}

static void as_natively_a_failure_is_minus_one_and_errno(void **state)
{
	(void)state;
	errno = 0;
	assert_int_equal(syscall(SYS_read, -1, NULL, 0), -1);
	assert_int_equal(errno, EBADF);
	errno = 4711;
	assert_int_equal(syscall(SYS_getppid), getppid());
	assert_int_equal(errno, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(what_is_made_by_number_is_ours),
		SHIM_CASE(arguments_are_cut_as_the_kernel_cuts_them),
		SHIM_CASE(as_natively_six_arguments_arrive),
		SHIM_CASE(as_natively_results_are_whole_words),
		SHIM_CASE(as_natively_unknown_numbers_are_refused),
		SHIM_CASE(as_natively_a_failure_is_minus_one_and_errno),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
