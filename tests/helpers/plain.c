/*
 * plain.c - a program that makes a socket, receives, spawns and forks, and
 * prints what it saw: for C libraries that the shim does not serve.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int status_of(pid_t child)
{
	int status = -1;

	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int receive(int from, int to)
{
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	struct msghdr message;

	/* Some libcs have padding in the struct, which callers need not clear. */
	memset(&message, 0xff, sizeof(message));
	message.msg_name = NULL;
	message.msg_namelen = 0;
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	message.msg_control = NULL;
	message.msg_controllen = 0;
	message.msg_flags = 0;
	send(from, &byte, 1, 0);
	return (int)recvmsg(to, &message, 0);
}

int main(void)
{
	char *shell[] = { "sh", "-c", "exit 3", NULL };
	char *nothing[] = { "true", NULL };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return 1;
	printf("socket %d dup %d\n", fcntl(fd, F_GETFD),
	       fcntl(dup(fd), F_GETFD));
	printf("received %d\n", receive(pair[0], pair[1]));
	if (posix_spawnp(&child, "sh", NULL, NULL, shell, environ))
		return 1;
	printf("spawned %d\n", status_of(child));
	child = vfork();
	if (child == 0) {
		execvp("true", nothing);
		_exit(9);
	}
	printf("forked %d\n", status_of(child));
	return 7;
}
