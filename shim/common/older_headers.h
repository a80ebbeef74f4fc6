/*
 * older_headers.h - what the headers of Debian 11 (glibc 2.31, Linux 5.10,
 * gcc 10) and those of musl 1.2 lack. Included before every file; with newer
 * glibc headers it is empty.
 */
#if !defined(__clang__) && __GNUC__ < 10
#error "noinherit needs gcc 10, or clang 11, or newer ones"
#endif

#ifndef __cplusplus
/* For assembly, too. */
#include <sys/syscall.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#endif

#if !defined(__ASSEMBLER__) && !defined(__cplusplus)
#include <features.h>

#ifdef __clang__
#define NI_HAS_THREAD_POINTER (__clang_major__ >= 14)
#else
#define NI_HAS_THREAD_POINTER (__GNUC__ >= 11)
#endif
#if defined(__x86_64__) && !NI_HAS_THREAD_POINTER
#define __builtin_thread_pointer() ({ \
	void *thread_; \
	__asm__("mov %%fs:0, %0" : "=r"(thread_)); \
	thread_; \
})
#endif
#undef NI_HAS_THREAD_POINTER

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
#define __nonnull(parameters)
#define RTLD_DEEPBIND 8
#define CLOSE_RANGE_UNSHARE (1U << 1)
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#define SECCOMP_MODE_FILTER 2
#define SECCOMP_SET_MODE_STRICT 0
#define SECCOMP_SET_MODE_FILTER 1
#define SECCOMP_FILTER_FLAG_TSYNC (1UL << 0)
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3)

#if !__has_include(<linux/seccomp.h>)
#include <stdint.h>

#define AUDIT_ARCH_X86_64 0xC000003EU
#define AUDIT_ARCH_AARCH64 0xC00000B7U
#define SECCOMP_RET_ACTION_FULL 0xFFFF0000U
#define SECCOMP_RET_ALLOW 0x7FFF0000U
#define SECCOMP_RET_ERRNO 0x00050000U

/* What is in a word of code of classic BPF. */
#define BPF_CLASS(code) ((code) & 0x07)
#define BPF_OP(code) ((code) & 0xF0)

enum {
	BPF_LD = 0x00, BPF_ALU = 0x04, BPF_JMP = 0x05, BPF_RET = 0x06,
	BPF_W = 0x00, BPF_ABS = 0x20, BPF_K = 0x00, BPF_AND = 0x50,
	BPF_JA = 0x00, BPF_JEQ = 0x10, BPF_JGT = 0x20, BPF_JGE = 0x30,
	BPF_JSET = 0x40
};

struct sock_filter {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct sock_fprog {
	unsigned short len;
	struct sock_filter *filter;
};

struct seccomp_data {
	int nr;
	uint32_t arch;
	uint64_t instruction_pointer, args[6];
};
#endif

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
#include <sys/types.h>

#define CLOSE_RANGE_UNSHARE (1U << 1)
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

pid_t _Fork(void);
int close_range(unsigned first, unsigned last, int flags);
void closefrom(int first);
int execveat(int directory, const char *path, char *const argv[],
	     char *const environment[], int flags);
#endif
#endif
#endif
