/*
 * Rule 1: socket and socketpair give non-inheritable descriptors, and nothing
 * else about them changes.
 */
#include <linux/netlink.h>
#include <netinet/in.h>

#include "shim_case.h"

static const struct {
	const char *name;
	int domain, type, protocol;
} kinds[] = {
	{ "tcp", AF_INET, SOCK_STREAM, 0 },
	{ "tcp, named", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "udp", AF_INET, SOCK_DGRAM, 0 },
	{ "tcp6", AF_INET6, SOCK_STREAM, 0 },
	{ "udp6, non-blocking", AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0 },
	{ "unix stream", AF_UNIX, SOCK_STREAM, 0 },
	{ "unix packets", AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0 },
	{ "netlink", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE },
	{ "flag asked for", AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0 },
};

static int option(int fd, int name)
{
	int value = -1;
	socklen_t length = sizeof(value);

	getsockopt(fd, SOL_SOCKET, name, &value, &length);
	return value;
}

static int mode(int fd)
{
	return (int)ni_raw3(SYS_fcntl, fd, F_GETFL, 0) & O_NONBLOCK;
}

static void a_socket_is_non_inheritable_and_otherwise_as_asked_for(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int type = kinds[i].type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
		int fd = socket(kinds[i].domain, kinds[i].type,
				kinds[i].protocol);

		if (fd < 0 || !is_non_inheritable(fd))
			fail_msg("%s: %d is inheritable", kinds[i].name, fd);
		assert_int_equal(option(fd, SO_DOMAIN), kinds[i].domain);
		assert_int_equal(option(fd, SO_TYPE), type);
		assert_int_equal(!mode(fd), !(kinds[i].type & SOCK_NONBLOCK));
		close(fd);
	}
}

static void both_ends_of_a_pair_are_non_inheritable(void **state)
{
	const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		for (int flag = 0; flag <= SOCK_NONBLOCK; flag += SOCK_NONBLOCK) {
			int pair[2];

			assert_int_equal(socketpair(AF_UNIX, types[i] | flag, 0,
						    pair), 0);
			assert_true(is_non_inheritable(pair[0]));
			assert_true(is_non_inheritable(pair[1]));
			assert_int_equal(!mode(pair[0]), !flag);
			assert_int_equal(!mode(pair[1]), !flag);
			assert_int_equal(send(pair[0], "x", 1, 0), 1);
			assert_int_equal(recv(pair[1], (char[1]){ 0 }, 1, 0), 1);
			close(pair[0]);
			close(pair[1]);
		}
}

static void high_numbers_are_non_inheritable(void **state)
{
	int fd[3000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
		fd[i] = new_socket();
		if (!is_non_inheritable(fd[i]))
			fail_msg("%d is inheritable", fd[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		close(fd[i]);
}

/* What is ours shows in dup2(a, a), which takes the shim's flag off (rule 6). */
static void the_flag_is_the_programs_if_it_asked_for_it(void **state)
{
	int ours = new_socket();
	int own = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_true(was_ours(ours));
	assert_false(was_ours(own));
	close(ours);
	close(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(a_socket_is_non_inheritable_and_otherwise_as_asked_for),
		SHIM_CASE(both_ends_of_a_pair_are_non_inheritable),
		SHIM_CASE(high_numbers_are_non_inheritable),
		SHIM_CASE(the_flag_is_the_programs_if_it_asked_for_it),
	};

	close_what_was_inherited();
	allow_many_descriptors();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
