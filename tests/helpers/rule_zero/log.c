/*
 * log.c - a /dev/log in a mount namespace of the fuzzer, so that libc's own
 * socket, which syslog opens and closes, stays open. Needs root.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "driver.h"

/* The programs need no other file of /dev. */
static bool make_device_folder(void)
{
	char null[64];

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	snprintf(null, sizeof(null), "/proc/self/fd/%d",
		 open("/dev/null", O_PATH | O_CLOEXEC));
	return mount("none", "/dev", "tmpfs", 0, NULL) == 0 &&
	       close(open("/dev/null", O_CREAT | O_WRONLY | O_CLOEXEC,
			  0666)) == 0 &&
	       mount(null, "/dev/null", NULL, MS_BIND, NULL) == 0;
}

/* Reads what is sent, because senders would block in the end. */
static void serve_log(void)
{
	const struct sockaddr_un address = { AF_UNIX, "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char message[512];

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		perror("rule_zero: /dev/log");
	else if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			if (recv(fd, message, sizeof(message), 0) < 0)
				_exit(1);
	}
	close(fd);
}

void provide_log(const char *directory)
{
	if (!strncmp(directory, "/dev/", 5) || !make_device_folder())
		fprintf(stderr, "rule_zero: no namespace for a /dev/log here: "
			"syslog's socket is not tried\n");
	else
		serve_log();
}
