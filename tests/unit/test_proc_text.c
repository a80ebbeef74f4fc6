/*
 * Texts of /proc are read for what they are, whatever names programs choose.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "cli/scan/proc_text.h"
#include "descriptors.h"

static void only_socket_links_name_a_socket(void **state)
{
	static const char *const others[] = {
		"", "socket:[]", "socket:[12", "socket:[12]x", "socket:[-1]",
		"socket:[ 1]", "socket:[99999999999999999999]", "pipe:[12]",
		"/tmp/socket:[12]", "anon_inode:[eventpoll]"
	};
	uint64_t inode = 5;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(ni_proc_socket_inode(others[i], &inode), -EINVAL);
	assert_int_equal(inode, 5);
	assert_int_equal(ni_proc_socket_inode("socket:[4242]", &inode), 0);
	assert_int_equal(inode, 4242);
}

static void flags_are_octal(void **state)
{
	static const char *const others[] = {
		"", "flags:\t02\n", "pos:\t0\nflags:\t\n", "pos:\t0\nflags:\t02",
		"pos:\t0\nflags:\t9\n", "pos:\t0\nflags:\t77777777777777\n",
		"pos:\t0\nflags:\n02\n"
	};
	unsigned flags = 5;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(ni_proc_open_flags(others[i], &flags), -EINVAL);
	assert_int_equal(flags, 5);
	assert_int_equal(ni_proc_open_flags("pos:\t0\nflags:\t02004002\nmnt_id:\t9\n",
					    &flags), 0);
	assert_int_equal(flags, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

#define AFTER " S 7 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 9876 1000 2 3\n"

static void a_name_cannot_shift_the_fields_of_stat(void **state)
{
	static const char *const names[] = {
		"12 (plain)" AFTER, "12 (a b) c)" AFTER, "12 ())" AFTER,
		"12 (x) S 1 1 1 (y)" AFTER, "12 (line\nline)" AFTER
	};
	static const char *const others[] = {
		"", "12 (plain", "12 (plain)", "12 (plain) S 7 7 7",
		"12 (plain) S x 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 9876 1"
	};
	pid_t parent = 1;
	uint64_t start = 2;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(ni_proc_stat(others[i], &parent, &start), -EINVAL);
	assert_int_equal(parent, 1);
	assert_int_equal(start, 2);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		parent = 0;
		start = 0;
		assert_int_equal(ni_proc_stat(names[i], &parent, &start), 0);
		assert_int_equal(parent, 7);
		assert_int_equal(start, 9876);
	}
}

/* The 22nd field of this process, as the kernel writes it. */
static void the_kernels_own_stat_is_read(void **state)
{
	char text[1024] = "";
	FILE *file = fopen("/proc/self/stat", "r");
	pid_t parent;
	uint64_t start;

	(void)state;
	assert_int_not_equal(fread(text, 1, sizeof(text) - 1, file), 0);
	fclose(file);
	assert_int_equal(ni_proc_stat(text, &parent, &start), 0);
	assert_int_equal(parent, getppid());
	assert_int_not_equal(start, 0);
}

static void a_process_has_digits_only(void **state)
{
	(void)state;
	assert_int_equal(ni_proc_pid("1"), 1);
	assert_int_equal(ni_proc_pid("2147483647"), 2147483647);
	assert_int_equal(ni_proc_pid("2147483648"), 0);
	assert_int_equal(ni_proc_pid("self"), 0);
	assert_int_equal(ni_proc_pid("12x"), 0);
	assert_int_equal(ni_proc_pid("-12"), 0);
	assert_int_equal(ni_proc_pid(""), 0);
}

static const struct {
	const char *environment;
	size_t size;
	int fd;
	bool answer;
} listen_rows[] = {
#define ENVIRONMENT(text) text, sizeof(text)
	{ ENVIRONMENT("A=b\0LISTEN_PID=40\0LISTEN_FDS=2"), 3, true },
	{ ENVIRONMENT("A=b\0LISTEN_PID=40\0LISTEN_FDS=2"), 4, true },
	{ ENVIRONMENT("A=b\0LISTEN_PID=40\0LISTEN_FDS=2"), 5, false },
	{ ENVIRONMENT("A=b\0LISTEN_PID=40\0LISTEN_FDS=2"), 2, false },
	{ ENVIRONMENT("LISTEN_FDS=1"), 3, true },
	{ ENVIRONMENT("LISTEN_PID=41\0LISTEN_FDS=1"), 3, false },
	{ ENVIRONMENT("LISTEN_PID=\0LISTEN_FDS=1"), 3, false },
	{ ENVIRONMENT("LISTEN_FDS=1x"), 3, false },
	{ ENVIRONMENT("LISTEN_FDS=18446744073709551615"), 3, false },
	{ ENVIRONMENT("XLISTEN_FDS=1"), 3, false },
	{ "LISTEN_FDS=1", 12, 3, false },	/* cut off: no NUL */
	{ ENVIRONMENT(""), 3, false },
	{ "", 0, 3, false },
};

static void descriptors_of_socket_activation_are_known(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(listen_rows); i++)
		if (ni_proc_is_listen_fd(listen_rows[i].environment,
					 listen_rows[i].size, 40,
					 listen_rows[i].fd) !=
		    listen_rows[i].answer)
			fail_msg("row %zu", i);
}

static void the_user_is_the_one_whose_rights_count(void **state)
{
	static const char *const others[] = {
		"", "Uid:\t1\t2\t3\t4\n", "Name:\tx\nUid:\t1\n",
		"Name:\tx\nUid:\t\t2\t3\t4\n", "Name:\tx\nUid:\t1 2 3 4\n",
		"Name:\tx\nUid:\t1\t4294967296\t3\t4\n",
		"Name:\tx\nUid:\t1\t-2\t3\t4\n"
	};
	uid_t user = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(ni_proc_user(others[i], &user), -EINVAL);
	assert_int_equal(user, 7);
	/* The kernel writes the newline of a name as \\n. */
	assert_int_equal(ni_proc_user("Name:\tx\\nUid:\t9\nState:\tS\n"
				      "Uid:\t1000\t33\t3\t4\n", &user), 0);
	assert_int_equal(user, 33);
}

static void mappings_are_read(void **state)
{
	static const char *const others[] = {
		"", "x", "1-2", "1-2 r-xp", "1-2 r-x 0 08:01 4 /x\n", "1-2 r-xpp 0 08:01 4 /x\n",
		"1-2 r-xp 0 0801 4 /x\n", "1-2 r-xp 0 08:01 x /x\n",
		"-2 r-xp 0 08:01 4 /x\n", "1_2 r-xp 0 08:01 4 /x\n",
		"11111111111111111-2 r-xp 0 08:01 4 /x\n",
	};
	static struct ni_mapping mapping;
	static char line[NI_MAPPING_PATH_MAX + 64];

	(void)state;
	mapping.inode = 9;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(ni_proc_mapping(others[i], &mapping), -EINVAL);
	snprintf(line, sizeof(line), "1-2 r-xp 0 08:01 4 %*s",
		 NI_MAPPING_PATH_MAX, "/x");
	line[strcspn(line, "/") - 1] = 'x';
	memset(line + strlen("1-2 r-xp 0 08:01 4 "), 'x', NI_MAPPING_PATH_MAX);
	assert_int_equal(ni_proc_mapping(line, &mapping), -EINVAL);
	assert_int_equal(mapping.inode, 9);
	assert_int_equal(ni_proc_mapping("55d0-55e1 r-xp 00001000 fe:01 4242   "
					 "/usr/lib/a b.so (deleted)\n",
					 &mapping), 0);
	assert_int_equal(mapping.start, 0x55d0);
	assert_int_equal(mapping.end, 0x55e1);
	assert_true(mapping.is_executable);
	assert_int_equal(mapping.device, makedev(0xfe, 1));
	assert_int_equal(mapping.inode, 4242);
	assert_string_equal(mapping.path, "/usr/lib/a b.so (deleted)");
	assert_int_equal(ni_proc_mapping("1-2 rw-p 00000000 00:00 0", &mapping),
			 0);
	assert_false(mapping.is_executable);
	assert_int_equal(mapping.inode, 0);
	assert_string_equal(mapping.path, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_socket_links_name_a_socket),
		cmocka_unit_test(flags_are_octal),
		cmocka_unit_test(a_name_cannot_shift_the_fields_of_stat),
		cmocka_unit_test(the_kernels_own_stat_is_read),
		cmocka_unit_test(the_user_is_the_one_whose_rights_count),
		cmocka_unit_test(mappings_are_read),
		cmocka_unit_test(a_process_has_digits_only),
		cmocka_unit_test(descriptors_of_socket_activation_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
