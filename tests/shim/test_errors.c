/*
 * A call that fails gives the kernel's error, however it is made; one that
 * succeeds does not change errno.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "shim_case.h"

enum { UNMAPPED = 1 };		/* an address that is not mapped */

static int file, plain_socket, listener, nonblocking, datagram;
static struct msghdr no_room, bad_part, bad_name;
static struct iovec unmapped_part = { (void *)UNMAPPED, 1 };

/* Stand for the descriptors in the rows; negative, so that no row contains them
 * by chance. Any other value is passed as it is. */
enum { FILE_ = -1000, SOCKET_, LISTENER, NONBLOCKING, DATAGRAM };

static long number_of(long value)
{
	switch (value) {
	case FILE_: return file;
	case SOCKET_: return plain_socket;
	case LISTENER: return listener;
	case NONBLOCKING: return nonblocking;
	case DATAGRAM: return datagram;
	default: return value;
	}
}

static const struct row {
	const char *name;
	long call, a, b, c, d, e;
} rows[] = {
	{ "socket: family", SYS_socket, -1, SOCK_STREAM, 0, 0, 0 },
	{ "socket: family 99", SYS_socket, 99, SOCK_STREAM, 0, 0, 0 },
	{ "socket: type -1", SYS_socket, AF_UNIX, -1, 0, 0, 0 },
	{ "socket: type 0", SYS_socket, AF_INET, 0, 0, 0, 0 },
	{ "socket: type 15", SYS_socket, AF_UNIX, 15, 0, 0, 0 },
	{ "socket: flag", SYS_socket, AF_UNIX, SOCK_STREAM | 0x100, 0, 0, 0 },
	{ "socket: protocol", SYS_socket, AF_INET, SOCK_STREAM, 77, 0, 0 },
	{ "socket: protocol -1", SYS_socket, AF_INET, SOCK_STREAM, -1, 0, 0 },
	{ "socketpair: family", SYS_socketpair, AF_INET, SOCK_STREAM, 0, 0, 0 },
	{ "socketpair: family -1", SYS_socketpair, -1, SOCK_STREAM, 0, 0, 0 },
	{ "socketpair: type", SYS_socketpair, AF_UNIX, 9, 0, 0, 0 },
	{ "socketpair: null", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 0, 0 },
	{ "socketpair: place", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, UNMAPPED, 0 },
	{ "accept: -1", SYS_accept, -1, 0, 0, 0, 0 },
	{ "accept: closed", SYS_accept, 900, 0, 0, 0, 0 },
	{ "accept: file", SYS_accept, FILE_, 0, 0, 0, 0 },
	{ "accept: no listener", SYS_accept, SOCKET_, 0, 0, 0, 0 },
	{ "accept: datagram", SYS_accept, DATAGRAM, 0, 0, 0, 0 },
	{ "accept: nobody", SYS_accept, NONBLOCKING, 0, 0, 0, 0 },
	{ "accept: length", SYS_accept, LISTENER, UNMAPPED, UNMAPPED, 0, 0 },
	{ "accept: no length", SYS_accept, LISTENER, UNMAPPED, 0, 0, 0 },
	{ "accept4: -1", SYS_accept4, -1, 0, 0, 0, 0 },
	{ "accept4: file", SYS_accept4, FILE_, 0, 0, 0, 0 },
	{ "accept4: no listener", SYS_accept4, SOCKET_, 0, 0, 0, 0 },
	{ "accept4: flags", SYS_accept4, LISTENER, 0, 0, 5, 0 },
	{ "accept4: flags -1", SYS_accept4, LISTENER, 0, 0, -1, 0 },
	{ "accept4: nobody", SYS_accept4, NONBLOCKING, 0, 0, 0, 0 },
	{ "accept4: place", SYS_accept4, LISTENER, UNMAPPED, UNMAPPED, 0, 0 },
	{ "recvmsg: -1", SYS_recvmsg, -1, (long)&no_room, 0, 0, 0 },
	{ "recvmsg: file", SYS_recvmsg, FILE_, (long)&no_room, 0, 0, 0 },
	{ "recvmsg: null", SYS_recvmsg, DATAGRAM, 0, MSG_DONTWAIT, 0, 0 },
	{ "recvmsg: place", SYS_recvmsg, DATAGRAM, UNMAPPED, 0, 0, 0 },
	{ "recvmsg: nothing", SYS_recvmsg, DATAGRAM, (long)&no_room, MSG_DONTWAIT, 0, 0 },
	{ "recvmsg: part", SYS_recvmsg, DATAGRAM, (long)&bad_part, MSG_DONTWAIT, 0, 0 },
	{ "recvmsg: name", SYS_recvmsg, DATAGRAM, (long)&bad_name, MSG_DONTWAIT, 0, 0 },
	{ "recvmsg: not connected", SYS_recvmsg, SOCKET_, (long)&no_room, 0, 0, 0 },
	{ "recvmmsg: -1", SYS_recvmmsg, -1, UNMAPPED, 1, 0, 0 },
	{ "recvmmsg: place", SYS_recvmmsg, DATAGRAM, UNMAPPED, 1, MSG_DONTWAIT, 0 },
	{ "recvmmsg: timeout", SYS_recvmmsg, DATAGRAM, UNMAPPED, 1, 0, UNMAPPED },
	{ "dup: -1", SYS_dup, -1, 0, 0, 0, 0 },
	{ "dup: closed", SYS_dup, 900, 0, 0, 0, 0 },
	{ "dup: lowest", SYS_dup, INT_MIN, 0, 0, 0, 0 },
	IF_SYS_DUP2({ "dup2: -1", SYS_dup2, -1, 5, 0, 0, 0 },)
	IF_SYS_DUP2({ "dup2: to -1", SYS_dup2, FILE_, -1, 0, 0, 0 },)
	IF_SYS_DUP2({ "dup2: too high", SYS_dup2, FILE_, INT_MAX, 0, 0, 0 },)
	IF_SYS_DUP2({ "dup2: closed onto itself", SYS_dup2, 900, 900, 0, 0, 0 },)
	{ "dup3: onto itself", SYS_dup3, FILE_, FILE_, 0, 0, 0 },
	{ "dup3: flags", SYS_dup3, FILE_, 901, 1, 0, 0 },
	{ "dup3: to -1", SYS_dup3, FILE_, -1, O_CLOEXEC, 0, 0 },
	{ "fcntl: closed", SYS_fcntl, 900, F_GETFD, 0, 0, 0 },
	{ "fcntl: command", SYS_fcntl, FILE_, 4711, 0, 0, 0 },
	{ "fcntl: copy of none", SYS_fcntl, 900, F_DUPFD, 0, 0, 0 },
	{ "fcntl: copy at -1", SYS_fcntl, FILE_, F_DUPFD, -1, 0, 0 },
	{ "fcntl: copy too high", SYS_fcntl, FILE_, F_DUPFD, INT_MAX, 0, 0 },
	{ "fcntl: flagged too high", SYS_fcntl, FILE_, F_DUPFD_CLOEXEC, INT_MAX, 0, 0 },
	{ "fcntl: flag of none", SYS_fcntl, 900, F_SETFD, 1, 0, 0 },
	{ "fcntl: lock", SYS_fcntl, FILE_, F_GETLK, UNMAPPED, 0, 0 },
	{ "ioctl: closed", SYS_ioctl, 900, FIOCLEX, 0, 0, 0 },
	{ "ioctl: closed, clear", SYS_ioctl, -1, FIONCLEX, 0, 0, 0 },
	{ "ioctl: request", SYS_ioctl, FILE_, 0x4711, 0, 0, 0 },
	{ "ioctl: place", SYS_ioctl, SOCKET_, FIONBIO, UNMAPPED, 0, 0 },
	{ "close: -1", SYS_close, -1, 0, 0, 0, 0 },
	{ "close: closed", SYS_close, 900, 0, 0, 0, 0 },
	{ "close: highest", SYS_close, INT_MAX, 0, 0, 0, 0 },
	{ "close_range: order", SYS_close_range, 950, 949, 0, 0, 0 },
	{ "close_range: flags", SYS_close_range, 950, 951, 1 << 20, 0, 0 },
	{ "prctl: option", SYS_prctl, 4711, 0, 0, 0, 0 },
	{ "prctl: mode", SYS_prctl, PR_SET_SECCOMP, 9, 0, 0, 0 },
	{ "prctl: filter", SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, UNMAPPED, 0, 0 },
	{ "seccomp: operation", SYS_seccomp, 99, 0, 0, 0, 0 },
	{ "seccomp: filter", SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, UNMAPPED, 0, 0 },
	{ "seccomp: flags", SYS_seccomp, SECCOMP_SET_MODE_FILTER, -1, 0, 0, 0 },
};

static long by_name(const struct row *row, long a, long b)
{
	switch (row->call) {
	case SYS_socket: return socket((int)a, (int)b, (int)row->c);
	case SYS_socketpair: return socketpair((int)a, (int)b, (int)row->c,
					       (int *)row->d);
	case SYS_accept: return accept((int)a, (void *)b, (void *)row->c);
	case SYS_accept4: return accept4((int)a, (void *)b, (void *)row->c,
					 (int)row->d);
	case SYS_recvmsg: return recvmsg((int)a, (void *)b, (int)row->c);
	case SYS_recvmmsg: return recvmmsg((int)a, (void *)b, (unsigned)row->c,
					   (int)row->d, (void *)row->e);
	case SYS_dup: return dup((int)a);
	IF_SYS_DUP2(case SYS_dup2: return dup2((int)a, (int)b);)
	case SYS_dup3: return dup3((int)a, (int)b, (int)row->c);
	case SYS_fcntl: return fcntl((int)a, (int)b, row->c);
	case SYS_ioctl: return ioctl((int)a, (unsigned long)b, row->c);
	case SYS_close: return close((int)a);
	case SYS_close_range: return close_range((unsigned)a, (unsigned)b,
						 (int)row->c);
	case SYS_prctl: return prctl((int)a, b, row->c, row->d, row->e);
	default: return syscall(row->call, a, b, row->c, row->d, row->e);
	}
}

/* Makes the call by name, then by number; not by name where libc gives the
 * answer without asking the kernel. */
static void compare(const char *limit, const struct row *row)
{
	int first = LIBC_ANSWERS_ITSELF(row->name);
	long a = number_of(row->a), b = number_of(row->b);
	long native = ni_raw6(row->call, a, b, row->c, row->d, row->e, 0);
	long result[2];
	int error[2];

	if (native >= 0 || native < -4095)
		fail_msg("%s%s: does not fail natively", limit, row->name);
	errno = 0;
	if (!first)
		result[0] = by_name(row, a, b);
	error[0] = errno;
	errno = 0;
	result[1] = syscall(row->call, a, b, row->c, row->d, row->e);
	error[1] = errno;
	for (int i = first; i < 2; i++)
		if (result[i] != -1 || error[i] != -native)
			fail_msg("%s%s%s: %ld, errno %d (%s), natively %s",
				 limit, row->name, i ? ", by number" : "",
				 result[i], error[i], strerror(error[i]),
				 strerror((int)-native));
}

static int new_listener(int flags)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (void *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 32), 0);
	return fd;
}

/* Connections to be accepted: each call that fails with EFAULT takes one. */
static void fill_queue(int *clients, size_t count)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	getsockname(listener, (void *)&address, &length);
	for (size_t i = 0; i < count; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(clients[i], (void *)&address, length),
				 0);
	}
}

static void open_all(void)
{
	file = new_file(0);
	plain_socket = socket(AF_INET, SOCK_STREAM, 0);
	datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
	listener = new_listener(0);
	nonblocking = new_listener(SOCK_NONBLOCK);
	bad_part.msg_iov = &unmapped_part;
	bad_part.msg_iovlen = 99999;
	bad_name.msg_namelen = (socklen_t)-1;
	bad_name.msg_name = (void *)UNMAPPED;
}

static void close_all(void)
{
	close(file);
	close(plain_socket);
	close(datagram);
	close(listener);
	close(nonblocking);
}

static void as_natively_a_bad_argument_is_answered(void **state)
{
	int clients[24];

	(void)state;
	open_all();
	fill_queue(clients, ARRAY_LEN(clients));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		compare("", &rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		close(clients[i]);
	close_all();
}

static const struct row at_a_limit[] = {
	{ "socket", SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0, 0 },
	{ "socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)&no_room, 0 },
	{ "accept", SYS_accept, NONBLOCKING, 0, 0, 0, 0 },
	{ "accept4", SYS_accept4, NONBLOCKING, 0, 0, 0, 0 },
	{ "dup", SYS_dup, FILE_, 0, 0, 0, 0 },
	{ "dup of none", SYS_dup, 900, 0, 0, 0, 0 },
	IF_SYS_DUP2({ "dup2", SYS_dup2, FILE_, 899, 0, 0, 0 },)
	{ "dup3", SYS_dup3, FILE_, 899, 0, 0, 0 },
	{ "fcntl(F_DUPFD, 0)", SYS_fcntl, FILE_, F_DUPFD, 0, 0, 0 },
	{ "fcntl(F_DUPFD, 2)", SYS_fcntl, FILE_, F_DUPFD, 2, 0, 0 },
	{ "fcntl(F_DUPFD, 3)", SYS_fcntl, FILE_, F_DUPFD, 3, 0, 0 },
	{ "fcntl(F_DUPFD_CLOEXEC)", SYS_fcntl, FILE_, F_DUPFD_CLOEXEC, 0, 0, 0 },
};

static void as_natively_a_full_table_is_told(void **state)
{
	static const struct {
		const char *name;
		bool is_zero;
	} limits[] = { { "full: ", false }, { "limit 0: ", true } };
	struct rlimit before;

	(void)state;
	open_all();
	getrlimit(RLIMIT_NOFILE, &before);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct rlimit limit = before;

		limit.rlim_cur = limits[i].is_zero ? 0 : (rlim_t)nonblocking + 1;
		setrlimit(RLIMIT_NOFILE, &limit);
		for (size_t j = 0; j < ARRAY_LEN(at_a_limit); j++)
			compare(limits[i].name, &at_a_limit[j]);
		setrlimit(RLIMIT_NOFILE, &before);
	}
	close_all();
}

/* ---- errno on success ---- */

enum { SENTINEL = 4711 };

static int pair[2];

static long received(int flags)
{
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int before = errno;

	send(pair[0], "x", 1, 0);
	errno = before;
	return recvmsg(pair[1], &message, flags);
}

static void errno_is_left_alone(const char *name, long result)
{
	if (result < 0 || errno != SENTINEL)
		fail_msg("%s: %ld, errno %d", name, result, errno);
	if (result > 2)
		ni_raw3(SYS_close, result, 0, 0);
}

static void success_leaves_errno_alone(void **state)
{
	int clients[4], ours = new_socket(), two[2];
	pid_t child;

	(void)state;
	open_all();
	fill_queue(clients, ARRAY_LEN(clients));
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_true(is_non_inheritable(ours));
	errno = SENTINEL;
	errno_is_left_alone("socket", new_socket());
	errno_is_left_alone("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0,
						     two));
	errno_is_left_alone("close", close(two[0]) + close(two[1]));
	errno_is_left_alone("accept", accept(listener, NULL, NULL));
	errno_is_left_alone("accept4", accept4(listener, NULL, NULL, 0));
	errno_is_left_alone("recvmsg", received(0) - 1);
	errno_is_left_alone("dup", dup(file));
	errno_is_left_alone("F_DUPFD", fcntl(file, F_DUPFD, 0));
	errno_is_left_alone("dup2", dup2(file, 800));
	errno_is_left_alone("dup2 onto itself", dup2(ours, ours) == ours ?
						0 : -1);
	errno_is_left_alone("F_SETFD", fcntl(ours, F_SETFD, 1));
	errno_is_left_alone("syscall", syscall(SYS_socket, AF_UNIX,
					       SOCK_STREAM, 0));
	child = vfork();
	if (child == 0)
		_exit(0);
	errno_is_left_alone("vfork", child > 0 ? 0 : -1);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		close(clients[i]);
	close(pair[0]);
	close(pair[1]);
	close(ours);
	close_all();
	while (wait(NULL) > 0)
		;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(as_natively_a_bad_argument_is_answered),
		SHIM_CASE(as_natively_a_full_table_is_told),
		SHIM_CASE(success_leaves_errno_alone),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
