/*
 * probe: does each thing that makes a descriptor, and says which results were
 * non-inheritable:
 *
 *	probe [FILE]		one line on stdout, or in FILE
 *
 * Every result but the right end of a pair is 3, or 0 where the name says so.
 * What else it needs is on numbers above 50 and made behind the shim's back.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "descriptors.h"

static char report[1024];

static void say_if(int holds, const char *name)
{
	if (holds)
		sprintf(report + strlen(report), "%s%s", *report ? " " : "",
			name);
}

/* Moves a descriptor to a high number, by a call that names the number. */
static int moved_to(int fd, int number)
{
	while (is_open(number))
		number++;
	if (fd < 0 || dup3(fd, number, O_CLOEXEC) < 0)
		abort();
	close(fd);
	return number;
}

static void judge(int fd, const char *name)
{
	say_if(is_non_inheritable(fd), name);
	close(fd);
}

/* ---- connections ---- */

static int new_listener(int family)
{
	struct sockaddr_in internet = { .sin_family = AF_INET };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	int fd = socket(family, SOCK_STREAM, 0), bound;

	internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* For AF_UNIX only the family: the kernel chooses a name. */
	bound = family == AF_INET ?
		bind(fd, (void *)&internet, sizeof(internet)) :
		bind(fd, (void *)&local, sizeof(local.sun_family));
	if (bound < 0 || listen(fd, 8) < 0)
		abort();
	return fd;
}

static void connect_to(int listener)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	int fd;

	getsockname(listener, (void *)&address, &length);
	fd = (int)ni_raw3(SYS_socket, address.ss_family, SOCK_STREAM, 0);
	if (connect(fd, (void *)&address, length) < 0)
		abort();
	moved_to(fd, 60);
}

static void accept_all(void)
{
	int listener = moved_to(new_listener(AF_INET), 50);

	for (int i = 0; i < 3; i++)
		connect_to(listener);
	judge(accept(listener, NULL, NULL), "accept");
	judge(accept4(listener, NULL, NULL, 0), "accept4");
	close(0);
	judge(accept(listener, NULL, NULL), "accept-on-0");
	dup2(2, 0);
	close(listener);
}

/* The listener was made through the shim, which therefore knows its family. */
static void accept_locally(void)
{
	int listener = new_listener(AF_UNIX), copy;

	connect_to(listener);
	copy = dup(listener);
	say_if(is_non_inheritable(copy), "unix-dup");
	close(copy);
	judge(accept(listener, NULL, NULL), "unix-accept");
	close(listener);
}

/* ---- SCM_RIGHTS ---- */

static void receive(void)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { { 0 } };	/* the padding is sent, too */
	struct iovec part = { (char[1]){ 'x' }, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int pair[2], fd = 2;

	if (ni_raw6(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)pair, 0, 0))
		abort();
	for (int i = 0; i < 2; i++)
		pair[i] = moved_to(pair[i], 50);
	control.header = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(sizeof(fd)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS
	};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	sendmsg(pair[0], &message, 0);
	recvmsg(pair[1], &message, 0);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	judge(fd, "receive");
	say_if(message.msg_flags & MSG_CMSG_CLOEXEC, "echo");
	close(pair[0]);
	close(pair[1]);
}

/* ---- the other calls ---- */

static void make_pair(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		abort();
	say_if(is_non_inheritable(pair[0]), "left");
	say_if(is_non_inheritable(pair[1]), "right");
	close(pair[0]);
	close(pair[1]);
}

static void land_on_0(void)
{
	close(0);
	judge(socket(AF_INET, SOCK_STREAM, 0), "socket-on-0");
	judge(dup(2), "dup-on-0");
	judge(fcntl(2, F_DUPFD, 0), "dupfd-on-0");
	dup2(2, 0);
}

static void change_flags(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	fcntl(fd, F_SETFD, O_CLOEXEC);
	say_if(is_non_inheritable(fd), "mistake");
	dup2(fd, fd);
	judge(fd, "itself");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	fcntl(fd, F_SETFD, 0);
	judge(fd, "cleared");
}

int main(int argc, char **argv)
{
	ni_raw3(SYS_close_range, 3, ~0U, 0);
	judge(socket(AF_INET, SOCK_STREAM, 0), "socket");
	judge(socket(AF_INET, SOCK_DGRAM, 0), "datagram");
	judge(socket(AF_UNIX, SOCK_STREAM, 0), "unix");
	make_pair();
	accept_all();
	accept_locally();
	judge(dup(2), "dup");
	judge(fcntl(2, F_DUPFD, 0), "dupfd");
	judge(fcntl(2, F_DUPFD, 10), "dupfd10");
	receive();
	judge((int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0), "number");
	land_on_0();
	change_flags();
	if (argc > 1 && !freopen(argv[1], "w", stdout))
		abort();
	return puts(report) < 0;
}
