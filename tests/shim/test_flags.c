/*
 * Rule 8: what the program says about a flag holds, and makes the flag the
 * program's. One mistake is ignored.
 */
#include <linux/close_range.h>
#include <sys/ioctl.h>

#include "shim_case.h"

extern int __fcntl(int, int, ...);

static int set_0(int fd)
{
	return fcntl(fd, F_SETFD, 0);
}

static int set_0_64(int fd)
{
	return fcntl64(fd, F_SETFD, 0);
}

static int set_0_alias(int fd)
{
	return __fcntl(fd, F_SETFD, 0);
}

static int fionclex(int fd)
{
	return ioctl(fd, FIONCLEX);
}

static int set_0_number(int fd)
{
	return (int)syscall(SYS_fcntl, fd, F_SETFD, 0);
}

static int fionclex_number(int fd)
{
	return (int)syscall(SYS_ioctl, fd, FIONCLEX);
}

static int (*const clear[])(int) = {
	set_0, set_0_64, set_0_alias, fionclex, set_0_number, fionclex_number,
};

static int set_1(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int set_both(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC | O_CLOEXEC);
}

static int fioclex(int fd)
{
	return ioctl(fd, FIOCLEX);
}

static int range_1(int fd)
{
	return close_range((unsigned)fd, (unsigned)fd, CLOSE_RANGE_CLOEXEC);
}

static int range_all(int fd)
{
	(void)fd;
	return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static int set_1_number(int fd)
{
	return (int)syscall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
}

static int fioclex_number(int fd)
{
	return (int)syscall(SYS_ioctl, fd, FIOCLEX);
}

static int range_number(int fd)
{
	return (int)syscall(SYS_close_range, fd, fd, CLOSE_RANGE_CLOEXEC);
}

static int (*const set[])(int) = {
	set_1, set_both, fioclex, range_1, range_all, set_1_number,
	fioclex_number, range_number,
};

/* Linux 5.10 has close_range; the flag came with 5.11. */
static bool kernel_lacks(int (*call)(int))
{
	return (call == range_1 || call == range_all || call == range_number) &&
	       close_range(~0U, ~0U, CLOSE_RANGE_CLOEXEC) < 0;
}

static void what_is_cleared_stays_inheritable(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(clear); i++) {
		int fd = new_socket(), copy;

		assert_true(is_non_inheritable(fd));
		assert_int_equal(clear[i](fd), 0);
		assert_true(is_inheritable(fd));
		/* Other calls on the descriptor do not bring the flag back. */
		assert_int_equal(listen(fd, 1), -1);
		copy = dup(fd);
		assert_true(is_inheritable(fd));
		close(copy);
		close(fd);
	}
}

static void what_is_set_is_the_programs_own(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(set); i++) {
		int fd, other;

		if (kernel_lacks(set[i]))
			continue;
		fd = new_socket();
		other = new_socket();
		assert_true(is_non_inheritable(fd));
		assert_int_equal(set[i](fd), 0);
		if (was_ours(fd))
			fail_msg("row %zu", i);
		if (set[i] != range_all)
			assert_true(was_ours(other));
		close(fd);
		close(other);
	}
}

static void what_is_cleared_and_set_again_is_the_programs_own(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(clear); i++)
		for (size_t j = 0; j < ARRAY_LEN(set); j++) {
			int fd = new_socket();

			assert_true(is_non_inheritable(fd));
			clear[i](fd);
			set[j](fd);
			assert_false(was_ours(fd));
			close(fd);
		}
}

static void o_cloexec_in_place_of_fd_cloexec_is_seen_through(void **state)
{
	int ours = new_socket(), file = new_file(O_CLOEXEC);
	const long junk = 0x10;

	(void)state;
	assert_int_equal(fcntl(ours, F_SETFD, O_CLOEXEC), 0);
	assert_true(is_non_inheritable(ours));
	assert_int_equal(syscall(SYS_fcntl, ours, F_SETFD, O_CLOEXEC), 0);
	assert_true(was_ours(ours));
	/* Only on what is ours, and only this mistake. */
	assert_int_equal(fcntl(file, F_SETFD, O_CLOEXEC), 0);
	assert_true(is_inheritable(file));
	close(ours);
	ours = new_socket();
	assert_int_equal(fcntl(ours, F_SETFD, junk), 0);
	assert_true(is_inheritable(ours));
	close(ours);
	close(file);
}

static void a_change_that_fails_changes_nothing(void **state)
{
	int ours = new_socket();

	(void)state;
	assert_int_equal(fcntl(999, F_SETFD, 0), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(close_range((unsigned)ours, 3, CLOSE_RANGE_CLOEXEC | 64),
			 -1);
	assert_true(was_ours(ours));
	close(ours);
}

static void other_commands_pass(void **state)
{
	int ours = new_socket();
	int bytes = -1;

	(void)state;
	assert_true(is_non_inheritable(ours));
	assert_int_equal(fcntl(ours, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(ours, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(fcntl(ours, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(ours, F_SETOWN, getpid()), 0);
	assert_int_equal(fcntl(ours, F_GETOWN), getpid());
	assert_int_equal(ioctl(ours, FIONREAD, &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(ioctl(ours, FIONBIO, &(int){ 0 }), 0);
	assert_int_equal(fcntl(ours, F_GETFL) & O_NONBLOCK, 0);
	assert_true(was_ours(ours));
	close(ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(what_is_cleared_stays_inheritable),
		SHIM_CASE(what_is_set_is_the_programs_own),
		SHIM_CASE(what_is_cleared_and_set_again_is_the_programs_own),
		SHIM_CASE(o_cloexec_in_place_of_fd_cloexec_is_seen_through),
		SHIM_CASE(a_change_that_fails_changes_nothing),
		SHIM_CASE(other_commands_pass),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
