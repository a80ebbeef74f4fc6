/*
 * older_headers.h - what the headers of Debian 11 (glibc 2.31, Linux 5.10,
 * gcc 10) and those of musl 1.2 lack. Included before every file; with newer
 * glibc headers it is empty.
 */
#if !defined(__clang__) && __GNUC__ < 10
#error "noinherit needs gcc 10, or clang 11, or newer ones"
#endif

#if !defined(__ASSEMBLER__) && !defined(__cplusplus)
#include <features.h>

#if defined(__x86_64__) && !defined(__clang__) && __GNUC__ < 11
#define __builtin_thread_pointer() ({ \
	void *thread_; \
	__asm__("mov %%fs:0, %0" : "=r"(thread_)); \
	thread_; \
})
#endif

#ifndef __GLIBC__
/* An object built with musl's headers serves glibc, too, so it uses glibc's
 * types and names. musl-gcc comes without Linux headers. */
#define ioctl ioctl_as_musl_declares_it
#define recvmmsg recvmmsg_as_musl_declares_it
#include <link.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#undef freopen64
#undef ioctl
#undef recvmmsg

struct timespec;

#define __THROW
#define __THROWNL
#define RTLD_DEEPBIND 8
#define CLOSE_RANGE_UNSHARE (1U << 1)
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#define SECCOMP_SET_MODE_STRICT 0
#define SECCOMP_SET_MODE_FILTER 1
#define SECCOMP_FILTER_FLAG_TSYNC (1UL << 0)
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3)

extern char **__environ;
extern ElfW(Dyn) _DYNAMIC[];
FILE *freopen64(const char *path, const char *mode, FILE *stream);
int ioctl(int fd, unsigned long request, ...);
int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
	     struct timespec *timeout);
int close_range(unsigned first, unsigned last, int flags);
void closefrom(int first);
int execveat(int directory, const char *path, char *const argv[],
	     char *const environment[], int flags);
#endif

/* musl has no such macro, and does not need what follows. */
#ifdef __GLIBC_PREREQ
#if !__GLIBC_PREREQ(2, 34)
#include <netinet/in.h>
#include <sys/syscall.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define CLOSE_RANGE_UNSHARE (1U << 1)
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

int close_range(unsigned first, unsigned last, int flags);
void closefrom(int first);
int execveat(int directory, const char *path, char *const argv[],
	     char *const environment[], int flags);
#endif
#endif
#endif
