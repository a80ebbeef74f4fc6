/*
 * musl_lacks.h - what our tests use and musl 1.2.3 lacks, or names differently.
 * Included before each; musl_lacks.c is a library behind the shim, as a newer
 * libc would be.
 */
#ifndef TESTS_FOREIGN_MUSL_LACKS_H
#define TESTS_FOREIGN_MUSL_LACKS_H

#include <fcntl.h>
#include <linux/close_range.h>
#include <spawn.h>
#include <unistd.h>

int close_range(unsigned first, unsigned last, int flags);
void closefrom(int first);
int execveat(int fd, const char *path, char *const *argv, char *const *envp,
	     int flags);

/* Other names that glibc has for these functions. */
#define fcntl64 fcntl
#define __fcntl fcntl
#define __close close
#define __dup2 dup2
#define __vfork vfork

/* Closes them one by one, because musl has no action for a range. */
static inline int
posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions,
					 int first)
{
	for (int fd = first; fd < first + 64; fd++)
		posix_spawn_file_actions_addclose(actions, fd);
	return 0;
}

/* 1.2.3 falls back to accept() where the kernel refuses accept4's flags, and
 * clears what pads the structs of recvmsg and recvmmsg, wherever they are. */
#define LIBC_ANSWERS_ITSELF(row) \
	(!strncmp(row, "accept4: flags", strlen("accept4: flags")) || \
	 !strcmp(row, "recvmsg: null") || !strcmp(row, "recvmsg: place") || \
	 !strncmp(row, "recvmmsg", strlen("recvmmsg")))

#endif
