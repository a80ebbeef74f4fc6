/*
 * calls.c - the steps that make, change and close descriptors, each as a
 * program would do it. The fuzzer's own calls are raw ones.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "world.h"

struct world world;
__thread struct table *table;

#define CALL(name) \
	static int name(const struct step *step, long flag, int results[2])
/* A call need not use every parameter. */
#define UNUSED() ((void)step, (void)flag, (void)results)

int value(struct operand operand)
{
	if (operand.step < 0)
		return operand.number;
	return world.control->results[operand.step][operand.number];
}

int work_fd(long fd)
{
	long moved;

	if (fd < 0)
		return -1;
	moved = ni_raw3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, WORK_FDS);
	ni_raw3(SYS_close, fd, 0, 0);
	return (int)moved;
}

void set_forced(int fd, bool is_forced)
{
	const uint64_t bit = UINT64_C(1) << (fd & 63);

	if (fd < 0 || fd >= 64)
		return;
	table->forced &= ~bit;
	table->unproved &= ~bit;
	table->either &= ~bit;
	if (is_forced && fd > STDERR_FILENO)
		table->forced |= bit;
	if (is_forced && world.is_lent)
		table->unproved |= bit;
}

static int one(int results[2], int fd)
{
	results[0] = fd;
	return fd;
}

static int two(int results[2], int result, const int pair[2])
{
	if (result < 0)
		return result;
	results[0] = pair[0];
	results[1] = pair[1];
	return result;
}

/* The same step uses the same file in both runs. */
static const char *path_of(const struct step *step, const char *kind)
{
	static __thread char path[PATH_SIZE + 32];
	unsigned number = (unsigned)(step - world.control->program.steps) % 4;

	snprintf(path, sizeof(path), "%s/%s%u", world.control->directory, kind,
		 number);
	return path;
}

/* ---- sockets ---- */

CALL(make_socket)
{
	UNUSED();
	return one(results, socket(AF_UNIX, SOCK_STREAM | (int)flag, 0));
}

CALL(make_socket_by_number)
{
	UNUSED();
	return one(results, (int)syscall(SYS_socket, AF_UNIX,
					 SOCK_STREAM | (int)flag, 0));
}

CALL(make_pair)
{
	int pair[2];

	UNUSED();
	return two(results, socketpair(AF_UNIX, SOCK_DGRAM | (int)flag, 0,
				       pair), pair);
}

CALL(make_listener)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	UNUSED();
	if (fd >= 0) {
		ni_raw3(SYS_bind, fd, (long)&address, sizeof(sa_family_t));
		ni_raw3(SYS_listen, fd, 8, 0);
	}
	return one(results, fd);
}

/* Connects a client on a high number, where it waits to be accepted. */
static int connect_to(int listener)
{
	struct sockaddr_un address;
	socklen_t length = sizeof(address);
	int fd;

	if (ni_raw3(SYS_getsockname, listener, (long)&address,
		    (long)&length) < 0)
		return -1;
	fd = work_fd(ni_raw3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK,
			     0));
	ni_raw3(SYS_connect, fd, (long)&address, length);
	return fd;
}

CALL(accept_one)
{
	int client = connect_to(value(step->a));

	UNUSED();
	one(results, accept(value(step->a), NULL, NULL));
	ni_raw3(SYS_close, client, 0, 0);
	return results[0];
}

CALL(accept4_one)
{
	int client = connect_to(value(step->a));

	UNUSED();
	one(results, accept4(value(step->a), NULL, NULL, (int)flag));
	ni_raw3(SYS_close, client, 0, 0);
	return results[0];
}

CALL(accept_by_number)
{
	int client = connect_to(value(step->a));

	UNUSED();
	one(results, (int)syscall(SYS_accept, value(step->a), NULL, NULL));
	ni_raw3(SYS_close, client, 0, 0);
	return results[0];
}

struct letter {
	struct msghdr message;
	struct iovec vector;
	char byte;
	_Alignas(struct cmsghdr) char rights[CMSG_SPACE(sizeof(int))];
};

static struct msghdr *write_letter(struct letter *letter)
{
	memset(letter, 0, sizeof(*letter));
	letter->vector = (struct iovec){ &letter->byte, 1 };
	letter->message.msg_iov = &letter->vector;
	letter->message.msg_iovlen = 1;
	letter->message.msg_control = letter->rights;
	letter->message.msg_controllen = sizeof(letter->rights);
	return &letter->message;
}

static void send_over(int over, int fd)
{
	struct letter letter;
	struct msghdr *message = write_letter(&letter);
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	ni_raw3(SYS_sendmsg, over, (long)message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int read_letter(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (header && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static int other_end(struct operand pair)
{
	if (pair.step >= 0)
		pair.number ^= 1;
	return value(pair);
}

CALL(receive_one)
{
	struct letter letter;
	struct msghdr *message = write_letter(&letter);
	ssize_t size;

	send_over(value(step->b), value(step->a));
	size = recvmsg(other_end(step->b), message, MSG_DONTWAIT | (int)flag);
	if (size >= 0)
		one(results, read_letter(message));
	return (int)size;
}

CALL(receive_many)
{
	struct letter letter;
	struct mmsghdr message = { .msg_hdr = *write_letter(&letter) };
	int count;

	send_over(value(step->b), value(step->a));
	count = recvmmsg(other_end(step->b), &message, 1,
			 MSG_DONTWAIT | (int)flag, NULL);
	if (count > 0)
		one(results, read_letter(&message.msg_hdr));
	return count;
}

/* ---- duplicates ---- */

CALL(dup_one)
{
	UNUSED();
	return one(results, dup(value(step->a)));
}

CALL(dup_by_number)
{
	UNUSED();
	return one(results, (int)syscall(SYS_dup, value(step->a)));
}

/* F_DUPFD and F_DUPFD_CLOEXEC from 0 on; F_SETFD to 0. */
CALL(control)
{
	int result = fcntl(value(step->a), (int)flag, 0);

	return flag == F_SETFD ? result : one(results, result);
}

CALL(control_by_number)
{
	int result = (int)syscall(SYS_fcntl, value(step->a), (int)flag, 0);

	return flag == F_SETFD ? result : one(results, result);
}

/* A minimum above the standard streams: "dup to this number". */
CALL(dup_up)
{
	int minimum = value(step->b);

	UNUSED();
	return one(results, fcntl(value(step->a), F_DUPFD,
				  minimum < 3 ? 3 : minimum));
}

CALL(dup2_onto)
{
	UNUSED();
	if (value(step->a) == value(step->b))
		return -EDOM;
	return one(results, dup2(value(step->a), value(step->b)));
}

CALL(dup2_itself)
{
	UNUSED();
	return dup2(value(step->a), value(step->a));
}

CALL(dup3_onto)
{
	UNUSED();
	return one(results, dup3(value(step->a), value(step->b), (int)flag));
}

#ifdef SYS_dup2
CALL(dup2_by_number)
{
	UNUSED();
	if (value(step->a) == value(step->b))
		return -EDOM;
	return one(results, (int)syscall(SYS_dup2, value(step->a),
					 value(step->b)));
}
#endif

CALL(dup3_by_number)
{
	UNUSED();
	return one(results, (int)syscall(SYS_dup3, value(step->a),
					 value(step->b), (int)flag));
}

/* ---- what the shim does not touch ---- */

CALL(open_file)
{
	return one(results, open(path_of(step, "file"), O_RDONLY | (int)flag));
}

CALL(open_folder)
{
	return one(results, open(path_of(step, "folder"),
				 O_RDONLY | O_DIRECTORY | (int)flag));
}

CALL(make_pipe)
{
	int pair[2];

	UNUSED();
	return two(results, pipe2(pair, (int)flag), pair);
}

CALL(make_epoll)
{
	UNUSED();
	return one(results, epoll_create1((int)flag));
}

CALL(make_eventfd)
{
	UNUSED();
	return one(results, eventfd(0, (int)flag));
}

CALL(make_memfd)
{
	UNUSED();
	return one(results, memfd_create("", (unsigned)flag));
}

CALL(make_timerfd)
{
	UNUSED();
	return one(results, timerfd_create(CLOCK_MONOTONIC, (int)flag));
}

/* Streams are closed only by the steps for it: a child that shares the memory
 * must not free the parent's stream. */
static int number_of(FILE *stream)
{
	return stream ? fileno(stream) : -1;
}

CALL(open_stream)
{
	return one(results, number_of(fopen(path_of(step, "file"),
					    flag ? "re" : "r")));
}

CALL(open_directory_stream)
{
	DIR *stream = opendir(path_of(step, "folder"));

	UNUSED();
	return one(results, stream ? dirfd(stream) : -1);
}

CALL(open_tmpfile)
{
	UNUSED();
	return one(results, number_of(tmpfile()));
}

/* ---- flags ---- */

CALL(set_flag)
{
	UNUSED();
	return fcntl(value(step->a), F_SETFD, (int)flag);
}

CALL(set_flag_by_number)
{
	UNUSED();
	return (int)syscall(SYS_fcntl, value(step->a), F_SETFD, (int)flag);
}

CALL(device_control)
{
	UNUSED();
	return ioctl(value(step->a), (unsigned long)flag);
}

CALL(device_control_by_number)
{
	UNUSED();
	return (int)syscall(SYS_ioctl, value(step->a), flag);
}

CALL(range)
{
	int result = close_range((unsigned)value(step->a),
				 (unsigned)value(step->b), (int)flag);

	UNUSED();
	if (result == 0 && (flag & CLOSE_RANGE_UNSHARE))
		table_is_own();
	return result;
}

CALL(range_by_number)
{
	UNUSED();
	return (int)syscall(SYS_close_range, value(step->a), value(step->b),
			    (int)flag);
}

/* ---- closers ---- */

CALL(close_one)
{
	UNUSED();
	return close(value(step->a));
}

CALL(close_by_number)
{
	UNUSED();
	return (int)syscall(SYS_close, value(step->a));
}

CALL(close_from)
{
	UNUSED();
	closefrom(value(step->a));
	return 0;
}

CALL(close_stream)
{
	FILE *stream = fdopen(value(step->a), "r");

	UNUSED();
	return stream ? fclose(stream) : -1;
}

CALL(keep_stream)
{
	UNUSED();
	return fdopen(value(step->a), flag ? "re" : "r") ? 0 : -1;
}

CALL(reopen_stream)
{
	FILE *stream = fdopen(value(step->a), "r");

	if (!stream)
		return -1;
	stream = freopen(path_of(step, "file"), flag ? "re" : "r", stream);
	return one(results, number_of(stream));
}

CALL(reopen_mode)
{
	FILE *stream = fdopen(value(step->a), "r");

	UNUSED();
	return stream && freopen(NULL, "re", stream) ? 0 : -1;
}

CALL(keep_directory_stream)
{
	UNUSED();
	return fdopendir(value(step->a)) ? 0 : -1;
}

CALL(close_directory_stream)
{
	DIR *stream = fdopendir(value(step->a));

	UNUSED();
	return stream ? closedir(stream) : -1;
}

CALL(close_all_streams)
{
	UNUSED();
	return fcloseall();
}

CALL(open_process)
{
	UNUSED();
	return one(results, number_of(popen(":", flag ? "re" : "r")));
}

CALL(close_process)
{
	FILE *stream = popen(":", "r");

	UNUSED();
	return stream ? pclose(stream) : -1;
}

CALL(write_log)
{
	UNUSED();
	syslog(LOG_INFO, "-");
	return 0;
}

CALL(open_log)
{
	UNUSED();
	openlog("", LOG_NDELAY, LOG_USER);
	return 0;
}

CALL(close_log)
{
	UNUSED();
	closelog();
	return 0;
}

/* ---- the raw mix ---- */

static int answered(long result)
{
	return (int)ni_libc_result(result);
}

CALL(raw_close)
{
	UNUSED();
	return answered(ni_raw3(SYS_close, value(step->a), 0, 0));
}

CALL(raw_open)
{
	UNUSED();
	return one(results, answered(ni_raw6(
		SYS_openat, AT_FDCWD, (long)path_of(step, "file"),
		O_RDONLY | O_CLOEXEC, 0, 0, 0)));
}

CALL(raw_socket)
{
	UNUSED();
	return one(results, answered(ni_raw3(SYS_socket, AF_UNIX,
					     SOCK_STREAM | SOCK_CLOEXEC, 0)));
}

CALL(raw_set)
{
	UNUSED();
	return answered(ni_raw3(SYS_fcntl, value(step->a), F_SETFD,
				FD_CLOEXEC));
}

CALL(raw_dup3)
{
	UNUSED();
	return one(results, answered(ni_raw3(SYS_dup3, value(step->a),
					     value(step->b), O_CLOEXEC)));
}

const struct op ops[] = {
#define OP(name, weight, shape, effect, call, flag, text) \
	{ #name, text, call, flag, weight, shape, effect, false },
#define INLINE(name, weight, shape, effect, call, flag, text) \
	{ #name, text, call, flag, weight, shape, effect, true },
#include "ops.def"
#undef OP
#undef INLINE
};

const unsigned ops_count = sizeof(ops) / sizeof(ops[0]);

unsigned op_called(const char *name)
{
	unsigned op = 0;

	while (strcmp(ops[op].name, name))
		op++;
	return op;
}
