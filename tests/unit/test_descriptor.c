/*
 * The inheritable flag, dup2 and close, on bare descriptors.
 */
#include "api.h"
#include "faults.h"

#include <sys/stat.h>

static void the_flag_is_read_and_set(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(noinherit_get_inheritable(fd), 0);
	assert_int_equal(noinherit_set_inheritable(fd, 1), 0);
	assert_true(is_inheritable(fd));
	assert_int_equal(noinherit_get_inheritable(fd), 1);
	assert_int_equal(noinherit_set_inheritable(fd, 1), 0);
	assert_int_equal(noinherit_set_inheritable(fd, 0), 0);
	assert_false(is_inheritable(fd));
	close(fd);
}

static void the_flag_is_set_in_one_call(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_set_inheritable(fd, 0), 0);
	assert_string_equal(faults_end(), "ioctl");
	close(fd);
}

static void an_o_path_descriptor_takes_fcntl_and_is_not_remembered(void **state)
{
	int fd = open("/", O_PATH | O_CLOEXEC);
	int other = open("/dev/null", O_RDONLY);

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_set_inheritable(fd, 1), 0);
	assert_int_equal(noinherit_set_inheritable(fd, 1), 0);
	assert_int_equal(noinherit_set_inheritable(other, 0), 0);
	assert_string_equal(faults_end(),
			    "ioctl fcntl fcntl ioctl fcntl ioctl");
	assert_true(is_inheritable(fd));
	close(fd);
	close(other);
}

static void what_is_not_open_is_ebadf(void **state)
{
	int closed = open("/dev/null", O_RDONLY);

	(void)state;
	close(closed);
	assert_int_equal(noinherit_get_inheritable(closed), -EBADF);
	assert_int_equal(noinherit_get_inheritable(-1), -EBADF);
	assert_int_equal(noinherit_set_inheritable(closed, 1), -EBADF);
	assert_int_equal(noinherit_set_inheritable(-1, 0), -EBADF);
	assert_int_equal(noinherit_close_fd(closed), -EBADF);
	assert_int_equal(noinherit_close_fd(-1), -EBADF);
	assert_int_equal(noinherit_dup2(closed, 0, 0), -EBADF);
	assert_int_equal(noinherit_dup2(-1, 100, 1), -EBADF);
	assert_int_equal(noinherit_dup2(0, -1, 0), -EBADF);
}

static void without_the_ioctl(int error)
{
	int fd = open("/dev/null", O_RDONLY);

	faults_watch();
	faults_add("ioctl", error, 1, 0);
	EXPECT(noinherit_set_inheritable(fd, 0) == 0);
	EXPECT(noinherit_set_inheritable(fd, 1) == 0);
	EXPECT(!strcmp(faults_end(), "ioctl fcntl fcntl fcntl fcntl"));
	EXPECT(is_inheritable(fd));
}

static void without_the_ioctl_enotty(void)
{
	without_the_ioctl(ENOTTY);
}

static void without_the_ioctl_eacces(void)
{
	without_the_ioctl(EACCES);
}

static void a_missing_ioctl_is_remembered(void **state)
{
	(void)state;
	in_child(without_the_ioctl_enotty);
	in_child(without_the_ioctl_eacces);
}

static void other_errors_of_the_ioctl_are_reported(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	faults_watch();
	faults_add("ioctl", EINVAL, 1, 0);
	assert_int_equal(noinherit_set_inheritable(fd, 0), -EINVAL);
	assert_string_equal(faults_end(), "ioctl");
	assert_true(is_inheritable(fd));
	close(fd);
}

static void close_hides_a_reset_and_nothing_else(void **state)
{
	static const struct {
		int error, result;
	} rows[] = {
		{ ECONNRESET, 0 }, { EIO, -EIO }, { EINTR, -EINTR },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fd = dup(0);

		faults_watch();
		faults_add("close", rows[i].error, 1, 0);
		assert_int_equal(noinherit_close_fd(fd), rows[i].result);
		assert_string_equal(faults_end(), "close");
		assert_int_equal(fcntl(fd, F_GETFD), -1);
	}
}

static void dup2_is_inheritable_as_asked(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int target = dup(0);

	(void)state;
	assert_int_equal(noinherit_dup2(fd, target, 1), target);
	assert_true(is_inheritable(target));
	faults_watch();
	assert_int_equal(noinherit_dup2(fd, target, 0), target);
	assert_string_equal(faults_end(), "dup3");
	assert_false(is_inheritable(target));
	close(fd);
	close(target);
}

static void dup2_of_equal_numbers_changes_no_flag(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(noinherit_dup2(fd, fd, 1), fd);
	assert_false(is_inheritable(fd));
	assert_int_equal(noinherit_dup2(fd, fd, 0), -EINVAL);
	assert_false(is_inheritable(fd));
	close(fd);
}

static void without_dup3(void)
{
	int target = dup(0);

	faults_watch();
	faults_add("dup3", ENOSYS, FAULT_ALWAYS, 0);
	EXPECT(noinherit_dup2(1, 1, 0) == -EINVAL);
	EXPECT(noinherit_dup2(1, target, 0) == target);
	EXPECT(noinherit_dup2(0, target, 0) == target);
	/* The first one proved nothing, so dup3 was tried once more. */
	EXPECT(!strcmp(faults_end(), "dup3 dup3 dup2 ioctl dup2 ioctl"));
	EXPECT(!is_inheritable(target));
}

static void without_dup3_and_without_the_flag(void)
{
	int target = dup(0);

	faults_watch();
	faults_add("dup3", ENOSYS, FAULT_ALWAYS, 0);
	faults_add("ioctl", EIO, 1, 0);
	EXPECT(noinherit_dup2(1, target, 0) == -EIO);
	faults_end();
	EXPECT(fcntl(target, F_GETFD) == -1);
	faults_add("dup3", ENOSYS, FAULT_ALWAYS, 0);
	faults_add("dup2", EBUSY, 1, 0);
	EXPECT(noinherit_dup2(1, target, 0) == -EBUSY);
}

static void a_missing_dup3_is_remembered(void **state)
{
	(void)state;
	in_child(without_dup3);
	in_child(without_dup3_and_without_the_flag);
}

static void dup3_is_refused_later(void)
{
	int target = dup(0);

	EXPECT(noinherit_dup2(1, target, 0) == target);
	faults_watch();
	faults_add("dup3", ENOSYS, 1, 0);
	EXPECT(noinherit_dup2(1, target, 0) == target);
	EXPECT(noinherit_dup2(0, target, 0) == target);
	EXPECT(!strcmp(faults_end(), "dup3 dup2 ioctl dup3"));
	EXPECT(!is_inheritable(target));
}

static void what_worked_once_may_be_refused_and_work_again(void **state)
{
	(void)state;
	in_child(dup3_is_refused_later);
}

static void errno_is_left_alone(void **state)
{
	int fd = dup(0);

	(void)state;
	errno = 4711;
	noinherit_get_inheritable(-1);
	noinherit_set_inheritable(-1, 1);
	noinherit_dup2(fd, fd, 0);
	noinherit_close_fd(fd);
	noinherit_close_fd(fd);
	assert_int_equal(errno, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: what works here is remembered, by children, too. */
		api_test(a_missing_dup3_is_remembered),
		api_test(what_worked_once_may_be_refused_and_work_again),
		api_test(the_flag_is_read_and_set),
		api_test(the_flag_is_set_in_one_call),
		api_test(an_o_path_descriptor_takes_fcntl_and_is_not_remembered),
		api_test(what_is_not_open_is_ebadf),
		api_test(a_missing_ioctl_is_remembered),
		api_test(other_errors_of_the_ioctl_are_reported),
		api_test(close_hides_a_reset_and_nothing_else),
		api_test(dup2_is_inheritable_as_asked),
		api_test(dup2_of_equal_numbers_changes_no_flag),
		api_test(errno_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
