/*
 * creators: makes a descriptor by each call of creators.def, and says of each
 * what the kernel answered.
 *
 *	creators            prints "NAME FD inheritable|atomic" or "NAME - ERROR"
 *	creators --exhaust  the same with no number free
 *
 * A name is that of the row; SYS_x is the row of x made by syscall(2).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"

int pidfd_open(pid_t, unsigned);
int pidfd_getfd(int, int, unsigned);

/* Descriptors that some of the calls need; made before the first row. */
static struct { int listener, pidfd, channel[2], mount; } have;
static sigset_t no_signals;

static int first_of(int result, const int *pair)
{
	return result < 0 ? -1 : pair[0];
}

static int number_of(FILE *stream)
{
	return stream ? fileno(stream) : -1;
}

static int number_of_directory(DIR *directory)
{
	return directory ? dirfd(directory) : -1;
}

static struct sockaddr_un listening = { .sun_family = AF_UNIX };

/* A client for one accept. */
static void connect_one(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	connect(fd, (void *)&listening, sizeof(sa_family_t) + 16);
}

static void send_descriptor(void)
{
	char byte = 0;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	const int fd = 0;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	sendmsg(have.channel[1], &message, 0);
}

static struct {
	char byte;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec part;
	struct mmsghdr message;
} in;

static struct msghdr *incoming(void)
{
	send_descriptor();
	memset(&in.message, 0, sizeof(in.message));
	in.part = (struct iovec){ &in.byte, 1 };
	in.message.msg_hdr = (struct msghdr){
		.msg_iov = &in.part, .msg_iovlen = 1,
		.msg_control = in.control,
		.msg_controllen = sizeof(in.control),
	};
	return &in.message.msg_hdr;
}

static int received(long result)
{
	struct cmsghdr *header = result < 0 ? NULL :
				 CMSG_FIRSTHDR(&in.message.msg_hdr);
	int fd = -1;

	if (header)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static char name[64];

static char *temporary(const char *suffix)
{
	snprintf(name, sizeof(name), "/tmp/noinherit-XXXXXX%s", suffix);
	return name;
}

static int removed(int fd)
{
	int saved = errno;

	unlink(name);
	errno = saved;
	return fd;
}

static FILE *reopened(void)
{
	FILE *stream = fopen("/dev/null", "re");

	return stream ? freopen("/dev/null", "re", stream) : NULL;
}

static int forked_terminal(void)
{
	int master = -1;
	pid_t child = forkpty(&master, NULL, NULL, NULL);

	if (child == 0)
		_exit(0);
	if (child > 0)
		waitpid(child, NULL, 0);
	return child < 0 ? -1 : master;
}

static struct file_handle *own_handle(void)
{
	static union { struct file_handle handle; char room[256]; } own;
	int mount;

	own.handle.handle_bytes = 128;
	name_to_handle_at(AT_FDCWD, "/tmp", &own.handle, &mount, 0);
	return &own.handle;
}

static int queue(void)
{
	int fd = (int)mq_open("/noinherit-creators", O_RDWR | O_CREAT, 0600,
			      NULL);

	if (fd >= 0)
		mq_unlink("/noinherit-creators");
	return fd;
}

static int shared(void)
{
	int fd = shm_open("/noinherit-creators", O_RDWR | O_CREAT, 0600);

	if (fd >= 0)
		shm_unlink("/noinherit-creators");
	return fd;
}

static int bpf_map(void)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
			       .value_size = 4, .max_entries = 1 };

	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));
}

static int ring(void)
{
	static struct io_uring_params parameters;

	return (int)syscall(SYS_io_uring_setup, 1, &parameters);
}

static int watched_event(void)
{
	static struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(event),
		.config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1,
	};

	return (int)syscall(SYS_perf_event_open, &event, 0, -1, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

static int opened_how(void)
{
	static struct open_how how = { .flags = O_RDONLY };

	return (int)syscall(SYS_openat2, AT_FDCWD, "/dev/null", &how,
			    sizeof(how));
}

static int pair[2];

#define MAKES(name, expression) \
	static int make_##name(void) { return (int)(expression); }
#include "creators.def"
#undef MAKES

static const struct { const char *name; int (*make)(void); } rows[] = {
#define MAKES(name, expression) { #name, make_##name },
#include "creators.def"
};

static void prepare(void)
{
	memcpy(listening.sun_path, "\0crea", 5);
	snprintf(listening.sun_path + 5, 11, "%d", getpid());
	have.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bind(have.listener, (void *)&listening, sizeof(sa_family_t) + 16);
	listen(have.listener, 16);
	for (int i = 0; i < 8; i++)
		connect_one();
	have.pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, have.channel);
	have.mount = open("/tmp", O_RDONLY | O_CLOEXEC);
}

/* Lowers the limit, and takes every number that is left. */
static void exhaust(void)
{
	struct rlimit limit = { 64, 64 };

	setrlimit(RLIMIT_NOFILE, &limit);
	while (eventfd(0, EFD_CLOEXEC) >= 0)
		;
}

int main(int argc, char **argv)
{
	sigemptyset(&no_signals);
	signal(SIGCHLD, SIG_DFL);
	prepare();
	setvbuf(stdout, NULL, _IOFBF, 65536);
	if (argc > 1 && !strcmp(argv[1], "--exhaust"))
		exhaust();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fd = rows[i].make();

		if (fd < 0)
			printf("%s - %s\n", rows[i].name, strerrorname_np(errno));
		else
			printf("%s %d %s\n", rows[i].name, fd,
			       fcntl(fd, F_GETFD) & FD_CLOEXEC ? "atomic" :
			       "inheritable");
	}
	return 0;
}
