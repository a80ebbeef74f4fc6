/*
 * Rules 4, 5 and 6: dup and fcntl(F_DUPFD, 0..2) give non-inheritable copies of
 * anything; a call that names the new number is left to the program.
 */
#include "shim_case.h"

static int by_dup(int fd)
{
	return dup(fd);
}

static int by_dup_number(int fd)
{
	return (int)syscall(SYS_dup, fd);
}

static int by_fcntl_0(int fd)
{
	return fcntl(fd, F_DUPFD, 0);
}

static int by_fcntl_1(int fd)
{
	return fcntl(fd, F_DUPFD, 1);
}

static int by_fcntl_2(int fd)
{
	return fcntl(fd, F_DUPFD, 2);
}

static int by_fcntl64(int fd)
{
	return fcntl64(fd, F_DUPFD, 0);
}

static int by_fcntl_number(int fd)
{
	return (int)syscall(SYS_fcntl, fd, F_DUPFD, 0);
}

static const struct {
	const char *name;
	int (*copy)(int);
} copies[] = {
	{ "dup", by_dup },
	{ "fcntl(F_DUPFD, 0)", by_fcntl_0 },
	{ "fcntl(F_DUPFD, 1)", by_fcntl_1 },
	{ "fcntl(F_DUPFD, 2)", by_fcntl_2 },
	{ "fcntl64(F_DUPFD, 0)", by_fcntl64 },
	{ "syscall(SYS_dup)", by_dup_number },
	{ "syscall(SYS_fcntl, F_DUPFD)", by_fcntl_number },
};

static void a_copy_of_anything_is_non_inheritable(void **state)
{
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	const int originals[] = { new_socket(), new_file(0),
				  new_file(O_CLOEXEC), pipes[0], pipes[1], 1 };

	for (size_t i = 0; i < ARRAY_LEN(copies); i++)
		for (size_t j = 0; j < ARRAY_LEN(originals); j++) {
			int before = is_inheritable(originals[j]);
			int fd = copies[i].copy(originals[j]);

			if (!is_non_inheritable(fd))
				fail_msg("%s of %d: %d", copies[i].name,
					 originals[j], fd);
			assert_int_equal(is_inheritable(originals[j]), before);
			close(fd);
		}
	for (size_t j = 0; j < ARRAY_LEN(originals) - 1; j++)
		close(originals[j]);
}

/* The flag is only ever taken off sockets: another file may have taken the
 * number without the shim seeing it. */
static void a_copy_of_a_socket_is_ours(void **state)
{
	int original = new_socket(), file = new_file(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(copies); i++) {
		int fd = copies[i].copy(original);

		if (!was_ours(fd))
			fail_msg("%s", copies[i].name);
		close(fd);
		fd = copies[i].copy(file);
		assert_true(is_non_inheritable(fd));
		assert_false(was_ours(fd));
		close(fd);
	}
	close(file);
	close(original);
}

/* The lowest free number not below the minimum, as natively. */
static void a_copy_takes_the_number_that_it_takes_natively(void **state)
{
	int file = new_file(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(copies); i++) {
		int native = (int)ni_raw3(SYS_dup, file, 0, 0);
		int fd;

		close(native);
		fd = copies[i].copy(file);
		assert_int_equal(fd, native);
		assert_true(is_non_inheritable(fd));
		close(fd);
	}
	close(file);
}

static void dup_to_a_number_is_inheritable_however_it_is_said(void **state)
{
	int file = new_file(0), ours = new_socket();

	(void)state;
	assert_true(is_non_inheritable(ours));
	for (int minimum = 3; minimum <= 1000; minimum *= 3) {
		int fd = fcntl(ours, F_DUPFD, minimum);

		assert_true(fd >= minimum);
		assert_true(is_inheritable(fd));
		close(fd);
	}
	assert_int_equal(dup2(ours, 300), 300);
	assert_true(is_inheritable(300));
	assert_int_equal(dup3(ours, 301, 0), 301);
	assert_true(is_inheritable(301));
	assert_int_equal(dup3(ours, 302, O_CLOEXEC), 302);
	assert_true(is_non_inheritable(302));
	assert_int_equal(syscall(SYS_dup3, ours, 303, 0), 303);
	assert_true(is_inheritable(303));
	for (int fd = 300; fd <= 303; fd++)
		close(fd);
	close(file);
	close(ours);
}

/* The target was ours and is now the program's: no mark may be left on it. */
static void a_target_is_the_programs_from_then_on(void **state)
{
	int file = new_file(O_CLOEXEC), target = new_socket();

	(void)state;
	assert_true(is_non_inheritable(target));
	assert_int_equal(dup3(file, target, O_CLOEXEC), target);
	assert_false(was_ours(target));
	close(target);
	target = new_socket();
	assert_int_equal(dup2(file, target), target);
	assert_true(is_inheritable(target));
	/* On a descriptor of ours this mistake would be ignored (rule 8). */
	assert_int_equal(fcntl(target, F_SETFD, O_CLOEXEC), 0);
	assert_true(is_inheritable(target));
	close(target);
	close(file);
}

static void a_target_stays_ours_where_the_call_fails(void **state)
{
	int target = new_socket();

	(void)state;
	assert_int_equal(dup2(999, target), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(dup3(999, target, 0), -1);
	assert_int_equal(dup3(target, target, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(dup3(0, target, 0x40), -1);
	assert_true(was_ours(target));
	close(target);
}

static int onto_itself(int fd)
{
	return dup2(fd, fd);
}

static int onto_itself_by_alias(int fd)
{
	extern int __dup2(int, int);

	return __dup2(fd, fd);
}

IF_SYS_DUP2(static int onto_itself_by_number(int fd)
{
	return (int)syscall(SYS_dup2, fd, fd);
})

static int (*const onto_itself_ways[])(int) = {
	onto_itself, onto_itself_by_alias, IF_SYS_DUP2(onto_itself_by_number,)
};

static void dup2_onto_itself_takes_our_flag_off(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(onto_itself_ways); i++) {
		int ours = new_socket(), own = new_file(O_CLOEXEC);

		assert_true(is_non_inheritable(ours));
		assert_int_equal(onto_itself_ways[i](ours), ours);
		assert_true(is_inheritable(ours));
		/* A flag that the program set stays. */
		assert_int_equal(onto_itself_ways[i](own), own);
		assert_true(is_non_inheritable(own));
		/* When the flag is set again, it is the program's. */
		assert_int_equal(fcntl(ours, F_SETFD, FD_CLOEXEC), 0);
		onto_itself_ways[i](ours);
		assert_true(is_non_inheritable(ours));
		close(ours);
		close(own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(a_copy_of_anything_is_non_inheritable),
		SHIM_CASE(a_copy_of_a_socket_is_ours),
		SHIM_CASE(a_copy_takes_the_number_that_it_takes_natively),
		SHIM_CASE(dup_to_a_number_is_inheritable_however_it_is_said),
		SHIM_CASE(a_target_is_the_programs_from_then_on),
		SHIM_CASE(a_target_stays_ours_where_the_call_fails),
		SHIM_CASE(dup2_onto_itself_takes_our_flag_off),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
