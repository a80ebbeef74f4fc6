/*
 * fdlook: the exec'd child that looks at its own descriptors.
 *
 *	fdlook [REPORT]
 *
 * Appends one block to REPORT (or to the file named by FDLOOK_REPORT), in a
 * single write so that blocks of concurrent children never mix, and prints
 * "looked" for the client to see. It must not open anything before it has
 * listed what it was given, and must work where there is no /proc.
 *
 *	process PID PPID
 *	fd NUMBER cloexec|inheritable KIND INODE WHAT
 *	end PID
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "descriptors.h"

/* The numbers that are tried without /proc. */
#define NUMBERS_TRIED 65536

static char report[1 << 18];
static size_t report_length;

__attribute__((format(printf, 1, 2)))
static void say(const char *format, ...)
{
	size_t room = sizeof(report) - report_length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(report + report_length, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		report_length += (size_t)length < room ? (size_t)length
						       : room - 1;
}

static void print_address(const struct sockaddr_storage *address,
			  socklen_t length)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	const struct sockaddr_un *local = (const void *)address;
	size_t prefix = offsetof(struct sockaddr_un, sun_path);
	char text[INET6_ADDRSTRLEN];

	switch (address->ss_family) {
	case AF_INET:
		inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
		say(" %s:%d", text, ntohs(v4->sin_port));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
		say(" [%s]:%d", text, ntohs(v6->sin6_port));
		break;
	case AF_UNIX:
		if (length <= prefix)
			break;
		if (local->sun_path[0])
			say(" %.*s", (int)(length - prefix), local->sun_path);
		else
			say(" @%.*s", (int)(length - prefix - 1),
			    local->sun_path + 1);
		break;
	}
}

static const char *socket_name(int family, int type)
{
	int internet = family == AF_INET || family == AF_INET6;

	if (internet && type == SOCK_STREAM)
		return "tcp";
	if (internet && type == SOCK_DGRAM)
		return "udp";
	if (internet && type == SOCK_RAW)
		return "raw";
	if (family == AF_UNIX)
		return "unix";
	if (family == AF_NETLINK)
		return "netlink";
	return "other";
}

static int socket_option(int fd, int option)
{
	int value = -1;
	socklen_t length = sizeof(value);

	getsockopt(fd, SOL_SOCKET, option, &value, &length);
	return value;
}

static void print_socket(int fd)
{
	struct sockaddr_storage here = { 0 }, peer = { 0 };
	socklen_t here_length = sizeof(here), peer_length = sizeof(peer);
	bool is_connected = getpeername(fd, (void *)&peer, &peer_length) == 0;
	const char *state = "UNCONNECTED";

	if (socket_option(fd, SO_ACCEPTCONN) == 1)
		state = "LISTEN";
	else if (is_connected)
		state = "CONNECTED";
	say("%s %s", socket_name(socket_option(fd, SO_DOMAIN),
				 socket_option(fd, SO_TYPE)), state);
	if (getsockname(fd, (void *)&here, &here_length) == 0)
		print_address(&here, here_length);
	if (is_connected && peer.ss_family != AF_UNIX) {
		say(" ->");
		print_address(&peer, peer_length);
	}
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFSOCK: return "socket";
	case S_IFIFO: return "pipe";
	case S_IFREG: return "file";
	case S_IFDIR: return "directory";
	case S_IFCHR: return "device";
	default: return "other";
	}
}

static void print_link(int fd)
{
	char path[64], target[4096];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, target, sizeof(target));
	say("%.*s", length > 0 ? (int)length : 1, length > 0 ? target : "?");
}

static void look(int fd)
{
	struct stat status;
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0 || fstat(fd, &status) < 0)
		return;
	say("fd %d %s %s %lu ", fd,
	    flags & FD_CLOEXEC ? "cloexec" : "inheritable",
	    kind_of(status.st_mode), (unsigned long)status.st_ino);
	if (S_ISSOCK(status.st_mode))
		print_socket(fd);
	else
		print_link(fd);
	say("\n");
}

static void look_at_all(void)
{
	DIR *list = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!list) {
		for (int fd = 0; fd < NUMBERS_TRIED; fd++)
			look(fd);
		return;
	}
	while ((entry = readdir(list))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd != dirfd(list))
			look(fd);
	}
	closedir(list);
}

static int write_report(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, report, report_length);
	if (written != (ssize_t)report_length)
		return written < 0 ? -errno : -ENOSPC;
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : getenv("FDLOOK_REPORT");
	int r;

	if (!path) {
		fprintf(stderr, "fdlook: no report file named\n");
		return 125;
	}
	say("process %d %d\n", (int)getpid(), (int)getppid());
	look_at_all();
	say("end %d\n", (int)getpid());
	r = write_report(path);
	if (r < 0) {
		fprintf(stderr, "fdlook: %s: %s\n", path, strerror(-r));
		return 125;
	}
	puts("looked");
	return 0;
}
