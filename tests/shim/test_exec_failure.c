/*
 * An exec that fails changes nothing, and returns what it returns natively.
 */
#include <pthread.h>
#include <sys/resource.h>

#include "exec_ways.h"

static char *passing_3[] = { "program", "--fd=3", NULL };
static char *no_variables[] = { NULL };
static char text_file[] = "/tmp/noinherit-text-XXXXXX";
static char no_path[] = "PATH=/nonexistent:/tmp/nonexistent";

static int make_text_file(void **state)
{
	int fd = mkstemp(text_file);

	(void)state;
	if (fd < 0 || write(fd, "no program\n", 11) != 11 || fchmod(fd, 0755))
		return -1;
	return close(fd);
}

static int remove_text_file(void **state)
{
	(void)state;
	return unlink(text_file);
}

enum target { NOTHING, DIRECTORY, NO_PROGRAM, NOT_EXECUTABLE, UNREADABLE };

static const struct {
	const char *name, *path;
	int error;
} targets[] = {
	[NOTHING] = { "nothing", "/nonexistent/program", ENOENT },
	[DIRECTORY] = { "a directory", "/", EACCES },
	[NO_PROGRAM] = { "no program", text_file, ENOEXEC },
	[NOT_EXECUTABLE] = { "not executable", "/etc/passwd", EACCES },
	[UNREADABLE] = { "a bad address", (const char *)1, EFAULT },
};

static void run_execve(const char *path)
{
	execve(path, passing_3, no_variables);
}

static void run_execv(const char *path)
{
	execv(path, passing_3);
}

static void run_execl(const char *path)
{
	execl(path, "program", "--fd=3", (char *)NULL);
}

static void run_execveat(const char *path)
{
	execveat(AT_FDCWD, path, passing_3, no_variables, 0);
}

static void run_number(const char *path)
{
	syscall(SYS_execve, path, passing_3, no_variables);
}

static void (*const runs[])(const char *) = {
	run_execve, run_execv, run_execl, run_execveat, run_number,
};

static void the_flags_are_put_back_and_errno_is_the_kernels(void **state)
{
	(void)state;
	assert_int_equal(new_socket(), 3);
	assert_int_equal(new_socket(), 4);

	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		for (size_t j = 0; j < ARRAY_LEN(targets); j++) {
			errno = 0;
			runs[i](targets[j].path);
			if (errno != targets[j].error)
				fail_msg("way %zu, %s: %s", i, targets[j].name,
					 strerror(errno));
			assert_true(is_non_inheritable(3));
			assert_true(is_non_inheritable(4));
		}
	assert_true(was_ours(3));
	assert_true(was_ours(4));
	close(3);
	close(4);
}

static void a_search_that_finds_nothing_changes_nothing(void **state)
{
	char *before = getenv("PATH");
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "PATH=%s", before ? before : "/bin");
	assert_int_equal(new_socket(), 3);
	putenv(no_path);
	errno = 0;
	execvp("no-such-program", passing_3);
	assert_int_equal(errno, ENOENT);
	execlp("no-such-program", "program", "--fd=3", (char *)NULL);
	assert_int_equal(errno, ENOENT);
	execvpe("no-such-program", passing_3, no_variables);
	assert_int_equal(errno, ENOENT);
	putenv(path);
	setenv("PATH", path + 5, 1);
	assert_true(was_ours(3));
	close(3);
}

static void a_spawn_that_fails_changes_nothing(void **state)
{
	pid_t child = -7;

	(void)state;
	assert_int_equal(new_socket(), 3);
	for (size_t j = 0; j < ARRAY_LEN(targets); j++) {
		int error = posix_spawn(&child, targets[j].path, NULL, NULL,
					passing_3, no_variables);

		if (error != targets[j].error)
			fail_msg("%s: %s", targets[j].name, strerror(error));
		assert_true(is_non_inheritable(3));
	}
	assert_int_equal(posix_spawnp(&child, "no-such-program", NULL, NULL,
				      passing_3, environ), ENOENT);
	assert_true(was_ours(3));
	close(3);
}

/* ---- an environment that is too large for the kernel ---- */

enum { STACK = 1 << 20, STRINGS = 3, PIECE = 80000, ROOM = 1 << 17 };

/* An environment of @size bytes of strings. */
static char **environment_of(size_t size)
{
	static char text[STRINGS + 1][ROOM];
	static char *envp[STRINGS + 2];
	size_t i = 0;

	for (; i <= STRINGS; i++) {
		size_t length = i < STRINGS ? PIECE : size - STRINGS * PIECE;

		memset(text[i], 'x', length);
		memcpy(text[i], "V=", 2);
		text[i][length] = '\0';
		envp[i] = text[i];
	}
	return envp;
}

static char *exit_argv[] = { "self", "exit", NULL };
static char *look_argv[] = { "self", "look", NULL };

static bool kernel_takes(size_t size)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		ni_raw3(SYS_execve, (long)own_path(), (long)exit_argv,
			(long)environment_of(size));
		_exit(127);
	}
	waitpid(child, &status, 0);
	return !status;
}

static size_t most_that_the_kernel_takes(void)
{
	size_t low = STRINGS * PIECE + 16, high = (STRINGS + 1) * PIECE;

	assert_true(kernel_takes(low));
	assert_false(kernel_takes(high));
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (kernel_takes(middle))
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void a_full_environment_is_passed_on_as_it_is(void **state)
{
	struct rlimit before, small;
	struct job job = { own_path(), look_argv, NULL, NULL };
	size_t most;

	(void)state;
	assert_int_equal(new_socket(), 3);
	getrlimit(RLIMIT_STACK, &before);
	small = before;
	small.rlim_cur = STACK;
	assert_int_equal(setrlimit(RLIMIT_STACK, &small), 0);
	most = most_that_the_kernel_takes();
	for (size_t i = 0; i < ARRAY_LEN(exec_ways); i++) {
		const char *said;

		/* With room for the variable that the shim adds, and without. */
		job.envp = environment_of(most - 8192);
		said = said_by(&exec_ways[i], &job);
		if (strcmp(said, "3 socket cloexec\n"))
			fail_msg("%s: %s", exec_ways[i].name, said);
		job.envp = environment_of(most);
		said = said_by(&exec_ways[i], &job);
		if (strcmp(said, "3 socket inheritable\n"))
			fail_msg("%s, full: %s", exec_ways[i].name, said);
		assert_true(is_non_inheritable(3));
	}
	setrlimit(RLIMIT_STACK, &before);
	close(3);
}

static void an_exec_that_is_too_large_is_e2big(void **state)
{
	static char huge[1 << 18];
	char *argv[] = { "self", huge, NULL };
	pid_t child;

	(void)state;
	assert_int_equal(new_socket(), 3);
	memset(huge, 'x', sizeof(huge) - 1);
	errno = 0;
	execv(own_path(), argv);
	assert_int_equal(errno, E2BIG);
	assert_int_equal(posix_spawn(&child, own_path(), NULL, NULL, argv,
				     environ), E2BIG);
	assert_true(was_ours(3));
	close(3);
}

/* ---- among threads ---- */

static void *wait_for_word(void *pipe)
{
	char word;

	return read(*(int *)pipe, &word, 1) == 1 ? pipe : NULL;
}

static nlink_t threads(void)
{
	struct stat status;

	assert_int_equal(stat("/proc/self/task", &status), 0);
	return status.st_nlink - 2;
}

/* A helper thread that has not quite ended keeps a copy of the descriptor table
 * alive, and makes those kinds of unshare() fail that need a single thread. */
static void as_natively_no_thread_is_left(void **state)
{
	static char huge[1 << 18];
	char *argv[] = { "self", huge, NULL };
	int word[2], before, listener = new_socket();
	pthread_t other;

	(void)state;
	memset(huge, 'x', sizeof(huge) - 1);
	assert_int_equal(pipe2(word, O_CLOEXEC), 0);
	assert_int_equal(pthread_create(&other, NULL, wait_for_word, word), 0);
	/* Two, and those that an emulator adds. */
	before = threads();
	for (unsigned i = 0; i < 2000; i++) {
		execv(own_path(), argv);
		assert_int_equal(errno, E2BIG);
		assert_int_equal(threads(), before);
	}
	assert_int_equal(write(word[1], "x", 1), 1);
	pthread_join(other, NULL);
	close(word[0]);
	close(word[1]);
	close(listener);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(the_flags_are_put_back_and_errno_is_the_kernels),
		SHIM_CASE(a_search_that_finds_nothing_changes_nothing),
		SHIM_CASE(a_spawn_that_fails_changes_nothing),
		SHIM_CASE(a_full_environment_is_passed_on_as_it_is),
		SHIM_CASE(an_exec_that_is_too_large_is_e2big),
		SHIM_CASE(as_natively_no_thread_is_left),
	};

	if (argc > 1)
		return strcmp(argv[1], "look") ? 0 : look();
	close_what_was_inherited();
	return cmocka_run_group_tests(tests, make_text_file, remove_text_file);
}
