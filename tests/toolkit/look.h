/*
 * look.h - a program says what it was given: one line for each descriptor above
 * 2, then the variables that are the shim's or tell of descriptors.
 *
 *	3 socket cloexec
 *	7 other inheritable
 *	NOINHERIT_SCOPE=dup
 *
 * Raw calls, nothing opened: what is seen is what the kernel handed over.
 */
#ifndef TESTS_LOOK_H
#define TESTS_LOOK_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/raw.h"

/* From here on the numbers belong to the test that looks. */
enum { LOOK_END = 900 };

static inline int look_at(char *text, int fd)
{
	long flags = ni_raw3(SYS_fcntl, fd, F_GETFD, 0);
	struct stat status;

	if (flags < 0 || fstat(fd, &status) < 0)
		return 0;
	return sprintf(text, "%d %s %s\n", fd,
		       S_ISSOCK(status.st_mode) ? "socket" : "other",
		       flags & FD_CLOEXEC ? "cloexec" : "inheritable");
}

static inline bool is_telling(const char *variable)
{
	return !strncmp(variable, "NOINHERIT_", 10) ||
	       !strncmp(variable, "LISTEN_", 7);
}

static inline int look(void)
{
	static char text[1 << 16];
	int length = 0;

	for (int fd = 3; fd < LOOK_END; fd++)
		length += look_at(text + length, fd);
	for (char **variable = environ; *variable; variable++)
		if (is_telling(*variable))
			length += sprintf(text + length, "%s\n", *variable);
	ni_raw3(SYS_write, STDOUT_FILENO, (long)text, length);
	return 0;
}

#endif
