/*
 * expected_calls: makes calls between two sched_yield(), for strace to see, and
 * says on standard output which lines it expects there.
 *
 *	expected_calls SCENE
 */
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "descriptors.h"

static char text[1 << 14];

__attribute__((format(printf, 1, 2)))
static void expect(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsprintf(text + strlen(text), format, list);
	va_end(list);
	strcat(text, "\n");
}

/* ---- what the scenes need, on numbers that no scene uses ---- */

enum { LISTENER = 50, CLIENT, LEFT, RIGHT };

static void move(int fd, int number)
{
	if (ni_raw3(SYS_dup3, fd, number, O_CLOEXEC) < 0)
		abort();
	ni_raw3(SYS_close, fd, 0, 0);
}

static int new_listener(int flags)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (void *)&address, sizeof(address)) < 0 ||
	    listen(fd, 8) < 0)
		abort();
	move(fd, LISTENER);
	return LISTENER;
}

static void connect_client(void)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int fd = (int)ni_raw3(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
			      0);

	getsockname(LISTENER, (void *)&address, &length);
	if (connect(fd, (void *)&address, length) < 0)
		abort();
	move(fd, CLIENT + 10);
}

static void make_letters(void)
{
	int pair[2];

	if (ni_raw6(SYS_socketpair, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
		    (long)pair, 0, 0) < 0)
		abort();
	move(pair[0], LEFT);
	move(pair[1], RIGHT);
}

static void receive(int count)
{
	struct msghdr message = { 0 };

	for (int i = 0; i < count; i++)
		recvmsg(RIGHT, &message, 0);
}

/* ---- scenes: first the preparation, then the calls that are traced ---- */

static void prepare_creators(void)
{
	new_listener(0);
	for (int i = 0; i < 3; i++)
		connect_client();
	make_letters();
	for (int i = 0; i < 2; i++)
		ni_raw6(SYS_sendto, LEFT, (long)"", 0, 0, 0, 0);
}

static void make_sockets(void)
{
	int pair[2];

	socket(AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3");
	socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	expect("socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 4");
	socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	expect("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 5");
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	expect("socketpair(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0, [6, 7]) = 0");
	accept(LISTENER, NULL, NULL);
	expect("accept4(50, NULL, NULL, SOCK_CLOEXEC) = 8");
	accept4(LISTENER, NULL, NULL, 0);
	expect("accept4(50, NULL, NULL, SOCK_CLOEXEC) = 9");
	accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK);
	expect("accept4(50, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 10");
	receive(1);
	expect("recvmsg(53, {}, MSG_CMSG_CLOEXEC) = 0");
	recvmmsg(RIGHT, &(struct mmsghdr){ .msg_len = 0 }, 1, 0, NULL);
	expect("recvmmsg(53, [], 1, MSG_CMSG_CLOEXEC, NULL) = 1");
	syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 11");
}

static void nothing(void)
{
}

/* The result is in the trace; _FORTIFY_SOURCE wants it looked at. */
static void duplicate(int fd)
{
	int copy = dup(fd);

	(void)copy;
}

static void use_descriptors(void)
{
	int flag = 0;

	duplicate(0);
	expect("fcntl(0, F_DUPFD_CLOEXEC, 0) = 3");
	fcntl(0, F_DUPFD, 0);
	expect("fcntl(0, F_DUPFD_CLOEXEC, 0) = 4");
	fcntl(0, F_DUPFD, 2);
	expect("fcntl(0, F_DUPFD_CLOEXEC, 2) = 5");
	fcntl(0, F_DUPFD, 10);
	expect("fcntl(0, F_DUPFD, 10) = 10");
	dup2(0, 20);
	expect("dup2(0, 20) = 20");
	dup2(3, 4);
	expect("dup2(3, 4) = 4");
	dup3(0, 5, O_CLOEXEC);
	expect("dup3(0, 5, O_CLOEXEC) = 5");
	fcntl(3, F_GETFD);
	expect("fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
	fcntl(3, F_SETFD, O_CLOEXEC);
	expect("fcntl(3, F_SETFD, FD_CLOEXEC|0x80000) = 0");
	fcntl(3, F_SETFD, 0);
	expect("fcntl(3, F_SETFD, 0) = 0");
	ioctl(4, FIOCLEX);
	expect("ioctl(4, FIOCLEX) = 0");
	ioctl(0, FIONBIO, &flag);
	expect("ioctl(0, FIONBIO, [0]) = 0");
	duplicate(0);
	expect("fcntl(0, F_DUPFD_CLOEXEC, 0) = 6");
	dup2(6, 6);
	expect("dup2(6, 6) = 6");
	expect("fcntl(6, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
	expect("getpeername(6, 0x, [109]) = -1 ENOTSOCK "
	       "(Socket operation on non-socket)");
	close(6);
	expect("close(6) = 0");
	socket(AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 6");
	dup2(6, 6);
	expect("dup2(6, 6) = 6");
	expect("fcntl(6, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
	expect("getpeername(6, 0x, [109]) = -1 ENOTCONN "
	       "(Transport endpoint is not connected)");
	expect("fcntl(6, F_SETFD, 0) = 0");
	close(6);
	expect("close(6) = 0");
	duplicate(0);
	expect("fcntl(0, F_DUPFD_CLOEXEC, 0) = 6");
	close(6);
	expect("close(6) = 0");
	close_range(3, 5, 0);
	expect("close_range(3, 5, 0) = 0");
	closefrom(10);
	expect("close_range(10, 4294967295, 0) = 0");
	syscall(SYS_sched_get_priority_max, SCHED_OTHER);
	expect("sched_get_priority_max(SCHED_OTHER) = 0");
	syscall(SYS_dup2, 0, 3);
	expect("dup2(0, 3) = 3");
}

static void close_standard(void)
{
	ni_raw3(SYS_close, 0, 0, 0);
}

static void land_on_0(void)
{
	socket(AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 0");
	expect("fcntl(0, F_SETFD, 0) = 0");
	socket(AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3");
}

/* ---- old kernels: the calls are made to fail by strace ---- */

static void two_sockets(void)
{
	errno = 4711;
	socket(AF_UNIX, SOCK_STREAM, 0);
	if (errno != 4711)
		expect("errno was changed");
	expect("socket(AF_UNIX, SOCK_STREAM, 0) = 3");
	expect("fcntl(3, F_SETFD, FD_CLOEXEC) = 0");
	socket(AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM, 0) = 4");
	expect("fcntl(4, F_SETFD, FD_CLOEXEC) = 0");
	ni_raw3(SYS_close, 0, 0, 0);
	expect("close(0) = 0");
	socket(AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM, 0) = 0");
	expect("fcntl(0, F_SETFD, FD_CLOEXEC) = 0");
	expect("fcntl(0, F_SETFD, 0) = 0");
}

static void two_pairs(void)
{
	int pair[2];

	for (int i = 3; i < 7; i += 2) {
		socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
		expect("socketpair(AF_UNIX, SOCK_STREAM, 0, [%d, %d]) = 0", i,
		       i + 1);
		expect("fcntl(%d, F_SETFD, FD_CLOEXEC) = 0", i);
		expect("fcntl(%d, F_SETFD, FD_CLOEXEC) = 0", i + 1);
	}
}

/* A bad type fails with and without the flag, so its failure says nothing about
 * the flag: the next call must be the atomic one again. */
static void bad_type_first(void)
{
	socket(AF_INET, SOCK_STREAM | 0x100, 0);
	expect("socket(AF_INET, SOCK_STREAM|0x100, IPPROTO_IP) = -1 EINVAL (Invalid argument)");
	socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, (int[2]){ 0 });
	expect("socketpair(AF_UNIX, SOCK_STREAM|0x100, 0, 0x) = -1 EINVAL (Invalid argument)");
	socket(AF_UNIX, SOCK_STREAM, 0);
	expect("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3");
}

static void prepare_accepts(void)
{
	new_listener(SOCK_NONBLOCK);
	connect_client();
	connect_client();
}

static void two_accepts(void)
{
	errno = 4711;
	for (int i = 3; i < 5; i++) {
		accept(LISTENER, NULL, NULL);
		expect("accept(50, NULL, NULL) = %d", i);
		expect("fcntl(%d, F_SETFD, FD_CLOEXEC) = 0", i);
	}
	if (errno != 4711)
		expect("errno was changed");
	accept(LISTENER, NULL, NULL);
	expect("accept(50, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)");
}

static void prepare_no_accept(void)
{
	new_listener(SOCK_NONBLOCK);
}

/* No connection: the failure says nothing about accept4 either. */
static void no_accept_first(void)
{
	accept(LISTENER, NULL, NULL);
	expect("accept(50, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)");
	sched_yield();
	connect_client();
	sched_yield();
	accept(LISTENER, NULL, NULL);
	expect("accept4(50, NULL, NULL, SOCK_CLOEXEC) = 3");
}

static void two_copies(void)
{
	errno = 4711;
	duplicate(0);
	if (errno != 4711)
		expect("errno was changed");
	expect("dup(0) = 3");
	expect("fcntl(3, F_SETFD, FD_CLOEXEC) = 0");
	duplicate(0);
	expect("fcntl(0, F_DUPFD_CLOEXEC, 0) = 4");
}

static void prepare_letters(void)
{
	make_letters();
	for (int i = 0; i < 2; i++)
		ni_raw6(SYS_sendto, LEFT, (long)"", 0, 0, 0, 0);
}

static void two_letters(void)
{
	receive(2);
	expect("recvmsg(53, {}, 0) = 0");
	expect("recvmsg(53, {}, 0) = 0");
}

static const struct {
	const char *name;
	void (*prepare)(void), (*act)(void);
} scenes[] = {
	{ "sockets", prepare_creators, make_sockets },
	{ "descriptors", nothing, use_descriptors },
	{ "standard", close_standard, land_on_0 },
	{ "old-socket", nothing, two_sockets },
	{ "old-pair", nothing, two_pairs },
	{ "bad-type", nothing, bad_type_first },
	{ "old-accept", prepare_accepts, two_accepts },
	{ "no-accept", prepare_no_accept, no_accept_first },
	{ "old-dup", nothing, two_copies },
	{ "old-receive", prepare_letters, two_letters },
};

int main(int argc, char **argv)
{
	ni_raw3(SYS_close_range, 3, ~0U, 0);
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		if (argc < 2 || strcmp(scenes[i].name, argv[1]))
			continue;
		scenes[i].prepare();
		sched_yield();
		scenes[i].act();
		sched_yield();
		ni_raw3(SYS_write, STDOUT_FILENO, (long)text,
			(long)strlen(text));
		return 0;
	}
	fprintf(stderr, "expected_calls: no such scene\n");
	return 125;
}
