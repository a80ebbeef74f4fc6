/*
 * Which sockets lead to the system log. /dev is this test's own, in a mount
 * namespace: where none can be made, the cases are skipped.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/system_log.h"

static bool has_own_dev;

static int make_own_dev(void **state)
{
	(void)state;
	has_own_dev = (unshare(CLONE_NEWNS) == 0 ||
		       unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
		      mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		      mount("none", "/dev", "tmpfs", 0, NULL) == 0;
	return 0;
}

static int need_own_dev(void **state)
{
	(void)state;
	if (!has_own_dev) {
		fprintf(stderr, "no mount namespace can be made here\n");
		skip();
	}
	return 0;
}

static struct sockaddr_un at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static int bound_to(const char *path)
{
	struct sockaddr_un address = at(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_return_code(bind(fd, (struct sockaddr *)&address,
				sizeof(address)), 0);
	return fd;
}

static int connected_to(const char *path)
{
	struct sockaddr_un address = at(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_return_code(connect(fd, (struct sockaddr *)&address,
				   sizeof(address)), 0);
	return fd;
}

static bool leads_to_log(const char *path)
{
	int fd = connected_to(path);
	bool answer = ni_is_system_log(fd);

	close(fd);
	return answer;
}

static void the_path_of_the_log_leads_to_it(void **state)
{
	int log = bound_to("/dev/log"), other = bound_to("/dev/other");

	(void)state;
	assert_true(leads_to_log("/dev/log"));
	assert_false(leads_to_log("/dev/other"));
	assert_false(ni_is_system_log(log));
	close(log);
	close(other);
	unlink("/dev/log");
	unlink("/dev/other");
}

static void a_link_leads_to_it_by_either_name(void **state)
{
	int log = bound_to("/dev/real"), other = bound_to("/dev/other");

	(void)state;
	assert_return_code(symlink("/dev/real", "/dev/log"), 0);
	assert_true(leads_to_log("/dev/real"));
	assert_true(leads_to_log("/dev/log"));
	assert_false(leads_to_log("/dev/other"));
	close(log);
	close(other);
	unlink("/dev/log");
	unlink("/dev/real");
	unlink("/dev/other");
}

/* Two file systems number their files alike. */
static void the_same_inode_elsewhere_is_another_socket(void **state)
{
	struct stat log, other;
	char path[32];
	int fd[64], count = 0, one;
	bool is_log;

	(void)state;
	one = bound_to("/dev/log");
	assert_return_code(stat("/dev/log", &log), 0);
	assert_return_code(mkdir("/dev/elsewhere", 0700), 0);
	assert_return_code(mount("none", "/dev/elsewhere", "tmpfs", 0, NULL),
			   0);
	do {
		snprintf(path, sizeof(path), "/dev/elsewhere/%d", count);
		fd[count++] = bound_to(path);
		assert_return_code(stat(path, &other), 0);
	} while (other.st_ino < log.st_ino && count < 64);
	is_log = leads_to_log(path);
	while (count)
		close(fd[--count]);
	close(one);
	umount("/dev/elsewhere");
	unlink("/dev/log");
	assert_false(is_log);
	/* Before Linux 5.9 all of them draw on the same numbers. */
	if (other.st_ino != log.st_ino) {
		fprintf(stderr, "no two files have the same inode here\n");
		skip();
	}
}

static void what_is_connected_to_no_path_is_none(void **state)
{
	int pair[2], file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_return_code(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
				      pair), 0);
	assert_false(ni_is_system_log(pair[0]));
	assert_false(ni_is_system_log(file));
	assert_false(ni_is_system_log(-1));
	close(pair[0]);
	close(pair[1]);
	close(file);
}

#define CASE(name) cmocka_unit_test_setup(name, need_own_dev)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_path_of_the_log_leads_to_it),
		CASE(a_link_leads_to_it_by_either_name),
		CASE(the_same_inode_elsewhere_is_another_socket),
		cmocka_unit_test(what_is_connected_to_no_path_is_none),
	};

	return cmocka_run_group_tests(tests, make_own_dev, NULL);
}
