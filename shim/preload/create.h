/*
 * create.h - what every call that makes a descriptor does behind itself.
 *
 * @next, in all of these, is the way on: ni_next for a libc-named call, the
 * numbered system calls for syscall(2). No other system call than fcntl.
 */
#ifndef NI_PRELOAD_CREATE_H
#define NI_PRELOAD_CREATE_H

#include <errno.h>
#include <stdbool.h>

#include "preload/next.h"

#pragma GCC visibility push(hidden)

int ni_socket(const struct ni_next *next, int domain, int type, int protocol);
int ni_socketpair(const struct ni_next *next, int domain, int type,
		  int protocol, int *pair);
int ni_accept(const struct ni_next *next, int fd, struct sockaddr *address,
	      socklen_t *length);
int ni_accept4(const struct ni_next *next, int fd, struct sockaddr *address,
	       socklen_t *length, int flags);
int ni_dup(const struct ni_next *next, int fd);
int ni_dup2(const struct ni_next *next, int fd, int fd2);
int ni_dup3(const struct ni_next *next, int fd, int fd2, int flags);
ssize_t ni_recvmsg(const struct ni_next *next, int fd, struct msghdr *message,
		   int flags);
int ni_recvmmsg(const struct ni_next *next, int fd, struct mmsghdr *messages,
		unsigned count, int flags, struct timespec *timeout);
/* For the constructor. */
void ni_receive_start(void);
int ni_close(const struct ni_next *next, int fd);
int ni_close_range(const struct ni_next *next, unsigned first, unsigned last,
		   int flags);
int ni_fcntl(const struct ni_next *next, int fd, int command, long argument);
int ni_unshare(const struct ni_next *next, int flags);
int ni_ioctl(const struct ni_next *next, int fd, unsigned long request,
	     long argument);

/* A result that carries close-on-exec because of us: rule 7, NOINHERIT_KEEP,
 * and the mark. Passes a failure on. */
int ni_created(int fd);

/* The same for one that has not got the flag yet: not atomic. */
int ni_created_without_flag(int fd);

/* A result that the program chose the flags of. @mark: NI_MARK_KEPT or 0. */
int ni_created_by_program(int fd, unsigned char mark);

/* May a failing call have failed for the flag that we added? */
bool ni_may_be_our_flag(int error);

/* The way out of a call that was made a second time, without our flag: success
 * leaves errno as the program had it. */
static inline long ni_second_try(long result, int errno_before)
{
	if (result >= 0)
		errno = errno_before;
	return result;
}

#pragma GCC visibility pop

#endif
