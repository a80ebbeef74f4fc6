/*
 * kernel.c - what a descriptor is, asked by fstat, /proc/self/fd and the
 * socket's own options.
 */
#include "audit/kernel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "audit/words.h"

/* The names in /proc/self/fd of files without a path. */
static const struct { const char *prefix; enum ni_trace_type type; } nameless[] = {
	{ "anon_inode:[eventpoll]", NI_TYPE_EPOLL },
	{ "anon_inode:[eventfd]", NI_TYPE_EVENTFD },
	{ "anon_inode:[timerfd]", NI_TYPE_TIMERFD },
	{ "anon_inode:[signalfd]", NI_TYPE_SIGNALFD },
	{ "anon_inode:inotify", NI_TYPE_INOTIFY },
	{ "anon_inode:[fanotify]", NI_TYPE_FANOTIFY },
	{ "anon_inode:[pidfd]", NI_TYPE_PIDFD },
	{ "anon_inode:[userfaultfd]", NI_TYPE_USERFAULTFD },
	{ "anon_inode:[io_uring]", NI_TYPE_IO_URING },
	{ "anon_inode:[perf_event]", NI_TYPE_PERF },
	{ "anon_inode:bpf", NI_TYPE_BPF },
	{ "pidfd:", NI_TYPE_PIDFD },
	{ "/memfd:", NI_TYPE_MEMFD },
};

static size_t read_link(int fd, char *buffer, size_t size)
{
	char path[32];
	struct ni_words text = { path, sizeof(path), 0 };
	long r;

	ni_words_string(&text, "/proc/self/fd/");
	ni_words_number(&text, (uint64_t)fd);
	ni_words_end(&text);
	r = ni_raw6(SYS_readlinkat, AT_FDCWD, (long)path, (long)buffer,
		    (long)size, 0, 0);
	return r < 0 ? 0 : (size_t)r;
}

static enum ni_trace_type type_by_name(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(nameless) / sizeof(nameless[0]); i++) {
		size_t size = strlen(nameless[i].prefix);

		if (length >= size && !memcmp(name, nameless[i].prefix, size))
			return nameless[i].type;
	}
	return NI_TYPE_UNKNOWN;
}

static bool is_terminal(dev_t device)
{
	const unsigned number = major(device);

	/* tty0.., ttyS.., tty, console and ptmx, pts */
	return number == 4 || number == 5 || (number >= 136 && number <= 143);
}

static enum ni_trace_type type_by_mode(const struct stat *status)
{
	switch (status->st_mode & S_IFMT) {
	case S_IFSOCK: return NI_TYPE_SOCKET;
	case S_IFIFO: return NI_TYPE_PIPE;
	case S_IFREG: return NI_TYPE_FILE;
	case S_IFDIR: return NI_TYPE_DIRECTORY;
	case S_IFBLK: return NI_TYPE_BLOCK;
	case S_IFCHR:
		return is_terminal(status->st_rdev) ? NI_TYPE_TERMINAL :
						      NI_TYPE_CHARACTER;
	}
	return NI_TYPE_OTHER;
}

/* A memfd and, since 6.9, a pidfd look like files; only the name tells. */
static enum ni_trace_type type_of(const struct stat *status, const char *name,
				  size_t length)
{
	enum ni_trace_type type = type_by_mode(status);

	if (type != NI_TYPE_OTHER && type != NI_TYPE_FILE)
		return type;
	return type_by_name(name, length) ? type_by_name(name, length) : type;
}

static bool look_at(int fd, struct stat *status)
{
	return ni_raw6(SYS_newfstatat, fd, (long)"", (long)status,
		       AT_EMPTY_PATH, 0, 0) == 0;
}

enum ni_trace_type ni_kernel_type(int fd)
{
	struct stat status;
	char name[64];
	enum ni_trace_type type;

	if (!look_at(fd, &status))
		return NI_TYPE_UNKNOWN;
	type = type_by_mode(&status);
	if (type != NI_TYPE_OTHER && type != NI_TYPE_FILE)
		return type;
	return type_of(&status, name, read_link(fd, name, sizeof(name)));
}

/* open() makes whatever the path leads to. */
static bool is_by_path(enum ni_trace_type type)
{
	switch (type) {
	case NI_TYPE_FILE: case NI_TYPE_DIRECTORY: case NI_TYPE_CHARACTER:
	case NI_TYPE_BLOCK: case NI_TYPE_TERMINAL: case NI_TYPE_PIPE:
	case NI_TYPE_OTHER:
		return true;
	default:
		return false;
	}
}

bool ni_kernel_types_agree(enum ni_trace_type seen, enum ni_trace_type found)
{
	if (seen == NI_TYPE_UNKNOWN || found == NI_TYPE_UNKNOWN || seen == found)
		return true;
	/* A file opened through /proc/PID/fd can be anything but a socket. */
	if (seen == NI_TYPE_FILE)
		return is_by_path(found) || found == NI_TYPE_MEMFD;
	return is_by_path(seen) && is_by_path(found) && seen != NI_TYPE_PIPE;
}

/* ---- sockets ------------------------------------------------------------- */

static int option(int fd, int level, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return ni_raw6(SYS_getsockopt, fd, level, name, (long)&value,
		       (long)&size, 0) < 0 ? 0 : value;
}

static uint8_t tcp_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info.tcpi_state);

	ni_raw6(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, (long)&info,
		(long)&size, 0);
	return info.tcpi_state;
}

/* The sockaddr goes to the end of the bytes. Return: its size. */
static uint16_t address(int fd, long call, struct ni_description *description)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (ni_raw3(call, fd, (long)&address, (long)&size) < 0)
		return 0;
	if (size > sizeof(struct sockaddr_un))
		size = sizeof(struct sockaddr_un);
	memcpy(description->bytes + description->size, &address, size);
	description->size += size;
	return (uint16_t)size;
}

static void describe_socket(int fd, struct ni_description *description)
{
	struct ni_trace_what *what = &description->what;

	what->family = (uint16_t)option(fd, SOL_SOCKET, SO_DOMAIN);
	what->socket_type = (uint16_t)option(fd, SOL_SOCKET, SO_TYPE);
	what->protocol = (uint16_t)option(fd, SOL_SOCKET, SO_PROTOCOL);
	what->local_size = address(fd, SYS_getsockname, description);
	what->remote_size = address(fd, SYS_getpeername, description);
	if (what->protocol == IPPROTO_TCP &&
	    (what->family == AF_INET || what->family == AF_INET6))
		what->state = tcp_state(fd);
	else if (option(fd, SOL_SOCKET, SO_ACCEPTCONN))
		what->state = TCP_LISTEN;
	else if (what->remote_size)
		what->state = TCP_ESTABLISHED;
}

/* ---- all ----------------------------------------------------------------- */

void ni_kernel_describe(int fd, struct ni_description *description)
{
	struct ni_trace_what *what = &description->what;
	struct stat status;
	char path[256];
	size_t length;

	memset(what, 0, sizeof(*what));
	description->size = 0;
	what->fd = fd;
	if (!look_at(fd, &status))
		return;
	what->device = status.st_dev;
	what->inode = status.st_ino;
	length = read_link(fd, path, sizeof(path));
	what->type = (uint8_t)type_of(&status, path, length);
	if (what->type == NI_TYPE_SOCKET)
		describe_socket(fd, description);
	memcpy(description->bytes + description->size, path, length);
	description->size += length;
	what->path_size = (uint16_t)length;
}

void ni_description_detail(struct ni_description *description,
			   const char *text, size_t length)
{
	size_t room = sizeof(description->bytes) - description->size;

	if (length > room)
		length = room;
	if (length > 64)
		length = 64;
	memcpy(description->bytes + description->size, text, length);
	description->size += length;
	description->what.detail_size = (uint16_t)length;
}
