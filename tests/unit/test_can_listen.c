/*
 * What a program and its libraries import shows whether it can listen.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/scan/can_listen.h"
#include "descriptors.h"

/* This program is one that can. */
static void (*volatile used)(void) = (void (*)(void))listen;

static bool can_file_listen(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool answer;

	assert_return_code(fd, errno);
	answer = ni_file_can_listen(fd);
	close(fd);
	return answer;
}

static void a_file_is_judged_by_what_it_imports(void **state)
{
	(void)state;
	assert_non_null(used);
	assert_false(can_file_listen("/bin/true"));
	assert_false(can_file_listen("/bin/sh"));
	assert_true(can_file_listen("/proc/self/exe"));
	/* What is no program is not known. */
	assert_true(can_file_listen("/etc/passwd"));
	assert_true(can_file_listen("/dev/null"));
}

/* A copy of /bin/true, cut off or with other bytes in it. */
static bool can_damaged_listen(size_t length, size_t offset, int byte)
{
	static unsigned char bytes[1 << 20];
	FILE *original = fopen("/bin/true", "re"), *copy = tmpfile();
	size_t size;
	bool answer;

	assert_non_null(original);
	assert_non_null(copy);
	size = fread(bytes, 1, sizeof(bytes), original);
	fclose(original);
	if (offset < size)
		bytes[offset] = (unsigned char)byte;
	fwrite(bytes, 1, length < size ? length : size, copy);
	fflush(copy);
	answer = ni_file_can_listen(fileno(copy));
	fclose(copy);
	return answer;
}

static void a_damaged_file_harms_nothing_and_is_not_known(void **state)
{
	(void)state;
	for (size_t length = 0; length < 2048; length += 61)
		assert_true(can_damaged_listen(length, SIZE_MAX, 0));
	for (size_t offset = 0; offset < 4096; offset += 13)
		can_damaged_listen(SIZE_MAX, offset, 0xff);
}

static bool can_child_listen(struct ni_listen_memory *memory, int proc,
			     const char *path)
{
	pid_t pid;
	bool answer;
	int ends[2];
	char byte;

	assert_return_code(pipe(ends), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (pid == 0) {
		close(ends[0]);
		fcntl(ends[1], F_SETFD, FD_CLOEXEC);
		execl(path, path, "1000", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);	/* it has executed */
	close(ends[0]);
	answer = ni_can_listen(memory, proc, pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return answer;
}

static void a_process_is_judged_with_its_libraries(void **state)
{
	struct ni_listen_memory memory = { 0 };
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(ni_can_listen(&memory, proc, getpid()));
	assert_false(can_child_listen(&memory, proc, "/bin/sleep"));
	/* And again, from memory. */
	assert_false(can_child_listen(&memory, proc, "/bin/sleep"));
	/* No such process. */
	assert_true(ni_can_listen(&memory, proc, 0x7fffffff));
	ni_listen_memory_free(&memory);
	close(proc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_judged_by_what_it_imports),
		cmocka_unit_test(a_damaged_file_harms_nothing_and_is_not_known),
		cmocka_unit_test(a_process_is_judged_with_its_libraries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
