/*
 * indirect.c - syscall(2): rule 12. The creators, closers and flag changes that
 * come by number obey the same rules; every other number goes on untouched.
 *
 * syscall() is no cancellation point, so the way on is the numbered call, never
 * the libc function of that name. Runtimes make every futex call through it:
 * syscall.S passes on whatever is not in ni_own_numbers.
 */
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "preload/create.h"
#include "preload/exec.h"
#include "preload/indirect.h"
#include "preload/next.h"
#include "preload/seccomp.h"

static int by_socket(int domain, int type, int protocol)
{
	return (int)ni_next.syscall(SYS_socket, domain, type, protocol);
}

static int by_socketpair(int domain, int type, int protocol, int *pair)
{
	return (int)ni_next.syscall(SYS_socketpair, domain, type, protocol,
				    pair);
}

static int by_accept(int fd, struct sockaddr *address, socklen_t *length)
{
	return (int)ni_next.syscall(SYS_accept, fd, address, length);
}

static int by_accept4(int fd, struct sockaddr *address, socklen_t *length,
		      int flags)
{
	return (int)ni_next.syscall(SYS_accept4, fd, address, length, flags);
}

static ssize_t by_recvmsg(int fd, struct msghdr *message, int flags)
{
	return ni_next.syscall(SYS_recvmsg, fd, message, flags);
}

static int by_recvmmsg(int fd, struct mmsghdr *messages, unsigned count,
		       int flags, struct timespec *timeout)
{
	return (int)ni_next.syscall(SYS_recvmmsg, fd, messages, count, flags,
				    timeout);
}

static int by_dup(int fd)
{
	return (int)ni_next.syscall(SYS_dup, fd);
}

static int by_dup3(int fd, int fd2, int flags)
{
	return (int)ni_next.syscall(SYS_dup3, fd, fd2, flags);
}

#ifdef SYS_dup2
static int by_dup2(int fd, int fd2)
{
	return (int)ni_next.syscall(SYS_dup2, fd, fd2);
}
#endif

static int by_fcntl(int fd, int command, ...)
{
	va_list list;
	long argument;

	va_start(list, command);
	argument = va_arg(list, long);
	va_end(list);
	return (int)ni_next.syscall(SYS_fcntl, fd, command, argument);
}

static int by_ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	long argument;

	va_start(list, request);
	argument = va_arg(list, long);
	va_end(list);
	return (int)ni_next.syscall(SYS_ioctl, fd, request, argument);
}

static int by_close(int fd)
{
	return (int)ni_next.syscall(SYS_close, fd);
}

static int by_close_range(unsigned first, unsigned last, int flags)
{
	return (int)ni_next.syscall(SYS_close_range, first, last, flags);
}

static int by_unshare(int flags)
{
	return (int)ni_next.syscall(SYS_unshare, flags);
}

static int by_execve(const char *path, char *const *argv, char *const *envp)
{
	return (int)ni_next.syscall(SYS_execve, path, argv, envp);
}

static int by_execveat(int fd, const char *path, char *const *argv,
		       char *const *envp, int flags)
{
	return (int)ni_next.syscall(SYS_execveat, fd, path, argv, envp, flags);
}

static const struct ni_next by_number = {
	.socket = by_socket, .socketpair = by_socketpair,
	.accept = by_accept, .accept4 = by_accept4,
	.recvmsg = by_recvmsg, .recvmmsg = by_recvmmsg,
	.dup = by_dup, .dup3 = by_dup3,
#ifdef SYS_dup2
	.dup2 = by_dup2,
#endif
	.fcntl = by_fcntl, .ioctl = by_ioctl,
	.close = by_close, .close_range = by_close_range,
	.unshare = by_unshare,
	.execve = by_execve, .execveat = by_execveat,
};

static long seccomp(long operation, long flags, long argument)
{
	long result = ni_next.syscall(SYS_seccomp, operation, flags, argument);

	ni_seccomp_after_seccomp(operation, flags, result);
	return result;
}

static long numbered_prctl(const long *a)
{
	long result = ni_next.syscall(SYS_prctl, a[0], a[1], a[2], a[3], a[4]);

	ni_seccomp_after_prctl(a[0], result);
	return result;
}

/* Arguments as the kernel takes them: what it calls int is cut to int. */
static long dispatch(long number, const long *a)
{
	const struct ni_next *next = &by_number;

	switch (number) {
	case SYS_socket:
		return ni_socket(next, (int)a[0], (int)a[1], (int)a[2]);
	case SYS_socketpair:
		return ni_socketpair(next, (int)a[0], (int)a[1], (int)a[2],
				     (int *)a[3]);
	case SYS_accept:
		return ni_accept(next, (int)a[0], (void *)a[1], (void *)a[2]);
	case SYS_accept4:
		return ni_accept4(next, (int)a[0], (void *)a[1], (void *)a[2],
				  (int)a[3]);
	case SYS_recvmsg:
		return ni_recvmsg(next, (int)a[0], (void *)a[1], (int)a[2]);
	case SYS_recvmmsg:
		return ni_recvmmsg(next, (int)a[0], (void *)a[1],
				   (unsigned)a[2], (int)a[3], (void *)a[4]);
	case SYS_dup:
		return ni_dup(next, (int)a[0]);
#ifdef SYS_dup2
	case SYS_dup2:
		return ni_dup2(next, (int)a[0], (int)a[1]);
#endif
	case SYS_dup3:
		return ni_dup3(next, (int)a[0], (int)a[1], (int)a[2]);
	case SYS_fcntl:
		return ni_fcntl(next, (int)a[0], (int)a[1], a[2]);
	case SYS_ioctl:
		return ni_ioctl(next, (int)a[0], (unsigned long)a[1], a[2]);
	case SYS_close:
		return ni_close(next, (int)a[0]);
	case SYS_close_range:
		return ni_close_range(next, (unsigned)a[0], (unsigned)a[1],
				      (int)a[2]);
	case SYS_unshare:
		return ni_unshare(next, (int)a[0]);
	case SYS_execve:
		return ni_execve(next, (const char *)a[0], (char *const *)a[1],
				 (char *const *)a[2]);
	case SYS_execveat:
		return ni_execveat(next, (int)a[0], (const char *)a[1],
				   (char *const *)a[2], (char *const *)a[3],
				   (int)a[4]);
	case SYS_prctl:
		return numbered_prctl(a);
	case SYS_seccomp:
		return seccomp(a[0], a[1], a[2]);
	default:
		return ni_next.syscall(number, a[0], a[1], a[2], a[3], a[4],
				       a[5]);
	}
}

#ifdef SYS_dup2
#define DUP2_BIT(word) BIT(SYS_dup2, word)
#else
#define DUP2_BIT(word) 0
#endif
#define BIT(number, word) \
	((number) / 64 == (word) ? UINT64_C(1) << ((number) % 64) : 0)
#define WORD(word)                                                            \
	(BIT(SYS_socket, word) | BIT(SYS_socketpair, word) |                  \
	 BIT(SYS_accept, word) | BIT(SYS_accept4, word) |                     \
	 BIT(SYS_recvmsg, word) | BIT(SYS_recvmmsg, word) |                   \
	 BIT(SYS_dup, word) | DUP2_BIT(word) | BIT(SYS_dup3, word) |          \
	 BIT(SYS_fcntl, word) | BIT(SYS_ioctl, word) | BIT(SYS_close, word) | \
	 BIT(SYS_close_range, word) | BIT(SYS_unshare, word) |                \
	 BIT(SYS_execve, word) |                                              \
	 BIT(SYS_execveat, word) | BIT(SYS_prctl, word) |                     \
	 BIT(SYS_seccomp, word))

/* One bit for each number that dispatch() knows: for syscall.S. */
const uint64_t ni_own_numbers[NI_OWN_NUMBERS_WORDS] = {
	WORD(0), WORD(1), WORD(2), WORD(3), WORD(4), WORD(5), WORD(6),
};

long ni_syscall_own(long number, ...)
{
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	return dispatch(number, arguments);
}
