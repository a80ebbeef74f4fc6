/*
 * Which descriptors are sockets, and which lead to the system log. /dev is this
 * test's own, in a mount namespace: where none can be made, cases are skipped.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
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

#include "preload/peer.h"
#include "skip_case.h"

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

static void need_own_dev(void)
{
	if (!has_own_dev)
		skip_case("no mount namespace can be made here");
}

static bool is_log(int fd)
{
	return ni_peer(fd) == NI_PEER_SYSTEM_LOG;
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
	bool answer = is_log(fd);

	close(fd);
	return answer;
}

static void the_path_of_the_log_leads_to_it(void **state)
{
	int log, other;

	(void)state;
	need_own_dev();
	log = bound_to("/dev/log");
	other = bound_to("/dev/other");
	assert_true(leads_to_log("/dev/log"));
	assert_false(leads_to_log("/dev/other"));
	assert_int_equal(ni_peer(log), NI_PEER_OTHER);
	close(log);
	close(other);
	unlink("/dev/log");
	unlink("/dev/other");
}

static void a_link_leads_to_it_by_either_name(void **state)
{
	int log, other;

	(void)state;
	need_own_dev();
	log = bound_to("/dev/real");
	other = bound_to("/dev/other");
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
	bool leads;

	(void)state;
	need_own_dev();
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
	leads = leads_to_log(path);
	while (count)
		close(fd[--count]);
	close(one);
	umount("/dev/elsewhere");
	unlink("/dev/log");
	assert_false(leads);
	/* Before Linux 5.9 all of them share one sequence of numbers. */
	if (other.st_ino != log.st_ino)
		skip_case("no two files have the same inode here");
}

/* For these, getpeername() answers with other errors. */
static void a_family_that_knows_no_peer_has_sockets(void **state)
{
	int raw = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	int packet = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fresh = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(ni_peer(fresh), NI_PEER_OTHER);
	assert_int_equal(ni_peer(raw), NI_PEER_OTHER);
	if (packet >= 0)
		assert_int_equal(ni_peer(packet), NI_PEER_OTHER);
	close(fresh);
	close(raw);
	close(packet);
}

static void what_is_connected_to_no_path_is_none(void **state)
{
	int pair[2], file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_return_code(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
				      pair), 0);
	assert_int_equal(ni_peer(pair[0]), NI_PEER_OTHER);
	assert_int_equal(ni_peer(file), NI_PEER_NO_SOCKET);
	assert_int_equal(ni_peer(-1), NI_PEER_NO_SOCKET);
	close(pair[0]);
	close(pair[1]);
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_of_the_log_leads_to_it),
		cmocka_unit_test(a_link_leads_to_it_by_either_name),
		cmocka_unit_test(the_same_inode_elsewhere_is_another_socket),
		cmocka_unit_test(a_family_that_knows_no_peer_has_sockets),
		cmocka_unit_test(what_is_connected_to_no_path_is_none),
	};

	return cmocka_run_group_tests(tests, make_own_dev, NULL);
}
