/*
 * A vfork child runs in its parent's memory, and may close, duplicate and flag
 * any descriptor of its own: the parent's marks are still right.
 */
#include "shim_case.h"

extern pid_t __vfork(void);

enum { COUNT = 8 };

static int fd[COUNT];
static volatile int grandchild_status;

static void open_sockets(void)
{
	for (int i = 0; i < COUNT; i++)
		fd[i] = new_socket();
}

static void find_all_ours_and_close(void)
{
	for (int i = 0; i < COUNT; i++) {
		if (!was_ours(fd[i]))
			fail_msg("number %d of %d is not ours any more", i,
				 COUNT);
		close(fd[i]);
	}
}

/* What CPython's subprocess does in the child, and more. */
static void change_everything(void)
{
	close(fd[0]);
	dup2(0, fd[1]);
	dup3(0, fd[2], O_CLOEXEC);
	fcntl(fd[3], F_SETFD, FD_CLOEXEC);
	fcntl(fd[4], F_SETFD, 0);
	dup2(fd[5], fd[5]);
	close_range((unsigned)fd[6], (unsigned)fd[6], 0);
	syscall(SYS_close, fd[7]);
}

static int wait_for(pid_t child)
{
	int status = -1;

	waitpid(child, &status, 0);
	return status;
}

static void close_everything(void)
{
	close_range(3, 100, 0);
	closefrom(3);
}

static void change_and_execute(void)
{
	change_everything();
	execl("/bin/true", "true", (char *)NULL);
	_exit(127);
}

static void fail_to_execute(void)
{
	execl("/nonexistent", "nonexistent", "--fd=3", (char *)NULL);
	execl("/proc/self/exe", "self", "exit", (char *)NULL);
	_exit(127);
}

/* After @act in the child, the parent's sockets are the parent's as before. */
static void survive(void (*act)(void))
{
	pid_t child;

	open_sockets();
	child = vfork();
	if (child == 0) {
		act();
		_exit(0);
	}
	assert_int_equal(wait_for(child), 0);
	find_all_ours_and_close();
}

static void the_parents_marks_survive_the_child(void **state)
{
	(void)state;
	survive(change_everything);
}

static void they_survive_a_child_that_closes_everything(void **state)
{
	(void)state;
	survive(close_everything);
}

static void they_survive_a_child_that_executes(void **state)
{
	(void)state;
	survive(change_and_execute);
}

static void they_survive_a_child_that_cannot_execute(void **state)
{
	(void)state;
	survive(fail_to_execute);
}

/* libc's other name for vfork. */
static void they_survive_a_child_by_the_other_name(void **state)
{
	pid_t child;

	(void)state;
	open_sockets();
	child = __vfork();
	if (child == 0) {
		change_everything();
		_exit(0);
	}
	assert_int_equal(wait_for(child), 0);
	find_all_ours_and_close();
}

static void they_survive_a_child_of_a_child(void **state)
{
	pid_t child;

	(void)state;
	open_sockets();
	child = vfork();
	if (child == 0) {
		pid_t grandchild = vfork();

		if (grandchild == 0) {
			change_everything();
			_exit(7);
		}
		/* This is still a vfork child: its changes write no marks. */
		waitpid(grandchild, (int *)&grandchild_status, 0);
		change_everything();
		_exit(0);
	}
	assert_int_equal(wait_for(child), 0);
	assert_int_equal(grandchild_status, 7 << 8);
	find_all_ours_and_close();
}

static volatile int childs_socket, childs_copy, childs_standard;

/* The child's own descriptors obey the rules; in the parent, their numbers are
 * free and unmarked. */
static void a_childs_sockets_are_non_inheritable_and_its_own(void **state)
{
	int ours, file;
	pid_t child;

	(void)state;
	ours = new_socket();
	child = vfork();
	if (child == 0) {
		int a = new_socket(), b = dup(a);

		childs_socket = is_non_inheritable(a);
		childs_copy = is_non_inheritable(b);
		close(0);
		childs_standard = new_socket() == 0 && is_inheritable(0);
		_exit(0);
	}
	assert_int_equal(wait_for(child), 0);
	assert_true(childs_socket);
	assert_true(childs_copy);
	assert_true(childs_standard);
	file = new_file(O_CLOEXEC);
	assert_false(was_ours(file));
	close(file);
	assert_true(was_ours(ours));
	close(ours);
}

static void the_parent_marks_again_after_the_child(void **state)
{
	pid_t child;
	int ours;

	(void)state;
	child = vfork();
	if (child == 0)
		_exit(3);
	assert_int_equal(wait_for(child), 3 << 8);
	ours = new_socket();
	assert_true(was_ours(ours));
	close(ours);
}

static void vfork_fails_as_natively_body(void)
{
	struct rlimit none = { 0, 0 };
	int ours;

	if (getuid() == 0) {
		EXPECT(setresgid(65534, 65534, 65534) == 0);
		EXPECT(setresuid(65534, 65534, 65534) == 0);
	}
	EXPECT(setrlimit(RLIMIT_NPROC, &none) == 0);
	ours = new_socket();
	EXPECT(vfork() == -1 && errno == EAGAIN);
	EXPECT(was_ours(ours));
}

static void after_a_vfork_that_fails_marks_are_written(void **state)
{
	(void)state;
	in_child(vfork_fails_as_natively_body);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(the_parents_marks_survive_the_child),
		SHIM_CASE(they_survive_a_child_that_closes_everything),
		SHIM_CASE(they_survive_a_child_by_the_other_name),
		SHIM_CASE(they_survive_a_child_that_executes),
		SHIM_CASE(they_survive_a_child_that_cannot_execute),
		SHIM_CASE(they_survive_a_child_of_a_child),
		SHIM_CASE(a_childs_sockets_are_non_inheritable_and_its_own),
		SHIM_CASE(the_parent_marks_again_after_the_child),
		SHIM_CASE(after_a_vfork_that_fails_marks_are_written),
	};

	if (argc > 1 && !strcmp(argv[1], "exit"))
		return 0;
	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
