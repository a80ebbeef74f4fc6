/*
 * Rule 7: a descriptor with the number 0, 1 or 2 is a standard stream and
 * inheritable; what the same call puts on other numbers is not.
 */
#include <netinet/in.h>

#include "shim_case.h"

static int listener = -1, letters[2];

static int by_socket(void)
{
	return new_socket();
}

static int by_dup(void)
{
	return dup(listener);
}

static int by_fcntl(void)
{
	return fcntl(listener, F_DUPFD, 0);
}

static int by_syscall(void)
{
	return (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}

static int by_accept(void)
{
	return accept(listener, NULL, NULL);
}

static int by_accept4(void)
{
	return accept4(listener, NULL, NULL, 0);
}

static int by_recvmsg(void)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	struct iovec part = { "x", 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int fd;

	memcpy(CMSG_DATA(&control.header), &listener, sizeof(fd));
	EXPECT(sendmsg(letters[0], &message, 0) == 1);
	part.iov_base = &(char[1]){ 0 };
	EXPECT(recvmsg(letters[1], &message, 0) == 1);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static const struct {
	const char *name;
	int (*make)(void);
} makers[] = {
	{ "socket", by_socket },
	{ "dup", by_dup },
	{ "fcntl(F_DUPFD)", by_fcntl },
	{ "accept", by_accept },
	{ "accept4", by_accept4 },
	{ "recvmsg", by_recvmsg },
	{ "syscall(SYS_socket)", by_syscall },
};

/* A listener with the number 100, and as many clients as any case accepts. */
static void open_listener(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = (int)ni_raw3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 100);
	close(fd);
	EXPECT(bind(listener, (void *)&address, length) == 0);
	EXPECT(listen(listener, 16) == 0);
	getsockname(listener, (void *)&address, &length);
	for (int i = 0; i < 8; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		EXPECT(connect(fd, (void *)&address, length) == 0);
		ni_raw3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 200);
		close(fd);
	}
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, letters) == 0);
	for (int i = 0; i < 2; i++) {
		fd = letters[i];
		letters[i] = (int)ni_raw3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 300);
		close(fd);
	}
}

static void only_numbers_beyond_2_are_non_inheritable_body(void)
{
	open_listener();
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		for (int fd = 0; fd <= 3; fd++)
			close(fd);
		for (int fd = 0; fd <= 2; fd++) {
			errno = 4711;
			EXPECT(makers[i].make() == fd);
			EXPECT(is_inheritable(fd));
			EXPECT(errno == 4711);
		}
		EXPECT(makers[i].make() == 3);
		EXPECT(is_non_inheritable(3));
	}
}

static void only_numbers_beyond_2_are_non_inheritable(void **state)
{
	(void)state;
	in_child(only_numbers_beyond_2_are_non_inheritable_body);
}

static void a_pair_may_lie_on_both_sides_body(void)
{
	int pair[2];

	close(2);
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	EXPECT(pair[0] == 2 && pair[1] == 3);
	EXPECT(is_inheritable(2));
	EXPECT(is_non_inheritable(3));
}

static void a_pair_may_lie_on_both_sides(void **state)
{
	(void)state;
	in_child(a_pair_may_lie_on_both_sides_body);
}

/* The flag of a stream that was inherited or set up with dup2 is not changed. */
static void streams_that_were_there_are_untouched(void **state)
{
	int ours = new_socket();

	(void)state;
	assert_true(is_non_inheritable(ours));
	for (int fd = 0; fd <= 2; fd++)
		assert_true(is_inheritable(fd));
	close(ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(only_numbers_beyond_2_are_non_inheritable),
		SHIM_CASE(a_pair_may_lie_on_both_sides),
		SHIM_CASE(streams_that_were_there_are_untouched),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
