/*
 * noinherit.h - sockets with the semantics of Python's socket module.
 *
 * Every descriptor that these calls create is non-inheritable (PEP 446):
 * close-on-exec is set by the kernel in the call that creates it.
 *
 * What holds for every function, unless its own description says otherwise:
 *
 *   results     >= 0, or a negative error: an errno value (-ECONNREFUSED), a
 *               resolver's code in a range of its own (noinherit_eai()), or
 *               NOINHERIT_KERNEL_TIMEOUT. noinherit_strerror() has words for
 *               all of them.
 *   timeouts    that run out are reported as -ETIMEDOUT; the call may be
 *               repeated. Where the kernel itself reports ETIMEDOUT, because
 *               the peer no longer answers, the error is
 *               NOINHERIT_KERNEL_TIMEOUT: the connection is lost.
 *   default     -1 selects Python's default family, type, protocol or backlog;
 *               in a struct of options, zero selects the default.
 *   outputs     are written only on success. On failure no descriptor that
 *               the call made stays open, and a struct noinherit_socket that
 *               was to receive a socket is NOINHERIT_SOCKET_CLOSED, which may
 *               be closed.
 *   errno       is left as it was.
 *   SIGPIPE     is never raised: -EPIPE is returned.
 *   EINTR       is retried (PEP 475); see noinherit_set_interrupt().
 *   threads     any thread may call any function. Calls that take a struct
 *               noinherit_socket as const may use the same one at the same
 *               time; for the others the caller provides the locking.
 *   signals     "signal-safe" means async-signal-safe.
 *   output      nothing is printed, the process is never ended, and only the
 *               resolver allocates memory.
 *
 * "S-1" ... "S-112" and "O-1" ... are the rules and open points of the
 * specification of Python's sockets (doc/semantics.md in the sources), against
 * which the library is tested.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef NOINHERIT_H
#define NOINHERIT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* The version of the whole project is written here and nowhere else. */
#define NOINHERIT_VERSION "1.0.0"
#define NOINHERIT_VERSION_MAJOR 1
#define NOINHERIT_VERSION_MINOR 0
#define NOINHERIT_VERSION_PATCH 0
/* Greater in each later version; what noinherit_version() returns. */
#define NOINHERIT_VERSION_NUMBER \
	(NOINHERIT_VERSION_MAJOR * 10000 + NOINHERIT_VERSION_MINOR * 100 + \
	 NOINHERIT_VERSION_PATCH)

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/**
 * noinherit_version - the version of the library that runs
 *
 * Return: its NOINHERIT_VERSION_NUMBER, which is that of the header or greater.
 * No system call. Signal-safe.
 * Python: sys.version_info, in spirit.
 */
int noinherit_version(void);

/* ---- creating and closing sockets ---------------------------------------- */

/* Special timeouts: wait without limit, never wait. Every other one is > 0. */
#define NOINHERIT_BLOCKING INT64_C(-1)
#define NOINHERIT_NONBLOCKING INT64_C(0)

/* Units of timeouts, in nanoseconds: 5 * NOINHERIT_SECOND is five seconds. */
#define NOINHERIT_SECOND INT64_C(1000000000)
#define NOINHERIT_MILLISECOND INT64_C(1000000)

struct noinherit_deadline;

/* A flag of a socket: see noinherit_set_try_first(). */
#define NOINHERIT_TRY_FIRST UINT64_C(1)

/**
 * struct noinherit_socket - a socket, with the attributes of Python's object
 * @fd: the descriptor; -1 when closed
 * @family: as asked for or detected (AF_INET ...)
 * @type: without SOCK_NONBLOCK and SOCK_CLOEXEC
 * @proto: as asked for (0 if the kernel was to choose) or detected
 * @timeout_ns: nanoseconds; NOINHERIT_BLOCKING or NOINHERIT_NONBLOCKING
 * @deadline: as set by noinherit_set_deadline(), or NULL
 * @flags: NOINHERIT_TRY_FIRST, and bits private to the library
 * @reserved: zero
 *
 * A plain value that may be copied; nothing counts the copies, so close the
 * descriptor through one of them only. The members may be read; change
 * @timeout_ns, @deadline and @flags only with their functions, which also keep
 * the kernel's O_NONBLOCK in step. A struct of zeros is a closed socket, not
 * one with descriptor 0.
 */
struct noinherit_socket {
	int fd, family, type, proto;
	int64_t timeout_ns;
	const struct noinherit_deadline *deadline;
	uint64_t flags;
	uint64_t reserved[3];
};

/* A closed socket: closing it does nothing, using it fails with -EBADF. */
#define NOINHERIT_SOCKET_CLOSED \
	{ -1, 0, 0, 0, NOINHERIT_BLOCKING, NULL, 0, { 0, 0, 0 } }

/**
 * noinherit_create_socket - create a socket that does not survive exec
 * @s: receives the socket; the caller closes it
 * @family: address family; -1 means AF_INET
 * @type: SOCK_STREAM ..., and SOCK_NONBLOCK if wanted; -1 means SOCK_STREAM
 * @proto: protocol; -1 means 0
 *
 * SOCK_NONBLOCK makes the timeout 0; otherwise it is the default timeout.
 *
 * Return: 0, or a negative errno value, the kernel's own: -EAFNOSUPPORT,
 * -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -EINVAL for bad arguments, -EPERM or
 * -EACCES without the privilege, -EMFILE, -ENFILE, -ENOBUFS, -ENOMEM.
 *
 * One socket() with SOCK_CLOEXEC: atomic. On Linux < 2.6.27, which lacks the
 * flag, it is set by a second call. Thread-safe and signal-safe.
 * Python: socket.socket(family, type, proto). Rules S-1..S-12.
 */
int noinherit_create_socket(struct noinherit_socket *s, int family, int type,
			    int proto);

/**
 * noinherit_adopt - make a socket from a descriptor that is already open
 * @s: receives the socket
 * @fd: a socket's descriptor, >= 0; owned by @s from then on
 * @family: address family; -1 detects it
 * @type: socket type, may carry SOCK_NONBLOCK; -1 detects it
 * @proto: protocol; -1 detects it
 *
 * The inheritable flag of @fd is not changed. Values that are given are recorded
 * and not compared with the socket. The timeout is the default timeout; if one
 * is set, O_NONBLOCK is switched on for every holder of the same socket. With
 * SOCK_NONBLOCK in @type the timeout is 0 and the descriptor is not touched. The
 * descriptor's present mode is never read: without a default timeout the result
 * counts as blocking.
 *
 * Return: 0, or a negative errno value: -EINVAL for a negative @fd, -EBADF if
 * it is not open, -ENOTSOCK if it is not a socket; when the family is to be
 * detected, any error of getsockname(). On failure @fd stays open and is the
 * caller's.
 *
 * Thread-safe and signal-safe.
 * Python: socket.socket(family, type, proto, fileno=fd). Rules S-13..S-19.
 */
int noinherit_adopt(struct noinherit_socket *s, int fd, int family, int type,
		    int proto);

/**
 * noinherit_socketpair - create two connected sockets that do not survive exec
 * @pair: receives both sockets; the caller closes them
 * @family: address family; -1 means AF_UNIX
 * @type: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET, and SOCK_NONBLOCK if
 *	wanted; -1 means SOCK_STREAM
 * @proto: usually 0; -1 means 0
 *
 * Return: 0, or a negative errno value: -EMFILE or -ENFILE when no descriptor
 * is free, -EAFNOSUPPORT, -EOPNOTSUPP, -ESOCKTNOSUPPORT or -EPROTONOSUPPORT
 * when the system has no such pair, -EINVAL for a bad type.
 *
 * One socketpair() with SOCK_CLOEXEC: atomic. Thread-safe and signal-safe.
 * Python: socket.socketpair(family, type, proto). Rules S-20..S-24.
 */
int noinherit_socketpair(struct noinherit_socket pair[2], int family, int type,
			 int proto);

/**
 * noinherit_accept - take a connection from a listening socket
 * @listener: the listening socket
 * @conn: receives the connection; the caller closes it
 * @addr: receives the peer's address; NULL if not wanted
 * @addrlen: in: bytes at @addr; out: bytes of the address, which may be more
 *	than fitted; NULL if and only if @addr is
 *
 * The connection records the listener's family, type and proto. Its timeout is
 * the default timeout, never the listener's. The listener's timeout limits the
 * whole call.
 *
 * Return: 0, or a negative errno value: -ETIMEDOUT, -EAGAIN on a non-blocking
 * listener with nothing queued, -EBADF, -EINVAL if it does not listen,
 * -EOPNOTSUPP if its type cannot listen, -ECONNABORTED, -EMFILE, -ENFILE.
 *
 * One accept4() with SOCK_CLOEXEC: atomic. Thread-safe, also for several
 * threads on one listener; signal-safe.
 * Python: socket.accept(). Rules S-25..S-33.
 */
int noinherit_accept(const struct noinherit_socket *listener,
		     struct noinherit_socket *conn, struct sockaddr *addr,
		     socklen_t *addrlen);

/**
 * noinherit_accept4 - take a connection, non-blocking if wanted
 * @listener: as in noinherit_accept()
 * @conn: as in noinherit_accept()
 * @addr: as in noinherit_accept()
 * @addrlen: as in noinherit_accept()
 * @flags: 0, or SOCK_NONBLOCK for a connection with timeout 0; SOCK_CLOEXEC is
 *	set in any case
 *
 * For event loops: the mode is set in the same system call.
 *
 * Return: as noinherit_accept(); -EINVAL for another flag.
 *
 * One accept4(): atomic. Thread-safe and signal-safe.
 * Python: socket.accept() and setblocking(False).
 */
int noinherit_accept4(const struct noinherit_socket *listener,
		      struct noinherit_socket *conn, struct sockaddr *addr,
		      socklen_t *addrlen, int flags);

/**
 * noinherit_dup - make a second descriptor for a socket
 * @s: the socket
 * @copy: receives the duplicate, with the lowest free number; the caller
 *	closes it
 *
 * The duplicate does not survive exec, even if @s does. Family, type, proto,
 * timeout, deadline and flags are copied. @copy must not be @s. Both share
 * O_NONBLOCK (it belongs to the socket, not to the descriptor), which this call
 * neither reads nor changes.
 *
 * Return: 0, or a negative errno value: -EBADF, -EMFILE.
 *
 * One fcntl(F_DUPFD_CLOEXEC): atomic. Thread-safe and signal-safe.
 * Python: socket.dup(). Rules S-34, S-35.
 */
int noinherit_dup(const struct noinherit_socket *s,
		  struct noinherit_socket *copy);

/**
 * noinherit_fromfd - make a socket from a duplicate of a descriptor
 * @s: receives the socket; the caller closes it
 * @fd: a socket's descriptor; stays open and remains the caller's
 * @family: address family; -1 detects it
 * @type: socket type, may carry SOCK_NONBLOCK; -1 detects it
 * @proto: protocol, usually 0; -1 detects it
 *
 * The duplicate does not survive exec. For the timeout see noinherit_adopt():
 * with a default timeout set, O_NONBLOCK is switched on for @fd, too.
 *
 * Return: 0, or a negative errno value: -EBADF, -EMFILE, -ENOTSOCK.
 *
 * Thread-safe and signal-safe.
 * Python: socket.fromfd(fd, family, type, proto). Rules S-36, S-37.
 */
int noinherit_fromfd(struct noinherit_socket *s, int fd, int family, int type,
		     int proto);

/**
 * noinherit_detach - take the descriptor from a socket without closing it
 * @s: the socket; closed afterwards
 *
 * Return: the descriptor, unchanged, which the caller owns from then on; -1 if
 * @s was already closed (not an error).
 *
 * No system call. Signal-safe.
 * Python: socket.detach(). Rule S-38.
 */
int noinherit_detach(struct noinherit_socket *s);

/**
 * noinherit_close - close a socket, once
 * @s: the socket; closed afterwards, whatever is returned
 *
 * Closing it again does nothing and succeeds. -ECONNRESET counts as success.
 *
 * Return: 0, or a negative errno value: -EIO, -EBADF, -EINTR ... The descriptor
 * is closed in every case: do not close the number again.
 *
 * Signal-safe.
 * Python: socket.close(). Rules S-39..S-41.
 */
int noinherit_close(struct noinherit_socket *s);

/**
 * noinherit_close_fd - close a socket's descriptor
 * @fd: the descriptor
 *
 * Return: as noinherit_close(); -EBADF if @fd is negative or not open.
 *
 * Thread-safe and signal-safe.
 * Python: socket.close(fd), the function of the module. Rule S-42.
 */
int noinherit_close_fd(int fd);

/* ---- timeouts of sockets ------------------------------------------------- */

/**
 * noinherit_settimeout_ns - limit how long operations on a socket may take
 * @s: the socket
 * @timeout_ns: nanoseconds, > 0, as 5 * NOINHERIT_SECOND; NOINHERIT_BLOCKING
 *	for no limit; NOINHERIT_NONBLOCKING (0) never to wait
 *
 * The timeout belongs to @s and not to the kernel's socket. It starts again with
 * each operation; noinherit_sendall() counts as one operation. Waiting is done
 * in milliseconds, rounded up.
 *
 * With a timeout (and with timeout 0) the kernel's socket is non-blocking, for
 * everyone who holds it. Code that uses @fd without this library notices:
 *
 *   OpenSSL     SSL_set_fd() gives SSL_ERROR_WANT_READ instead of waiting: call
 *               noinherit_wait(), or use a BIO over noinherit_recv() and
 *               noinherit_send()
 *   stdio       fdopen(): reading fails with EAGAIN at once; see struct
 *               noinherit_reader
 *   WAITALL     recv(MSG_WAITALL) returns what is there; see
 *               noinherit_recv_exact()
 *
 * Return: 0, or a negative errno value: -EINVAL for a value below -1, with
 * nothing changed; -EBADF for a closed socket, with the value stored, as in
 * Python.
 *
 * Always exactly one ioctl(FIONBIO), which acts on every holder of the same
 * socket. Signal-safe.
 * Python: socket.settimeout(). Rules S-47, S-48, S-52.
 */
int noinherit_settimeout_ns(struct noinherit_socket *s, int64_t timeout_ns);

/**
 * noinherit_gettimeout_ns - the timeout of a socket
 * @s: the socket, which may be closed
 *
 * Return: nanoseconds, NOINHERIT_BLOCKING or NOINHERIT_NONBLOCKING; never an
 * error. The kernel is not asked. Signal-safe.
 * Python: socket.gettimeout(). Rule S-50.
 */
int64_t noinherit_gettimeout_ns(const struct noinherit_socket *s);

/**
 * noinherit_setblocking - make a socket blocking or non-blocking
 * @s: the socket
 * @blocking: non-zero for the timeout NOINHERIT_BLOCKING, 0 for
 *	NOINHERIT_NONBLOCKING
 *
 * Return: as noinherit_settimeout_ns(). Signal-safe.
 * Python: socket.setblocking(). Rule S-49.
 */
int noinherit_setblocking(struct noinherit_socket *s, int blocking);

/**
 * noinherit_getblocking - whether operations on a socket may wait
 * @s: the socket, which may be closed
 *
 * Return: 1 without a timeout or with one > 0, 0 with timeout 0; never an
 * error. The kernel is not asked. Signal-safe.
 * Python: socket.getblocking(). Rule S-50.
 */
int noinherit_getblocking(const struct noinherit_socket *s);

/**
 * noinherit_setdefaulttimeout_ns - the timeout of sockets created later
 * @timeout_ns: as in noinherit_settimeout_ns(); initially NOINHERIT_BLOCKING
 *
 * One value for the process. Existing sockets keep theirs.
 *
 * Return: 0, or -EINVAL for a value below -1, with nothing changed.
 *
 * An atomic store: thread-safe and signal-safe.
 * Python: socket.setdefaulttimeout(). Rule S-51.
 */
int noinherit_setdefaulttimeout_ns(int64_t timeout_ns);

/**
 * noinherit_getdefaulttimeout_ns - the timeout of sockets created now
 *
 * Return: as noinherit_gettimeout_ns(); never an error.
 *
 * An atomic load: thread-safe and signal-safe.
 * Python: socket.getdefaulttimeout(). Rule S-51.
 */
int64_t noinherit_getdefaulttimeout_ns(void);

/* ---- waiting, and what signals do to it ---------------------------------- */

/* noexcept from C++17 on: the compiler rejects a callback that may throw. */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define NOINHERIT_NOEXCEPT noexcept
#else
#define NOINHERIT_NOEXCEPT
#endif

/* The callback of noinherit_set_interrupt(). */
typedef int (*noinherit_should_stop)(void *data) NOINHERIT_NOEXCEPT;

/**
 * struct noinherit_interrupt - a callback and its argument
 * @should_stop: the callback, or NULL
 * @data: its argument
 */
struct noinherit_interrupt {
	noinherit_should_stop should_stop;
	void *data;
};

/**
 * noinherit_set_interrupt - let signals end calls that wait
 * @should_stop: called before each wait and each attempt, and therefore after
 *	each EINTR; non-zero ends the call with -EINTR; NULL (the initial
 *	state) never ends one
 * @data: passed to @should_stop
 *
 * The equivalent of a Python signal handler that raises an exception: the signal
 * handler sets a flag, and @should_stop reads it. A signal ends the call whether
 * it interrupts a wait or arrives before, in the resolver or between two attempts.
 * Only in the instant between the call of @should_stop and the wait it may be
 * missed until the wait ends; noinherit_deadline_cancel() in the signal handler has
 * no such gap. While @should_stop returns non-zero, every call fails before it does
 * anything: clear the flag before going on.
 *
 * @should_stop runs outside the signal handler, in the thread that made the
 * call. It must return: if it throws, calls longjmp() or ends the thread,
 * descriptors and memory are leaked. It may run once more after it has been
 * replaced. A connect that is ended this way goes on in the kernel; close the
 * socket.
 *
 * Return: the callback and argument that were set before, so that they can be
 * restored.
 *
 * One pair for the whole process, replaced atomically: thread-safe.
 * Not signal-safe.
 * Python: PEP 475. Rule S-60.
 */
struct noinherit_interrupt
noinherit_set_interrupt(noinherit_should_stop should_stop, void *data);

/**
 * noinherit_set_try_first - try an operation before waiting
 * @s: the socket
 * @on: non-zero, or 0 (the initial state)
 *
 * With a timeout an operation first waits and then acts, two system calls, as
 * in Python. With this setting it acts first, and waits only if that would
 * block: one system call if the socket is ready, three if it is not. Data that
 * is ready is then transferred even if the timeout has nearly run out.
 *
 * Return: 0, always. No system call. Signal-safe.
 * Python: no equivalent.
 */
int noinherit_set_try_first(struct noinherit_socket *s, int on);

/**
 * noinherit_wait - wait until a socket is ready
 * @s: the socket
 * @events: POLLIN, POLLOUT, POLLPRI of <poll.h>; 0 waits for errors only
 *
 * For libraries that do the reading and writing themselves (TLS), and for event
 * loops. Waits as long as the socket's timeout and deadline allow: without
 * limit for NOINHERIT_BLOCKING, not at all for NOINHERIT_NONBLOCKING.
 *
 * Return: the events that are ready, > 0, POLLERR and POLLHUP included; or a
 * negative errno value: -ETIMEDOUT, -EAGAIN with timeout 0, -EINTR (see
 * noinherit_set_interrupt()), -ECANCELED, -EBADF.
 *
 * One poll(). Thread-safe and signal-safe.
 * Python: select.poll() with the socket's timeout.
 */
int noinherit_wait(const struct noinherit_socket *s, int events);

/* ---- deadlines that several calls share ---------------------------------- */

/* A flag of noinherit_deadline_init(): the deadline can be cancelled. */
#define NOINHERIT_CANCELLABLE 1u

/**
 * struct noinherit_deadline - a point in time that several calls share
 * @end_ns: nanoseconds of CLOCK_MONOTONIC; NOINHERIT_BLOCKING: never
 * @cancel_fd: wakes waiting calls; unused without NOINHERIT_CANCELLABLE
 * @flags: 0 or NOINHERIT_CANCELLABLE
 * @is_cancelled: non-zero after noinherit_deadline_cancel()
 * @reserved_int: zero
 * @reserved: zero
 *
 * A timeout starts again with each call: a peer that sends a byte now and then
 * keeps a series of calls going for ever. A deadline ends them all. Any number
 * of sockets and threads may share one; it must not move in memory while a
 * socket refers to it. A struct of zeros, or one that was closed, has expired
 * and cannot be cancelled.
 */
struct noinherit_deadline {
	int64_t end_ns;
	int cancel_fd;
	unsigned flags;
	int is_cancelled;
	unsigned reserved_int;
	uint64_t reserved[2];
};

/**
 * noinherit_deadline_init - start a deadline
 * @deadline: receives it; with NOINHERIT_CANCELLABLE the caller closes it
 * @timeout_ns: nanoseconds from now, >= 0; NOINHERIT_BLOCKING: never expires,
 *	can only be cancelled
 * @flags: 0 or NOINHERIT_CANCELLABLE
 *
 * Return: 0, or a negative errno value: -EINVAL for a bad time or flag; with
 * NOINHERIT_CANCELLABLE -EMFILE, -ENFILE, -ENOMEM. On failure @deadline has
 * expired and need not be closed.
 *
 * With NOINHERIT_CANCELLABLE one descriptor is held, which does not survive
 * exec. Thread-safe and signal-safe.
 * Python: asyncio.timeout_at(), in spirit.
 */
int noinherit_deadline_init(struct noinherit_deadline *deadline,
			    int64_t timeout_ns, unsigned flags);

/**
 * noinherit_deadline_set_ns - restart a deadline
 * @deadline: the deadline; no call may be waiting on it
 * @timeout_ns: as in noinherit_deadline_init()
 *
 * Also undoes noinherit_deadline_cancel().
 *
 * Return: 0, or -EINVAL for a bad time, with nothing changed. Signal-safe.
 * Python: asyncio.Timeout.reschedule(), in spirit.
 */
int noinherit_deadline_set_ns(struct noinherit_deadline *deadline,
			      int64_t timeout_ns);

/**
 * noinherit_deadline_left_ns - the time left until a deadline
 * @deadline: the deadline
 *
 * Return: nanoseconds, 0 if it has expired; NOINHERIT_BLOCKING if it never
 * expires; or -ECANCELED. Thread-safe and signal-safe.
 * Python: asyncio.Timeout.when() less the loop's time, in spirit.
 */
int64_t noinherit_deadline_left_ns(const struct noinherit_deadline *deadline);

/**
 * noinherit_deadline_cancel - end all calls that use a deadline
 * @deadline: one made with NOINHERIT_CANCELLABLE
 *
 * Every call that waits with this deadline, in any thread, ends with
 * -ECANCELED, and so does every later one, before it does anything. To cancel
 * the calls on one socket only, give it a deadline of its own.
 *
 * Return: 0, also if it was already cancelled; -EINVAL if it is not cancellable.
 *
 * Thread-safe and signal-safe.
 * Python: asyncio.Task.cancel(), in spirit.
 */
int noinherit_deadline_cancel(struct noinherit_deadline *deadline);

/**
 * noinherit_deadline_close - close the descriptor of a deadline
 * @deadline: the deadline, to which no socket may refer any more; it has expired
 *	afterwards
 *
 * Does nothing if it is already closed or has no descriptor.
 *
 * Return: 0, or a negative errno value of close(). Signal-safe.
 * Python: leaving asyncio.timeout(), in spirit.
 */
int noinherit_deadline_close(struct noinherit_deadline *deadline);

/**
 * noinherit_set_deadline - set the deadline of a socket's operations
 * @s: the socket
 * @deadline: the deadline; NULL for none
 *
 * The timeout still applies to each operation; whichever expires first ends it,
 * with -ETIMEDOUT in both cases (noinherit_deadline_left_ns() tells which). On a
 * blocking socket only the deadline counts. With timeout 0 nothing waits, but
 * -ECANCELED and -ETIMEDOUT are returned once the deadline is cancelled or has
 * expired.
 *
 * Return: 0, or a negative errno value: -EBADF, with the deadline stored.
 *
 * With a deadline the kernel's socket is non-blocking, as with a timeout: one
 * ioctl(FIONBIO). Signal-safe.
 * Python: asyncio.timeout_at(), in spirit.
 */
int noinherit_set_deadline(struct noinherit_socket *s,
			   const struct noinherit_deadline *deadline);

/* ---- connecting and binding sockets -------------------------------------- */

/**
 * noinherit_connect - connect a socket to an address
 * @s: the socket
 * @addr: the peer's address; see noinherit_address()
 * @addrlen: bytes at @addr
 *
 * connect() is called once. After EINTR, or with a timeout, the call waits for
 * the connection that the kernel is making and returns its result. Only for
 * AF_UNIX and AF_VSOCK, where a signal cancels the attempt, is connect() called
 * again after EINTR (Python reports success then, and the socket is not
 * connected).
 *
 * Return: 0, or a negative errno value, the kernel's own: -ECONNREFUSED,
 * -ENETUNREACH ...; -ETIMEDOUT, after which the attempt goes on in the kernel
 * and @s stays open (another call returns -EALREADY); on a non-blocking socket
 * -EINPROGRESS or -EINTR. If the queue of an AF_UNIX listener is full, -EAGAIN
 * at once, unless @s is blocking.
 *
 * Thread-safe and signal-safe.
 * Python: socket.connect(). Rules S-63..S-65a.
 */
int noinherit_connect(const struct noinherit_socket *s,
		      const struct sockaddr *addr, socklen_t addrlen);

/**
 * noinherit_connect_ex - connect, and return Python's error number
 * @s: the socket
 * @addr: as in noinherit_connect()
 * @addrlen: as in noinherit_connect()
 *
 * Return: 0, or a positive errno value: those of noinherit_connect(), but EAGAIN
 * if the timeout ran out, and ETIMEDOUT for the kernel's own.
 *
 * Thread-safe and signal-safe.
 * Python: socket.connect_ex(). Rule S-65.
 */
int noinherit_connect_ex(const struct noinherit_socket *s,
			 const struct sockaddr *addr, socklen_t addrlen);

/**
 * noinherit_bind - give a socket its own address
 * @s: the socket
 * @addr: the address; see noinherit_address()
 * @addrlen: bytes at @addr
 *
 * Return: 0, or a negative errno value, the kernel's own: -EADDRINUSE,
 * -EADDRNOTAVAIL, -EACCES, -EINVAL if bound already ...
 *
 * Thread-safe and signal-safe.
 * Python: socket.bind().
 */
int noinherit_bind(const struct noinherit_socket *s,
		   const struct sockaddr *addr, socklen_t addrlen);

/* Python's default backlog, which -1 selects. */
#define NOINHERIT_BACKLOG 128

/**
 * noinherit_listen - let a socket accept connections
 * @s: the socket
 * @backlog: connections that may wait; -1: Python's default, 128; another
 *	negative number counts as 0
 *
 * Return: 0, or a negative errno value, the kernel's own: -EADDRINUSE, -EBADF,
 * -EOPNOTSUPP.
 *
 * Thread-safe and signal-safe.
 * Python: socket.listen(). Rule S-84.
 */
int noinherit_listen(const struct noinherit_socket *s, int backlog);

/**
 * noinherit_shutdown - end one or both directions of a connection
 * @s: the socket; stays open
 * @how: SHUT_RD, SHUT_WR or SHUT_RDWR
 *
 * Return: 0, or a negative errno value, the kernel's own: -ENOTCONN, -EBADF,
 * -EINVAL.
 *
 * Thread-safe and signal-safe.
 * Python: socket.shutdown().
 */
int noinherit_shutdown(const struct noinherit_socket *s, int how);

/**
 * noinherit_getsockname - a socket's own address
 * @s: the socket
 * @addr: receives the address
 * @addrlen: in: bytes at @addr; out: bytes of the address, which may be more
 *	than fitted
 *
 * Return: 0, or a negative errno value: -EBADF, -ENOTSOCK.
 *
 * Thread-safe and signal-safe.
 * Python: socket.getsockname().
 */
int noinherit_getsockname(const struct noinherit_socket *s,
			  struct sockaddr *addr, socklen_t *addrlen);

/**
 * noinherit_getpeername - the address of the other end
 * @s: the socket
 * @addr: as in noinherit_getsockname()
 * @addrlen: as in noinherit_getsockname()
 *
 * Return: 0, or a negative errno value: -ENOTCONN, -EBADF, -ENOTSOCK.
 *
 * Thread-safe and signal-safe.
 * Python: socket.getpeername().
 */
int noinherit_getpeername(const struct noinherit_socket *s,
			  struct sockaddr *addr, socklen_t *addrlen);

/* ---- connecting by name -------------------------------------------------- */

/**
 * struct noinherit_connect_options - Python's keyword arguments
 * @size: sizeof(struct noinherit_connect_options), always
 * @timeout_ns: nanoseconds, as in noinherit_settimeout_ns(), for each attempt
 *	and for the connected socket; NULL: the default timeout. It does not
 *	limit the resolver
 * @deadline: for the whole call, the resolver included, and for the connected
 *	socket, as noinherit_set_deadline() sets it; NULL: none
 * @source_host: local address to bind before connecting, as the host of
 *	noinherit_address(); NULL: any
 * @source_port: local port, "0" to "65535"; NULL: any. With both NULL nothing
 *	is bound
 * @errors: receives the error of each failed attempt, in order (all_errors);
 *	NULL if not wanted
 * @errors_size: how many errors fit at @errors; more are only counted
 * @errors_count: receives how many attempts failed, 0 if none was made; NULL if
 *	not wanted
 * @flags: 0; another value is -EINVAL
 *
 * Set @size and leave the rest zero: every default is Python's. @errors and
 * @errors_count are written on failure, too; on success they hold the attempts
 * that failed before. A later version may add members at the end; the library
 * reads only what @size covers, and rejects (-E2BIG) a longer struct whose
 * additional bytes are not zero.
 */
struct noinherit_connect_options {
	size_t size;
	const int64_t *timeout_ns;
	const char *source_host, *source_port;
	int *errors;
	size_t errors_size;
	size_t *errors_count;
	const struct noinherit_deadline *deadline;
	unsigned flags;
};

/**
 * noinherit_create_connection - connect to a host by name
 * @s: receives the connected socket; the caller closes it
 * @host: a name or a numeric address; NULL: this host's loopback addresses
 * @port: "0" to "65535", or a service name; NULL: 0
 * @options: NULL for the defaults
 *
 * The addresses that the resolver finds are tried in its order, each with a new
 * socket, until one connects. A @host that is not ASCII is taken as UTF-8,
 * whatever the locale, and encoded (IDNA) by glibc; with another C library by
 * libidn2, if the program is linked with it (with its static library: by the
 * linker option -u idn2_lookup_u8). Otherwise such a name is not found.
 *
 * Return: 0, or the error of the last attempt: a negative errno value,
 * -ETIMEDOUT, -EINPROGRESS with timeout 0. Before any attempt: a resolver's
 * error (noinherit_eai()), also for an empty answer (EAI_NODATA); -ERANGE for a
 * numeric port out of range; -EINVAL for a bad timeout, source port or size;
 * -E2BIG for options of a later version. No further address is tried after
 * -EINTR (see noinherit_set_interrupt()) or once the deadline has expired or is
 * cancelled (-ETIMEDOUT, -ECANCELED).
 *
 * With a deadline a @host that is not numeric is resolved in a separate thread.
 * If the deadline ends the call, that thread goes on until the resolver returns;
 * until then it holds memory, but no descriptor of this library.
 *
 * Thread-safe; not signal-safe (resolver). A thread that is cancelled
 * (pthread_cancel()) in this call leaves no descriptor open.
 * Python: socket.create_connection(). Rules S-68..S-76.
 */
int noinherit_create_connection(struct noinherit_socket *s, const char *host,
				const char *port,
				const struct noinherit_connect_options *options);

/* ---- listening sockets --------------------------------------------------- */

/* Set SO_REUSEPORT (AF_INET and AF_INET6; ignored for other families). */
#define NOINHERIT_REUSE_PORT 1u
/* Accept IPv4 connections, too; needs AF_INET6. */
#define NOINHERIT_DUALSTACK_IPV6 2u

/**
 * struct noinherit_server_options - Python's keyword arguments
 * @size: sizeof(struct noinherit_server_options), always
 * @family: address family; 0 or -1: AF_INET
 * @flags: NOINHERIT_REUSE_PORT, NOINHERIT_DUALSTACK_IPV6; another bit is -EINVAL
 * @backlog: as in noinherit_listen(); NULL: Python's default
 * @address: the address to bind instead of host and port; NULL: host and port
 * @address_size: bytes at @address
 * @message: receives, on failure, a line of text that names the address, and
 *	on success an empty string; NULL if not wanted
 * @message_size: bytes at @message; a longer text is truncated and still ends
 *	with NUL
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose additional bytes are not zero is rejected (-E2BIG).
 */
struct noinherit_server_options {
	size_t size;
	int family;
	unsigned flags;
	const int *backlog;
	const struct sockaddr *address;
	socklen_t address_size;
	char *message;
	size_t message_size;
};

/**
 * noinherit_create_server - create a listening socket
 * @s: receives the socket; the caller closes it
 * @host: a name or numeric address of this host; "" or NULL: every address.
 *	AF_UNIX: the path
 * @port: "0" to "65535"; "0": the kernel chooses. AF_UNIX: NULL
 * @options: NULL for the defaults: IPv4, backlog 128
 *
 * SO_REUSEADDR is set. An AF_INET6 server accepts only IPv6 unless
 * NOINHERIT_DUALSTACK_IPV6 is set, whatever the system's default.
 *
 * Return: 0, or a negative errno value: -EADDRINUSE, -EADDRNOTAVAIL, -EACCES
 * ...; -EOPNOTSUPP if the system does not support dual stack; -EINVAL for
 * dual stack with another family, a port that is not a number, bad options;
 * -ERANGE for a port out of range; -ENAMETOOLONG for an AF_UNIX path; -E2BIG
 * for options of a later version; or a resolver's error.
 *
 * Thread-safe. Signal-safe where host is numeric, empty or a path, or
 * options->address is given, and no message is wanted.
 * Python: socket.create_server(). Rules S-77..S-85, S-110..S-112.
 */
int noinherit_create_server(struct noinherit_socket *s, const char *host,
			    const char *port,
			    const struct noinherit_server_options *options);

/**
 * noinherit_has_dualstack_ipv6 - whether one socket can serve IPv4 and IPv6
 *
 * Tried each time: a socket is created, configured and closed.
 *
 * Return: 1 or 0, never an error. Thread-safe and signal-safe.
 * Python: socket.has_dualstack_ipv6(). Rule S-83.
 */
int noinherit_has_dualstack_ipv6(void);

/* ---- addresses in Python's form ------------------------------------------ */

/* As a size: the text ends with NUL. */
#define NOINHERIT_STRING ((size_t)-1)

/**
 * noinherit_address - convert an address from Python's form to the kernel's
 * @address: receives the address
 * @family: AF_INET, AF_INET6, AF_UNIX, AF_RDS, AF_NETLINK, AF_VSOCK, AF_PACKET,
 *	AF_CAN or AF_TIPC
 * @host: AF_INET: numeric, a name, "<broadcast>"; AF_INET6: numeric, also with
 *	"%scope", or a name; both: "" or NULL for the wildcard. AF_UNIX: a path
 *	of at most 107 bytes; with a NUL first, an abstract name of at most 108
 *	bytes, NUL included; empty or NULL: the kernel chooses a name. AF_RDS:
 *	as AF_INET. Other families: a tuple, see below
 * @host_size: bytes at @host, or NOINHERIT_STRING
 * @port: "0" to "65535", decimal; AF_UNIX, and for a tuple: NULL
 *
 * With @port NULL, for every family but AF_UNIX, @host is a tuple as Python and
 * noinherit_format_address() write it. Parts in brackets may be left out:
 *
 *   INET        ('127.0.0.1', port)
 *   INET6       ('::1', port[, flowinfo[, scope id]])
 *   NETLINK     (pid, groups)
 *   VSOCK       (cid, port)
 *   PACKET      ('eth0', protocol[, type[, hardware type[, b'address']]])
 *   CAN         ('can0',), ('can0', receive id, send id) of ISO-TP,
 *               ('can0', name, group number, address) of J1939
 *   TIPC        (address type, v1, v2, v3[, scope])
 *
 * Return: the bytes of the address, > 0, for connect, bind and sendto; or a
 * negative errno value: -EAFNOSUPPORT for another family, -EINVAL for a port
 * that is not a number, a NUL inside a host or a malformed tuple, -ERANGE for a
 * number out of range, -ENAMETOOLONG, -ENODEV for an interface that does not
 * exist; or a resolver's error.
 *
 * Thread-safe; signal-safe unless @host is a name, has a scope or names an
 * interface.
 * Python: the address tuples and paths of socket methods. Rules S-110..S-112.
 */
int noinherit_address(struct sockaddr_storage *address, int family,
		      const char *host, size_t host_size, const char *port);

/**
 * noinherit_format_address - write an address in Python's form
 * @s: a socket of the address's kind, which tells the kinds of AF_CAN apart; NULL
 *	if there is none
 * @addr: the address
 * @addrlen: bytes at @addr; 0 means no address
 * @buf: receives the text; may be NULL if @size is 0
 * @size: bytes at @buf; a longer text is truncated and still ends with NUL
 *
 * The text is that of Python's str(): a tuple; for AF_UNIX the path as it is, an
 * abstract name as bytes, b'\x00name', or nothing if there is no name. Host
 * names are not looked up. A family that has no form of its own gives
 * (family, b'its bytes').
 *
 * Return: bytes of the whole text, without the NUL, like snprintf(); -EINVAL for
 * an address that is too short for its family.
 *
 * Thread-safe; not signal-safe.
 * Python: str(socket.getsockname()).
 */
int noinherit_format_address(const struct noinherit_socket *s,
			     const struct sockaddr *addr, socklen_t addrlen,
			     char *buf, size_t size);

/**
 * noinherit_port - the port in an address
 * @addr: the address
 * @addrlen: bytes at @addr
 *
 * Return: the port of an AF_INET or AF_INET6 address, 0 to 65535; -EAFNOSUPPORT
 * for another family; -EINVAL for an address that is too short.
 *
 * Thread-safe and signal-safe.
 * Python: socket.getsockname()[1].
 */
int noinherit_port(const struct sockaddr *addr, socklen_t addrlen);

/**
 * noinherit_repr - describe a socket as Python does
 * @s: the socket, which may be closed
 * @buf: receives the text; may be NULL if @size is 0
 * @size: bytes at @buf; a longer text is truncated and still ends with NUL
 *
 * <socket.socket fd=3, family=2, type=1, proto=0, laddr=('127.0.0.1', 80)>
 * The kernel is asked for both addresses each time; one that it does not have is
 * left out.
 *
 * Return: bytes of the whole text, without the NUL, like snprintf().
 *
 * Thread-safe; not signal-safe.
 * Python: repr(socket). Rules S-106, S-107.
 */
int noinherit_repr(const struct noinherit_socket *s, char *buf, size_t size);

/* ---- resolving names ----------------------------------------------------- */

/**
 * struct noinherit_resolved - an address that the resolver found
 * @family: for noinherit_create_socket(), and so are @type and @proto
 * @type: see @family
 * @proto: see @family
 * @address_size: bytes of @address
 * @address: for noinherit_connect() or noinherit_bind()
 * @reserved: zero
 */
struct noinherit_resolved {
	int family, type, proto;
	socklen_t address_size;
	struct sockaddr_storage address;
	uint64_t reserved[2];
};

/**
 * struct noinherit_resolve_options - Python's keyword arguments
 * @size: sizeof(struct noinherit_resolve_options), always
 * @flags: 0; another value is -EINVAL
 * @family: AF_INET ...; 0 or -1 for any
 * @type: SOCK_STREAM ...; 0 or -1 for any
 * @proto: protocol; 0 or -1 for any
 * @ai_flags: AI_PASSIVE, AI_CANONNAME ... of <netdb.h>
 * @deadline: for the whole call; NULL: none
 * @canonical_name: receives the name that AI_CANONNAME asks for, truncated to
 *	fit; NULL if not wanted
 * @canonical_name_size: bytes at @canonical_name
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose additional bytes are not zero is rejected (-E2BIG).
 */
struct noinherit_resolve_options {
	size_t size;
	unsigned flags;
	int family, type, proto, ai_flags;
	const struct noinherit_deadline *deadline;
	char *canonical_name;
	size_t canonical_name_size;
};

/**
 * noinherit_resolve - find every address of a host
 * @host: a name or a numeric address; NULL: this host's loopback addresses, or
 *	the wildcards with AI_PASSIVE. A name that is not ASCII is treated as in
 *	noinherit_create_connection()
 * @port: "0" to "65535", or a service name; NULL: 0
 * @options: NULL for the defaults
 * @found: receives the addresses, in the resolver's order; NULL if @found_size is
 *	0
 * @found_size: how many addresses fit at @found
 *
 * Return: how many there are, > 0, which may be more than fitted; or a resolver's
 * error; -ERANGE for a numeric port out of range; -EINVAL or -E2BIG for bad
 * options; -EINTR; -ETIMEDOUT or -ECANCELED because of the deadline.
 *
 * Thread-safe; not signal-safe.
 * Python: socket.getaddrinfo(). Rules S-73..S-75.
 */
int noinherit_resolve(const char *host, const char *port,
		      const struct noinherit_resolve_options *options,
		      struct noinherit_resolved *found, size_t found_size);

/* ---- sending and receiving ----------------------------------------------- */

/*
 * These are the system calls, with the socket's timeout. All return a number of
 * bytes, or a negative errno value: the kernel's own; -ETIMEDOUT if the timeout
 * ran out; -EAGAIN on a non-blocking socket that is not ready; -EBADF on a
 * closed socket, at once. All are thread-safe and signal-safe; one thread may
 * read a socket while another writes to it. Rules S-53..S-62.
 */

/**
 * noinherit_recv - receive data
 * @s: the socket
 * @buf: receives the data
 * @size: bytes at @buf; 0 returns 0 without a system call
 * @flags: MSG_PEEK, MSG_WAITALL ...
 *
 * Return: bytes received; 0 at the end of the stream. See above.
 * Python: socket.recv(), recv_into(). Rule S-61.
 */
ssize_t noinherit_recv(const struct noinherit_socket *s, void *buf,
		       size_t size, int flags);

/**
 * noinherit_recvfrom - receive data and the sender's address
 * @s: the socket
 * @buf: receives the data
 * @size: bytes at @buf
 * @flags: MSG_PEEK ...
 * @addr: receives the sender's address; NULL if not wanted
 * @addrlen: in: bytes at @addr; out: bytes of the address
 *
 * Return: bytes received. See above.
 * Python: socket.recvfrom(), recvfrom_into().
 */
ssize_t noinherit_recvfrom(const struct noinherit_socket *s, void *buf,
			   size_t size, int flags, struct sockaddr *addr,
			   socklen_t *addrlen);

/**
 * noinherit_recvmsg - receive data and control messages
 * @s: the socket
 * @msg: as for recvmsg()
 * @flags: MSG_PEEK ...
 *
 * Descriptors that arrive do not survive exec: MSG_CMSG_CLOEXEC is added, and
 * removed from the resulting msg_flags unless @flags has it. (Python leaves them
 * inheritable: O-5.) The caller closes them.
 *
 * Return: bytes received. See above.
 * Python: socket.recvmsg(), recvmsg_into(). Rules S-103, S-104.
 */
ssize_t noinherit_recvmsg(const struct noinherit_socket *s,
			  struct msghdr *msg, int flags);

/**
 * noinherit_send - send data, as much as fits
 * @s: the socket
 * @buf: the data
 * @size: bytes at @buf
 * @flags: MSG_OOB, MSG_MORE ...; MSG_NOSIGNAL is added
 *
 * Return: bytes sent, which may be fewer than @size. See above.
 * Python: socket.send(). Rule S-67.
 */
ssize_t noinherit_send(const struct noinherit_socket *s, const void *buf,
		       size_t size, int flags);

/**
 * noinherit_sendto - send data to an address
 * @s: the socket
 * @buf: the data
 * @size: bytes at @buf
 * @flags: as noinherit_send()
 * @addr: the receiver's address; NULL on a connected socket
 * @addrlen: bytes at @addr
 *
 * Return: bytes sent. See above.
 * Python: socket.sendto().
 */
ssize_t noinherit_sendto(const struct noinherit_socket *s, const void *buf,
			 size_t size, int flags, const struct sockaddr *addr,
			 socklen_t addrlen);

/**
 * noinherit_sendmsg - send data and control messages
 * @s: the socket
 * @msg: as for sendmsg()
 * @flags: as noinherit_send()
 *
 * Return: bytes sent. See above.
 * Python: socket.sendmsg().
 */
ssize_t noinherit_sendmsg(const struct noinherit_socket *s,
			  const struct msghdr *msg, int flags);

/**
 * noinherit_sendall - send all data
 * @s: the socket
 * @buf: the data
 * @size: bytes at @buf; 0 makes one empty send
 * @flags: as noinherit_send()
 * @sent: receives how many bytes were sent, on failure too; NULL if not wanted
 *
 * The timeout is for the whole call: once it has run out, nothing more is sent,
 * even if the socket is ready. On a non-blocking socket, what fits is sent and
 * then -EAGAIN returned.
 *
 * Return: 0 when all was sent, or a negative errno value. See above.
 * Python: socket.sendall(). Rule S-66.
 */
int noinherit_sendall(const struct noinherit_socket *s, const void *buf,
		      size_t size, int flags, size_t *sent);

/**
 * noinherit_recv_exact - receive an exact number of bytes
 * @s: the socket
 * @buf: receives the data
 * @size: bytes at @buf; 0 returns 0 without a system call
 * @received: receives how many bytes came, on failure too; NULL if not wanted
 *
 * The timeout is for the whole call, as in noinherit_sendall(). Does what
 * recv(MSG_WAITALL) does on a socket without a timeout.
 *
 * Return: 0 when @size bytes came; -ENODATA if the stream ended before; or
 * another negative error. See above.
 * Python: asyncio.StreamReader.readexactly().
 */
int noinherit_recv_exact(const struct noinherit_socket *s, void *buf,
			 size_t size, size_t *received);

/* For noinherit_sendfile(): up to the end of the file. */
#define NOINHERIT_TO_THE_END INT64_C(-1)

/**
 * noinherit_sendfile - send a part of a file
 * @s: a SOCK_STREAM socket whose timeout is not 0
 * @file: a descriptor, open for reading, of a file that can be read at an offset
 * @offset: where in the file to begin, in bytes, >= 0
 * @count: bytes to send, > 0, or NOINHERIT_TO_THE_END
 * @sent: receives how many bytes were sent, on failure too; NULL if not wanted
 *
 * The kernel copies; where it cannot, the data is read and sent. The call ends at
 * the end of the file; it is not an error if that is before @count bytes. The
 * timeout applies to each part that the socket takes, as in Python. The file's
 * position is neither used nor changed (Python moves it past what was sent).
 *
 * Return: 0, or a negative errno value: -EINVAL for a bad @offset or @count, or
 * for a socket of another kind; errors of reading @file. See above.
 * Python: socket.sendfile().
 */
int noinherit_sendfile(const struct noinherit_socket *s, int file,
		       int64_t offset, int64_t count, int64_t *sent);

/* ---- reading lines from a socket ----------------------------------------- */

/*
 * Functions that receive return a number of bytes, or a negative error like
 * noinherit_recv(): the kernel's own; -ETIMEDOUT if the timeout ran out; -EAGAIN
 * on a non-blocking socket that is not ready; -EBADF on a closed socket, at once.
 * All are signal-safe; threads that share a reader must provide the locking.
 */

/**
 * struct noinherit_reader - a socket that is read through a buffer
 * @socket: the socket
 * @buf: the caller's memory
 * @size: bytes at @buf
 * @start: offset in @buf at which unread data begins
 * @end: offset in @buf at which it ends
 * @reserved: zero
 *
 * Python's socket.makefile('rb') without allocation. Do not receive from the
 * socket by other means meanwhile: they would miss the data in the buffer. A
 * reader need not be closed.
 */
struct noinherit_reader {
	const struct noinherit_socket *socket;
	char *buf;
	size_t size, start, end;
	uint64_t reserved[2];
};

/**
 * noinherit_reader_init - start reading a socket through a buffer
 * @reader: receives the state
 * @s: the socket, which must not move in memory while the reader is used
 * @buf: memory for the data, which must not move either
 * @size: bytes at @buf, > 0; a longer line comes in pieces
 *
 * Return: 0, or -EINVAL without a buffer. No system call.
 * Python: socket.makefile('rb').
 */
int noinherit_reader_init(struct noinherit_reader *reader,
			  const struct noinherit_socket *s, void *buf,
			  size_t size);

/**
 * noinherit_reader_line - read the next line
 * @reader: the reader
 * @line: receives a pointer into the reader's buffer, valid until the next call;
 *	the line does not end with NUL
 *
 * A line that is longer than the buffer comes in pieces of the buffer's size,
 * and the last line before the end of the stream may lack its newline: only what
 * ends with '\n' is a whole line. After -ETIMEDOUT, -EAGAIN or -EINTR nothing is
 * lost: call again. The timeout is for the whole call.
 *
 * Return: bytes of the line, its '\n' included; 0 at the end of the stream; or a
 * negative errno value. See above.
 * Python: readline(size) of socket.makefile('rb').
 */
ssize_t noinherit_reader_line(struct noinherit_reader *reader,
			      const char **line);

/**
 * noinherit_reader_read - read what is available
 * @reader: the reader
 * @buf: receives the data
 * @size: bytes at @buf; 0 returns 0
 *
 * Return: bytes read, at least one, from the buffer or by one receive; 0 at the
 * end of the stream; or a negative errno value. See above.
 * Python: read1(size) of socket.makefile('rb').
 */
ssize_t noinherit_reader_read(struct noinherit_reader *reader, void *buf,
			      size_t size);

/**
 * noinherit_reader_exact - read an exact number of bytes
 * @reader: the reader
 * @buf: receives the data
 * @size: bytes at @buf
 * @received: receives how many bytes came, on failure too; NULL if not wanted
 *
 * Return: 0 when @size bytes came; -ENODATA if the stream ended before; or
 * another negative error. See above.
 * Python: read(size) of socket.makefile('rb').
 */
int noinherit_reader_exact(struct noinherit_reader *reader, void *buf,
			   size_t size, size_t *received);

/* ---- socket options ------------------------------------------------------ */

/**
 * noinherit_setsockopt - set an option, given as bytes
 * @s: the socket
 * @level: SOL_SOCKET, IPPROTO_TCP ...
 * @option: SO_KEEPALIVE, TCP_NODELAY ...
 * @value: the option's value; NULL for options that have none
 * @size: bytes at @value; with NULL, the length to pass to the kernel
 *
 * Return: 0, or a negative errno value, the kernel's own: -ENOPROTOOPT, -EINVAL,
 * -EBADF, -EPERM.
 *
 * Thread-safe and signal-safe.
 * Python: socket.setsockopt(level, option, bytes), and with None and a length.
 */
int noinherit_setsockopt(const struct noinherit_socket *s, int level,
			 int option, const void *value, socklen_t size);

/**
 * noinherit_setsockopt_int - set an option that is a number
 * @s: the socket
 * @level: as in noinherit_setsockopt()
 * @option: as in noinherit_setsockopt()
 * @value: the number, which must fit an int except on an AF_VSOCK socket
 *
 * Return: as noinherit_setsockopt(); -ERANGE if a value does not fit an int.
 *
 * Thread-safe and signal-safe.
 * Python: socket.setsockopt(level, option, int).
 */
int noinherit_setsockopt_int(const struct noinherit_socket *s, int level,
			     int option, int64_t value);

/**
 * noinherit_getsockopt - get an option, as bytes
 * @s: the socket
 * @level: as in noinherit_setsockopt()
 * @option: as in noinherit_setsockopt()
 * @value: receives the value
 * @size: in: bytes at @value; out: bytes of the value
 *
 * Return: 0, or a negative errno value, the kernel's own.
 *
 * Thread-safe and signal-safe.
 * Python: socket.getsockopt(level, option, size).
 */
int noinherit_getsockopt(const struct noinherit_socket *s, int level,
			 int option, void *value, socklen_t *size);

/**
 * noinherit_getsockopt_int - get an option that is a number
 * @s: the socket
 * @level: as in noinherit_setsockopt()
 * @option: as in noinherit_setsockopt()
 * @value: receives the number
 *
 * Return: 0, or a negative errno value, the kernel's own.
 *
 * Thread-safe and signal-safe.
 * Python: socket.getsockopt(level, option).
 */
int noinherit_getsockopt_int(const struct noinherit_socket *s, int level,
			     int option, int64_t *value);

/**
 * noinherit_set_nodelay - send small writes without delay
 * @s: a TCP socket
 * @on: non-zero or 0
 *
 * Return: as noinherit_setsockopt(). Thread-safe and signal-safe.
 * Python: socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, on).
 */
int noinherit_set_nodelay(const struct noinherit_socket *s, int on);

/**
 * noinherit_set_keepalive - find out when the peer is gone
 * @s: a TCP socket
 * @on: non-zero, or 0, with which the other arguments are ignored
 * @idle_s: seconds of silence before the first probe, > 0; -1: the system's
 *	default
 * @interval_s: seconds between probes, > 0; -1: the system's default
 * @count: unanswered probes that end the connection, > 0; -1: the system's
 *	default
 *
 * A connection that ends this way reports NOINHERIT_KERNEL_TIMEOUT.
 *
 * Return: as noinherit_setsockopt(); on failure some options may be set.
 * Thread-safe and signal-safe.
 * Python: socket.setsockopt() with SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL and
 * TCP_KEEPCNT.
 */
int noinherit_set_keepalive(const struct noinherit_socket *s, int on,
			    int idle_s, int interval_s, int count);

/* ---- the inheritable flag of a descriptor -------------------------------- */

/**
 * noinherit_get_inheritable - whether a descriptor survives exec
 * @fd: any descriptor
 *
 * Return: 1 or 0, or -EBADF. Thread-safe and signal-safe.
 * Python: os.get_inheritable(). Rule S-87.
 */
int noinherit_get_inheritable(int fd);

/**
 * noinherit_set_inheritable - set whether a descriptor survives exec
 * @fd: any descriptor, O_PATH ones included
 * @inheritable: non-zero or 0
 *
 * Return: 0, or a negative errno value: -EBADF.
 *
 * One ioctl(); if that is not available, two fcntl(). Thread-safe and
 * signal-safe.
 * Python: os.set_inheritable(). Rules S-88..S-90.
 */
int noinherit_set_inheritable(int fd, int inheritable);

/**
 * noinherit_dup2 - duplicate a descriptor onto a given number
 * @fd: the descriptor
 * @fd2: the number; what was open there is closed in the same call
 * @inheritable: non-zero (Python's default): the duplicate survives exec; 0: it
 *	does not
 *
 * If @fd equals @fd2 and @inheritable is not 0, nothing is done and the flag
 * stays as it is (use noinherit_set_inheritable()).
 *
 * Return: @fd2, or a negative errno value: -EBADF, also for negative numbers;
 * -EINVAL for equal numbers with @inheritable 0; -EMFILE, -EBUSY; -EINTR is
 * not retried.
 *
 * One dup2() or dup3(O_CLOEXEC): atomic. Thread-safe and signal-safe.
 * Python: os.dup2(). Rules S-93, S-94.
 */
int noinherit_dup2(int fd, int fd2, int inheritable);

/* ---- passing descriptors ------------------------------------------------- */

/* How many descriptors one message can carry: the kernel's limit. */
#define NOINHERIT_FDS_MAX 253

struct iovec;

/**
 * struct noinherit_send_fds_options - Python's keyword arguments
 * @size: sizeof(struct noinherit_send_fds_options), always
 * @flags: 0; another value is -EINVAL
 * @message_flags: as the flags of noinherit_sendmsg()
 * @address: the receiver's address; NULL on a connected socket
 * @address_size: bytes at @address
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose additional bytes are not zero is rejected (-E2BIG).
 */
struct noinherit_send_fds_options {
	size_t size;
	unsigned flags;
	int message_flags;
	const struct sockaddr *address;
	socklen_t address_size;
};

/**
 * noinherit_send_fds - send descriptors and some data
 * @s: an AF_UNIX socket
 * @buffers: the data; on a stream at least one byte, or nothing is sent
 * @buffers_count: buffers at @buffers
 * @fds: the descriptors; they stay open and remain the caller's
 * @fds_count: 0 to NOINHERIT_FDS_MAX
 * @options: NULL for the defaults
 *
 * Return: bytes of data sent, or a negative errno value: -EBADF if one of @fds
 * is not open, -EINVAL for too many or a bad size in the options, -E2BIG for
 * options of a later version, -ETOOMANYREFS; and those of noinherit_sendmsg().
 * A socket of another family takes the data and drops the descriptors.
 *
 * One sendmsg(): all descriptors or none. Thread-safe and signal-safe.
 * Python: socket.send_fds(), with flags and address honoured (O-13). Rule S-99.
 */
ssize_t noinherit_send_fds(const struct noinherit_socket *s,
			   const struct iovec *buffers, size_t buffers_count,
			   const int *fds, size_t fds_count,
			   const struct noinherit_send_fds_options *options);

/* Let the received descriptors survive exec, as Python does. */
#define NOINHERIT_INHERITABLE 1u

/**
 * struct noinherit_recv_fds_options - Python's keyword arguments and more
 * @size: sizeof(struct noinherit_recv_fds_options), always
 * @flags: NOINHERIT_INHERITABLE; another bit is -EINVAL
 * @message_flags: as the flags of noinherit_recvmsg()
 * @address: receives the sender's address; NULL if not wanted
 * @address_size: in: bytes at @address; out: bytes of the address
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose additional bytes are not zero is rejected (-E2BIG).
 */
struct noinherit_recv_fds_options {
	size_t size;
	unsigned flags;
	int message_flags;
	struct sockaddr *address;
	socklen_t *address_size;
};

/**
 * noinherit_recv_fds - receive descriptors and some data
 * @s: an AF_UNIX socket
 * @buf: receives the data
 * @size: bytes at @buf
 * @fds: receives the descriptors, which do not survive exec unless
 *	NOINHERIT_INHERITABLE is given; the caller closes them
 * @fds_size: how many descriptors fit at @fds; at most NOINHERIT_FDS_MAX arrive
 * @fds_count: receives how many descriptors came; never NULL
 * @msg_flags: receives the flags of the message, MSG_CTRUNC if descriptors were
 *	lost; never NULL
 * @options: NULL for the defaults
 *
 * Descriptors that do not fit, or for which this process has no number left, are
 * lost: @msg_flags has MSG_CTRUNC then, and the call succeeds. Other control
 * messages are ignored.
 *
 * Return: bytes of data, or a negative errno value: those of
 * noinherit_recvmsg(); before anything is received, -EINVAL or -E2BIG for bad
 * options and -EINVAL without @fds_count or @msg_flags.
 *
 * One recvmsg() with MSG_CMSG_CLOEXEC: atomic. Thread-safe and signal-safe.
 * Python: socket.recv_fds(), with flags honoured (O-13) and the descriptors
 * non-inheritable (O-5). Rules S-100..S-105.
 */
ssize_t noinherit_recv_fds(const struct noinherit_socket *s, void *buf,
			   size_t size, int *fds, size_t fds_size,
			   size_t *fds_count, int *msg_flags,
			   const struct noinherit_recv_fds_options *options);

/* ---- sharing sockets between processes ----------------------------------- */

/**
 * struct noinherit_shared - the description of a socket for another process
 * @bytes: opaque, and not text; may be sent through a pipe or a file
 *
 * Valid as long as the sharing process keeps the socket open, on the same
 * machine and in the same pid namespace.
 */
struct noinherit_shared {
	unsigned char bytes[64];
};

/**
 * noinherit_share - describe a socket so that another process can fetch it
 * @s: the socket; keep it open until the other process has it
 * @pid: the process that will call noinherit_fromshare(), > 0
 * @data: receives the description
 *
 * Nothing is handed over yet: the other process fetches the socket, and the
 * kernel allows that to a process that may ptrace this one: it has the same user
 * (or CAP_SYS_PTRACE), this process is not set-id or otherwise undumpable, and,
 * where Yama's ptrace_scope is 1, it is an ancestor or the process named to
 * noinherit_share_permit(). With ptrace_scope 2 it needs CAP_SYS_PTRACE; with 3
 * it is never allowed.
 *
 * Return: 0, or a negative errno value: -EINVAL for a bad pid, -EBADF,
 * -ENOTSOCK, -ENOPROTOOPT on Linux < 4.12.
 *
 * Thread-safe and signal-safe.
 * Python: socket.share(), which exists on Windows only. Rule S-45.
 */
int noinherit_share(const struct noinherit_socket *s, pid_t pid,
		    struct noinherit_shared *data);

/**
 * noinherit_share_permit - allow one process to fetch what this one shares
 * @pid: the process; 0 revokes the permission; -1 allows every process of the
 *	same user
 *
 * Needed where Yama's ptrace_scope is 1. One prctl(PR_SET_PTRACER), which
 * permits @pid to ptrace this process in every way, not only to fetch sockets.
 * Each call replaces the permission of the one before.
 *
 * Return: 0, or a negative errno value: -EINVAL if there is no such process or
 * the kernel has no Yama (the permission is not needed then).
 *
 * Thread-safe and signal-safe.
 */
int noinherit_share_permit(pid_t pid);

/**
 * noinherit_fromshare - fetch a socket that another process shares
 * @s: receives the socket, which does not survive exec; the caller closes it
 * @data: what noinherit_share() wrote in the other process, for this one
 *
 * The socket's cookie is compared, so a process id or a descriptor number that
 * has been reused in the meantime is detected. Family, type and proto are those
 * that the sharing process had recorded; the timeout is the default timeout.
 *
 * Return: 0, or a negative errno value: -ESTALE if the number now belongs to
 * another socket, or to none; -ESRCH if the process has ended; -EPERM without the
 * permission (see noinherit_share()); -EINVAL if @data is not such a description;
 * -EXDEV if it is meant for another process; -ENOSYS on Linux < 5.6.
 *
 * Thread-safe and signal-safe.
 * Python: socket.fromshare(), which exists on Windows only. Rule S-45.
 */
int noinherit_fromshare(struct noinherit_socket *s,
			const struct noinherit_shared *data);

/* ---- errors in words and numbers ----------------------------------------- */

/* The kernel's own ETIMEDOUT: the peer no longer answers. */
#define NOINHERIT_KERNEL_TIMEOUT (-200001)

/**
 * noinherit_errno - the errno value of an error
 * @error: what a function of this header returned
 *
 * Return: the positive value of <errno.h>: ETIMEDOUT for -ETIMEDOUT and for
 * NOINHERIT_KERNEL_TIMEOUT; 0 for a resolver's error or a success. No system
 * call. Signal-safe.
 * Python: the errno of an OSError.
 */
int noinherit_errno(int error);

/**
 * noinherit_eai - the resolver's code of an error
 * @error: what a function of this header returned
 *
 * Return: the EAI_ code of <netdb.h>, which is never 0; 0 for an errno value or
 * a success. No system call. Signal-safe.
 * Python: the errno of a socket.gaierror. Rule S-73.
 */
int noinherit_eai(int error);

/**
 * noinherit_strerror - an error in words
 * @error: what a function of this header returned; 0 gives "Success"
 *
 * Return: a text that is valid until the same thread calls this function again.
 * For a number that is not an error, such as a positive errno value, the text
 * says so.
 *
 * Thread-safe; not signal-safe.
 * Python: the strerror of an OSError.
 */
const char *noinherit_strerror(int error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
