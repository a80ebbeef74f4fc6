/*
 * noinherit.h - sockets with the semantics of Python's socket module.
 *
 * Every descriptor that these calls create is non-inheritable (PEP 446):
 * close-on-exec is set by the kernel in the call that creates it.
 *
 * What holds for every function, unless its own comment says otherwise:
 *
 *   results     >= 0, or a negative error: an errno value (-ECONNREFUSED), a
 *               resolver's code in a range of its own (noinherit_eai()), or
 *               NOINHERIT_KERNEL_TIMEOUT. noinherit_strerror() has words for
 *               all of them.
 *   timeouts    that run out are -ETIMEDOUT. Where the kernel itself says
 *               ETIMEDOUT, because the peer no longer answers, the error is
 *               NOINHERIT_KERNEL_TIMEOUT: the first may be tried again, the
 *               second may not.
 *   default     -1 stands for Python's default of a family, a type, a protocol
 *               or a backlog; in a struct of options what is zero is left out.
 *   outputs     are written only on success. On failure no descriptor that
 *               the call made stays open, and a socket that would have been
 *               made is NOINHERIT_SOCKET_CLOSED: to close it is harmless.
 *   errno       is left as it was.
 *   SIGPIPE     is never raised: -EPIPE is returned.
 *   EINTR       is retried (PEP 475); see noinherit_set_interrupt().
 *   threads     any thread may call anything; two threads that use one struct
 *               noinherit_socket at the same time order themselves, except
 *               that calls which only read it may run together.
 *   signals     "signal-safe" means async-signal-safe.
 *   output      nothing prints, nothing exits, nothing allocates (the resolver
 *               excepted).
 *
 * The rules "S-1" ... "S-112" and the open points "O-1" ... are those of the
 * specification of Python's sockets that this library is tested against.
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

/* The two timeouts that are no span of time; every other one is > 0. */
#define NOINHERIT_BLOCKING INT64_C(-1)
#define NOINHERIT_NONBLOCKING INT64_C(0)

/* Spans of time in nanoseconds: 5 * NOINHERIT_SECOND. */
#define NOINHERIT_SECOND INT64_C(1000000000)
#define NOINHERIT_MILLISECOND INT64_C(1000000)

struct noinherit_deadline;

/* In the flags of a socket: see noinherit_set_try_first(). */
#define NOINHERIT_TRY_FIRST UINT64_C(1)

/**
 * struct noinherit_socket - a socket and what Python's object remembers of it
 * @fd: the descriptor; -1 when closed
 * @family: as asked for or detected (AF_INET ...)
 * @type: bare, without SOCK_NONBLOCK and SOCK_CLOEXEC
 * @proto: as asked for, which the kernel may have refined (0 for TCP)
 * @timeout_ns: nanoseconds; NOINHERIT_BLOCKING or NOINHERIT_NONBLOCKING
 * @deadline: as noinherit_set_deadline() was told, or NULL
 * @flags: NOINHERIT_TRY_FIRST, and bits that are the library's own
 * @reserved: zero
 *
 * A plain value: it owns the descriptor by convention only and may be copied.
 * The members may be read; change @timeout_ns, @deadline and @flags with the
 * functions that do so, for the kernel may have to be told. A struct of zeros
 * is a closed socket, not one with descriptor 0.
 */
struct noinherit_socket {
	int fd, family, type, proto;
	int64_t timeout_ns;
	const struct noinherit_deadline *deadline;
	uint64_t flags;
	uint64_t reserved[3];
};

/* A closed socket: closing it does nothing, using it is -EBADF. */
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
 * noinherit_adopt - make a socket of a descriptor that is open already
 * @s: receives the socket
 * @fd: a socket's descriptor, >= 0; owned by @s from then on
 * @family: address family; -1 detects it
 * @type: socket type, may carry SOCK_NONBLOCK; -1 detects it
 * @proto: protocol; -1 detects it
 *
 * Whether @fd is inheritable is not changed. Given values are recorded without
 * comparing them with the socket. The timeout is the default timeout; if that
 * is set, O_NONBLOCK is switched on for every holder of the same socket. With
 * SOCK_NONBLOCK in @type the timeout is 0 and the descriptor not touched. The
 * mode that the descriptor has is never read: without a default timeout the
 * result counts as blocking.
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
 * -EOPNOTSUPP if its type cannot, -ECONNABORTED, -EMFILE, -ENFILE.
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
 * What an event loop wants, in one system call.
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
 * timeout, deadline and flags are copied. @copy is not @s. Both share O_NONBLOCK (it belongs to the socket, not
 * to the descriptor), which this call neither reads nor changes.
 *
 * Return: 0, or a negative errno value: -EBADF, -EMFILE.
 *
 * One fcntl(F_DUPFD_CLOEXEC): atomic. Thread-safe and signal-safe.
 * Python: socket.dup(). Rules S-34, S-35.
 */
int noinherit_dup(const struct noinherit_socket *s,
		  struct noinherit_socket *copy);

/**
 * noinherit_fromfd - make a socket of a duplicate of a descriptor
 * @s: receives the socket; the caller closes it
 * @fd: a socket's descriptor; stays open and the caller's
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
 * noinherit_detach - take the descriptor out of a socket, without closing it
 * @s: the socket; closed afterwards
 *
 * Return: the descriptor, which is the caller's from then on, unchanged; -1 if
 * @s was closed already (no error).
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
 * is gone in every case: do not close the number again.
 *
 * Signal-safe.
 * Python: socket.close(). Rules S-39..S-41.
 */
int noinherit_close(struct noinherit_socket *s);

/**
 * noinherit_close_fd - close a socket's descriptor
 * @fd: the descriptor
 *
 * Return: as noinherit_close(); -EBADF if @fd is not open or negative.
 *
 * Thread-safe and signal-safe.
 * Python: socket.close(fd), the function of the module. Rule S-42.
 */
int noinherit_close_fd(int fd);

/* ---- timeouts of sockets ------------------------------------------------- */

/**
 * noinherit_settimeout_ns - how long the operations of a socket may take
 * @s: the socket
 * @timeout_ns: nanoseconds, > 0, as 5 * NOINHERIT_SECOND; NOINHERIT_BLOCKING
 *	for no limit; NOINHERIT_NONBLOCKING (0) never to wait
 *
 * The timeout belongs to @s and not to the kernel's socket; it holds for each
 * operation anew, except that noinherit_sendall() counts as one. Waiting is
 * done in milliseconds, rounded up.
 *
 * With a timeout (and with timeout 0) the kernel's socket is non-blocking, for
 * everyone who holds it. Whoever uses @fd without this library sees that:
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
 * nothing changed. On -EBADF (a closed socket) the value is stored all the
 * same, as in Python.
 *
 * Always exactly one ioctl(FIONBIO), which acts on every holder of the same
 * socket. Signal-safe.
 * Python: socket.settimeout(). Rules S-47, S-48, S-52.
 */
int noinherit_settimeout_ns(struct noinherit_socket *s, int64_t timeout_ns);

/**
 * noinherit_gettimeout_ns - the timeout that was set
 * @s: the socket, which may be closed
 *
 * Return: nanoseconds, NOINHERIT_BLOCKING or NOINHERIT_NONBLOCKING; never an
 * error. The kernel is not asked. Signal-safe.
 * Python: socket.gettimeout(). Rule S-50.
 */
int64_t noinherit_gettimeout_ns(const struct noinherit_socket *s);

/**
 * noinherit_setblocking - the two plain modes
 * @s: the socket
 * @blocking: non-zero as NOINHERIT_BLOCKING, 0 as NOINHERIT_NONBLOCKING
 *
 * Return: as noinherit_settimeout_ns(). Signal-safe.
 * Python: socket.setblocking(). Rule S-49.
 */
int noinherit_setblocking(struct noinherit_socket *s, int blocking);

/**
 * noinherit_getblocking - is the socket not in non-blocking mode?
 * @s: the socket, which may be closed
 *
 * Return: 1 without a timeout or with one > 0, 0 with timeout 0; never an
 * error. The kernel is not asked. Signal-safe.
 * Python: socket.getblocking(). Rule S-50.
 */
int noinherit_getblocking(const struct noinherit_socket *s);

/**
 * noinherit_setdefaulttimeout_ns - the timeout of sockets created later
 * @timeout_ns: as in noinherit_settimeout_ns(); NOINHERIT_BLOCKING at start
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

/* The C++ compiler refuses a callback that may throw. */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define NOINHERIT_NOEXCEPT noexcept
#else
#define NOINHERIT_NOEXCEPT
#endif

/* A function that noinherit_set_interrupt() takes. */
typedef int (*noinherit_should_stop)(void *data) NOINHERIT_NOEXCEPT;

/**
 * struct noinherit_interrupt - what noinherit_set_interrupt() was told
 * @should_stop: the function, or NULL
 * @data: what is passed to it
 */
struct noinherit_interrupt {
	noinherit_should_stop should_stop;
	void *data;
};

/**
 * noinherit_set_interrupt - let signals end calls that wait
 * @should_stop: asked in any thread before each wait and each attempt, so also
 *	after each EINTR; non-zero ends the call with -EINTR; NULL (as at
 *	start) goes on always
 * @data: passed to @should_stop
 *
 * The C form of a Python signal handler that raises: a handler sets a flag,
 * @should_stop reads it. A signal that arrives before the call, in the resolver
 * or between two attempts ends the call as one that interrupts it. As long as
 * @should_stop says so every call ends, before it did anything: the program
 * takes its flag back when it goes on.
 *
 * @should_stop runs outside of the signal handler, in the thread that made the
 * call. It must return: it must not throw, longjmp() or end the thread, or
 * descriptors and memory are lost. (A C++17 compiler wants it noexcept.) It may
 * run once more after it was replaced. A connect that is ended goes on in the
 * kernel; the socket is best closed.
 *
 * Return: the pair that was set before, to be put back.
 *
 * One pair for the process, replaced as a whole: thread-safe. Not signal-safe.
 * Python: PEP 475. Rule S-60.
 */
struct noinherit_interrupt
noinherit_set_interrupt(noinherit_should_stop should_stop, void *data);

/**
 * noinherit_set_try_first - wait only for what is not ready
 * @s: the socket
 * @on: non-zero or 0, as at start
 *
 * With a timeout an operation first waits and then acts, two system calls, as
 * in Python. With this it acts first and waits only if that would block: one
 * call where data is there already, three where it is not. What is ready is
 * then taken even when the timeout is all but over.
 *
 * Return: 0, always. No system call. Signal-safe.
 * Python: has nothing like it.
 */
int noinherit_set_try_first(struct noinherit_socket *s, int on);

/**
 * noinherit_wait - until a socket is ready
 * @s: the socket
 * @events: POLLIN, POLLOUT, POLLPRI of <poll.h>; 0 waits for errors alone
 *
 * For libraries that do the reading and writing themselves (TLS), and for event
 * loops. Waits as long as the socket's timeout and deadline let it: without
 * limit for NOINHERIT_BLOCKING, not at all for NOINHERIT_NONBLOCKING.
 *
 * Return: what is ready, > 0, with POLLERR and POLLHUP where they hold; or a
 * negative errno value: -ETIMEDOUT, -EAGAIN with timeout 0, -EINTR (see
 * noinherit_set_interrupt()), -ECANCELED, -EBADF.
 *
 * One poll(). Thread-safe and signal-safe.
 * Python: select.poll() with the socket's timeout.
 */
int noinherit_wait(const struct noinherit_socket *s, int events);

/* ---- deadlines that several calls share ---------------------------------- */

/* For noinherit_deadline_init(): the deadline can be cancelled. */
#define NOINHERIT_CANCELLABLE 1u

/**
 * struct noinherit_deadline - a point in time that several calls share
 * @end_ns: nanoseconds of CLOCK_MONOTONIC; NOINHERIT_BLOCKING: never
 * @cancel_fd: wakes who waits; of interest only with NOINHERIT_CANCELLABLE
 * @flags: NOINHERIT_CANCELLABLE
 * @is_cancelled: non-zero from noinherit_deadline_cancel() on
 * @reserved: zero
 *
 * A timeout holds for each call anew: a peer that sends a byte now and then
 * keeps a series of calls alive for ever. A deadline ends them all. Any number
 * of sockets, and of threads, may share one; it must stay where it is as long
 * as a socket has it. A struct of zeros, and one that was closed, is already
 * over and cannot be cancelled.
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
 * noinherit_deadline_init - begin a span of time
 * @deadline: receives it; with NOINHERIT_CANCELLABLE the caller closes it
 * @timeout_ns: nanoseconds from now, >= 0; NOINHERIT_BLOCKING: never, for what
 *	is to be cancelled only
 * @flags: 0 or NOINHERIT_CANCELLABLE
 *
 * Return: 0, or a negative errno value: -EINVAL for a bad time or flag; with
 * NOINHERIT_CANCELLABLE -EMFILE, -ENFILE, -ENOMEM. On failure @deadline is over
 * and need not be closed.
 *
 * With NOINHERIT_CANCELLABLE one descriptor is held, which does not survive
 * exec. Thread-safe and signal-safe.
 * Python: asyncio.timeout_at(), in spirit.
 */
int noinherit_deadline_init(struct noinherit_deadline *deadline,
			    int64_t timeout_ns, unsigned flags);

/**
 * noinherit_deadline_set_ns - begin anew
 * @deadline: the deadline, which nobody waits for
 * @timeout_ns: as in noinherit_deadline_init()
 *
 * Takes back noinherit_deadline_cancel(), too.
 *
 * Return: 0, or -EINVAL for a bad time, with nothing changed. Signal-safe.
 * Python: asyncio.Timeout.reschedule(), in spirit.
 */
int noinherit_deadline_set_ns(struct noinherit_deadline *deadline,
			      int64_t timeout_ns);

/**
 * noinherit_deadline_left_ns - how long until then
 * @deadline: the deadline
 *
 * Return: nanoseconds, 0 when it is over; NOINHERIT_BLOCKING if it never is; or
 * -ECANCELED. Thread-safe and signal-safe.
 * Python: asyncio.Timeout.when() less the loop's time, in spirit.
 */
int64_t noinherit_deadline_left_ns(const struct noinherit_deadline *deadline);

/**
 * noinherit_deadline_cancel - end what waits for it, now and from now on
 * @deadline: one made with NOINHERIT_CANCELLABLE
 *
 * Every call with this deadline that waits, in whatever thread, ends with
 * -ECANCELED, and so does every later one, before it did anything. To cancel
 * one socket alone, give it a deadline of its own.
 *
 * Return: 0, also when it was cancelled before; -EINVAL if it cannot be.
 *
 * Thread-safe and signal-safe.
 * Python: asyncio.Task.cancel(), in spirit.
 */
int noinherit_deadline_cancel(struct noinherit_deadline *deadline);

/**
 * noinherit_deadline_close - give back the descriptor of a deadline
 * @deadline: the deadline, which no socket has any more; over afterwards
 *
 * Closing it again does nothing, as for one without descriptor.
 *
 * Return: 0, or a negative errno value of close(). Signal-safe.
 * Python: leaving asyncio.timeout(), in spirit.
 */
int noinherit_deadline_close(struct noinherit_deadline *deadline);

/**
 * noinherit_set_deadline - let the operations of a socket end by then
 * @s: the socket
 * @deadline: the deadline; NULL for none
 *
 * The timeout goes on to hold for each operation; what is over first ends it,
 * with -ETIMEDOUT in both cases (noinherit_deadline_left_ns() tells which). On a
 * blocking socket the deadline alone counts. With timeout 0 nothing waits, but
 * -ECANCELED and -ETIMEDOUT are told.
 *
 * Return: 0, or a negative errno value: -EBADF, with the deadline stored all
 * the same.
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
 * the connection that the kernel is making and takes its result. Only for
 * AF_UNIX and AF_VSOCK, whose connections a signal undoes, it is called again
 * after EINTR (Python reports success then, and the socket is not connected).
 *
 * Return: 0, or a negative errno value, the kernel's own: -ECONNREFUSED,
 * -ENETUNREACH ...; -ETIMEDOUT, after which the attempt goes on in the kernel
 * and @s stays open (a further call says -EALREADY); -EINPROGRESS on a
 * non-blocking socket; -EINTR on a non-blocking socket. An AF_UNIX listener
 * with a full queue is -EAGAIN at once, unless @s is blocking.
 *
 * Thread-safe and signal-safe.
 * Python: socket.connect(). Rules S-63..S-65a.
 */
int noinherit_connect(const struct noinherit_socket *s,
		      const struct sockaddr *addr, socklen_t addrlen);

/**
 * noinherit_connect_ex - connect, with Python's number for what happened
 * @s: the socket
 * @addr: as in noinherit_connect()
 * @addrlen: as in noinherit_connect()
 *
 * Return: 0, or an errno value without a sign: those of noinherit_connect(),
 * but EAGAIN for a timeout, and ETIMEDOUT for the kernel's own.
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

/* Python's backlog where none is given, which -1 stands for. */
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
 * struct noinherit_connect_options - what Python passes by keyword
 * @size: sizeof(struct noinherit_connect_options), always
 * @timeout_ns: of each attempt, as in noinherit_settimeout_ns(), and of the
 *	socket that results; NULL: the default timeout. The resolver is not
 *	covered by it
 * @deadline: for all of it, the resolver included, and of the socket that
 *	results, as noinherit_set_deadline() sets it; NULL: none
 * @source_host: own address to bind before connecting, as the host of
 *	noinherit_address(); NULL: any
 * @source_port: own port, "0" to "65535"; NULL: any. With both NULL nothing is
 *	bound
 * @errors: receives the error of each failed attempt, in order (all_errors);
 *	NULL if not wanted
 * @errors_size: numbers that fit at @errors; further ones are counted only
 * @errors_count: receives how many attempts failed, 0 if none was made; NULL if
 *	not wanted
 * @flags: 0; another value is -EINVAL
 *
 * Set @size and leave the rest zero: every default is Python's. @errors and
 * @errors_count are written on failure, too, and on success hold the attempts
 * that failed before. A later version may add members at the end; the library
 * reads only what @size covers, and refuses (-E2BIG) a longer struct whose
 * further bytes are not zero.
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
 * @host: a name, a numeric address; NULL: this host's loopback addresses
 * @port: "0" to "65535", or a service name; NULL: 0
 * @options: NULL for the defaults
 *
 * Each address that the resolver finds is tried in its order with a new
 * socket, until one connects. A @host that is not ASCII is UTF-8, whatever the
 * locale, and encoded (IDNA): by glibc, or elsewhere by libidn2 if the program
 * is linked with it (with its archive: by -u idn2_lookup_u8); else it is not
 * found.
 *
 * Return: 0, or the error of the last attempt: a negative errno value,
 * -ETIMEDOUT, -EINPROGRESS with timeout 0. Before any attempt: a resolver's
 * error (noinherit_eai()), also for an empty answer (EAI_NODATA); -ERANGE for a
 * numeric port out of range; -EINVAL for a bad timeout, source port or size;
 * -E2BIG for options of a later version. -EINTR when noinherit_set_interrupt()
 * said so, and -ECANCELED or -ETIMEDOUT by the deadline: no further address is
 * tried.
 *
 * With a deadline a @host that is not numeric is resolved in a thread of its
 * own. When the deadline comes first that thread is left behind, to end by
 * itself when the resolver does, and holds memory until then, but no
 * descriptor of this library's.
 *
 * Thread-safe; not signal-safe (resolver). A thread that is cancelled
 * (pthread_cancel()) in it leaves no descriptor open.
 * Python: socket.create_connection(). Rules S-68..S-76.
 */
int noinherit_create_connection(struct noinherit_socket *s, const char *host,
				const char *port,
				const struct noinherit_connect_options *options);

/* ---- listening sockets --------------------------------------------------- */

/* Set SO_REUSEPORT (AF_INET and AF_INET6; elsewhere ignored). */
#define NOINHERIT_REUSE_PORT 1u
/* Accept IPv4, too; needs AF_INET6. */
#define NOINHERIT_DUALSTACK_IPV6 2u

/**
 * struct noinherit_server_options - what Python passes by keyword
 * @size: sizeof(struct noinherit_server_options), always
 * @family: address family; 0 or -1: AF_INET
 * @flags: NOINHERIT_REUSE_PORT, NOINHERIT_DUALSTACK_IPV6; another bit is -EINVAL
 * @backlog: as in noinherit_listen(); NULL: Python's default
 * @address: what to bind instead of host and port; NULL: host and port
 * @address_size: bytes at @address
 * @message: receives, on failure, a line of text that names the address, and
 *	on success an empty one; NULL if not wanted
 * @message_size: bytes at @message; a longer text is cut, and always ended
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose further bytes are not zero is refused (-E2BIG).
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
 * noinherit_create_server - a listening socket
 * @s: receives the socket; the caller closes it
 * @host: a name or numeric address of this host; "" or NULL: every address.
 *	AF_UNIX: the path
 * @port: "0" to "65535"; "0": the kernel chooses. AF_UNIX: NULL
 * @options: NULL for the defaults: IPv4, backlog 128
 *
 * SO_REUSEADDR is set. An AF_INET6 server accepts IPv6 alone unless
 * NOINHERIT_DUALSTACK_IPV6 is set, whatever the system's default.
 *
 * Return: 0, or a negative errno value: -EADDRINUSE, -EADDRNOTAVAIL, -EACCES,
 * ...; -EOPNOTSUPP when a dual stack is not to be had here; -EINVAL for
 * a dual stack with another family, a port that is not a number, bad options;
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
 * noinherit_has_dualstack_ipv6 - can one socket serve IPv4 and IPv6?
 *
 * A real probe each time: a socket is created, set up and closed.
 *
 * Return: 1 or 0, never an error. Thread-safe and signal-safe.
 * Python: socket.has_dualstack_ipv6(). Rule S-83.
 */
int noinherit_has_dualstack_ipv6(void);

/* ---- addresses in Python's form ------------------------------------------ */

/* The length of a text that ends with NUL. */
#define NOINHERIT_STRING ((size_t)-1)

/**
 * noinherit_address - the kernel's form of an address in Python's form
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
 * Without @port, for every family but AF_UNIX, @host is Python's tuple as Python
 * writes it, and as noinherit_format_address() does. What stands in brackets
 * may be left out:
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
 * that is not a number, a NUL inside of a host or a tuple that is none of these,
 * -ERANGE for a number out of range, -ENAMETOOLONG, -ENODEV for an interface
 * that is not there; or a resolver's error.
 *
 * Thread-safe; signal-safe unless @host is a name, has a scope or names an
 * interface.
 * Python: the address tuples and paths of socket methods. Rules S-110..S-112.
 */
int noinherit_address(struct sockaddr_storage *address, int family,
		      const char *host, size_t host_size, const char *port);

/**
 * noinherit_format_address - an address in Python's form
 * @s: a socket of the address's kind, which tells the kinds of AF_CAN apart; NULL
 *	if there is none
 * @addr: the address
 * @addrlen: bytes at @addr; 0 stands for no address
 * @buf: receives the text; may be NULL if @size is 0
 * @size: bytes at @buf; a longer text is cut, and always ended
 *
 * What str() of Python's address says: a tuple, or the path of an AF_UNIX
 * socket, bare; its abstract name as bytes, b'\x00name'; nothing without a name.
 * Names of hosts are not looked up. A family without a form of its own is
 * (family, b'its bytes').
 *
 * Return: bytes of the whole text, without the NUL, as snprintf(); -EINVAL for
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
 * Return: the number of an AF_INET or AF_INET6 port, 0 to 65535; -EAFNOSUPPORT
 * for an address without; -EINVAL for one that is too short.
 *
 * Thread-safe and signal-safe.
 * Python: socket.getsockname()[1].
 */
int noinherit_port(const struct sockaddr *addr, socklen_t addrlen);

/**
 * noinherit_repr - a socket in Python's words
 * @s: the socket, which may be closed
 * @buf: receives the text; may be NULL if @size is 0
 * @size: bytes at @buf; a longer text is cut, and always ended
 *
 * <socket.socket fd=3, family=2, type=1, proto=0, laddr=('127.0.0.1', 80)>
 * The kernel is asked for both addresses each time; what it does not tell is
 * left out.
 *
 * Return: bytes of the whole text, without the NUL, as snprintf().
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
 * struct noinherit_resolve_options - what Python passes or returns besides
 * @size: sizeof(struct noinherit_resolve_options), always
 * @flags: 0; another value is -EINVAL
 * @family: AF_INET ... or 0 or -1 for any
 * @type: SOCK_STREAM ... or 0 or -1 for any
 * @proto: protocol; 0 or -1 for any
 * @ai_flags: AI_PASSIVE, AI_CANONNAME ... of <netdb.h>
 * @deadline: for the whole call; NULL: none
 * @canonical_name: receives the name that AI_CANONNAME asks for, cut to fit; NULL
 *	if not wanted
 * @canonical_name_size: bytes at @canonical_name
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose further bytes are not zero is refused (-E2BIG).
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
 * noinherit_resolve - every address of a host
 * @host: a name, a numeric address; NULL: this host's loopback addresses, or the
 *	wildcards with AI_PASSIVE. What is not ASCII is UTF-8, as in
 *	noinherit_create_connection()
 * @port: "0" to "65535", or a service name; NULL: 0
 * @options: NULL for the defaults
 * @found: receives the addresses, in the resolver's order; NULL if @found_size is
 *	0
 * @found_size: addresses that fit at @found
 *
 * Return: how many there are, > 0, which may be more than fitted; or a resolver's
 * error; -ERANGE for a numeric port out of range; -EINVAL or -E2BIG for bad
 * options; -EINTR, and -ETIMEDOUT or -ECANCELED by the deadline.
 *
 * Thread-safe; not signal-safe.
 * Python: socket.getaddrinfo(). Rules S-73..S-75.
 */
int noinherit_resolve(const char *host, const char *port,
		      const struct noinherit_resolve_options *options,
		      struct noinherit_resolved *found, size_t found_size);

/* ---- sending and receiving ----------------------------------------------- */

/*
 * These are the system calls, with the socket's timeout. All return bytes, or
 * a negative errno value: the kernel's own; -ETIMEDOUT when the timeout ran
 * out; -EAGAIN on a non-blocking socket that is not ready; -EBADF at once on a
 * closed socket. All are thread-safe and signal-safe, and one socket may be
 * read and written by two threads at once. Rules S-53..S-62.
 */

/**
 * noinherit_recv - receive
 * @s: the socket
 * @buf: receives the data
 * @size: bytes at @buf; 0 returns 0 without a system call
 * @flags: MSG_PEEK, MSG_WAITALL ...
 *
 * Return: bytes received; 0 when the peer has ended. See above.
 * Python: socket.recv(), recv_into(). Rule S-61.
 */
ssize_t noinherit_recv(const struct noinherit_socket *s, void *buf,
		       size_t size, int flags);

/**
 * noinherit_recvfrom - receive, with the sender's address
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
 * noinherit_recvmsg - receive, with control messages
 * @s: the socket
 * @msg: as recvmsg()
 * @flags: MSG_PEEK ...
 *
 * Descriptors that arrive do not survive exec: MSG_CMSG_CLOEXEC is added, and
 * its echo taken out of msg_flags unless @flags has it. (Python leaves them
 * inheritable: O-5.) They are the caller's.
 *
 * Return: bytes received. See above.
 * Python: socket.recvmsg(), recvmsg_into(). Rules S-103, S-104.
 */
ssize_t noinherit_recvmsg(const struct noinherit_socket *s,
			  struct msghdr *msg, int flags);

/**
 * noinherit_send - send what fits
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
 * noinherit_sendto - send to an address
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
 * noinherit_sendmsg - send, with control messages
 * @s: the socket
 * @msg: as sendmsg()
 * @flags: as noinherit_send()
 *
 * Return: bytes sent. See above.
 * Python: socket.sendmsg().
 */
ssize_t noinherit_sendmsg(const struct noinherit_socket *s,
			  const struct msghdr *msg, int flags);

/**
 * noinherit_sendall - send everything
 * @s: the socket
 * @buf: the data
 * @size: bytes at @buf; 0 makes one empty send
 * @flags: as noinherit_send()
 * @sent: receives how many bytes were sent, on failure too; NULL if not wanted
 *
 * The timeout is the total for the call: when it has run out, no further part
 * is sent, even if the socket is ready. A non-blocking socket takes what fits
 * and then says -EAGAIN.
 *
 * Return: 0 when all was sent, or a negative errno value. See above.
 * Python: socket.sendall(). Rule S-66.
 */
int noinherit_sendall(const struct noinherit_socket *s, const void *buf,
		      size_t size, int flags, size_t *sent);

/**
 * noinherit_recv_exact - receive so much and no less
 * @s: the socket
 * @buf: receives the data
 * @size: bytes at @buf; 0 returns 0 without a system call
 * @received: receives how many bytes came, on failure too; NULL if not wanted
 *
 * The timeout is the total for the call, as in noinherit_sendall(). What
 * recv(MSG_WAITALL) is for a socket without timeout.
 *
 * Return: 0 when @size bytes came; -ENODATA when the peer ended before; or
 * another negative error. See above.
 * Python: asyncio.StreamReader.readexactly().
 */
int noinherit_recv_exact(const struct noinherit_socket *s, void *buf,
			 size_t size, size_t *received);

/* For noinherit_sendfile(): all there is. */
#define NOINHERIT_TO_THE_END INT64_C(-1)

/**
 * noinherit_sendfile - send a part of a file
 * @s: a SOCK_STREAM socket that is not non-blocking
 * @file: a descriptor, open for reading, of a file that can be read at an offset
 * @offset: bytes to leave out at its begin, >= 0
 * @count: bytes to send, > 0, or NOINHERIT_TO_THE_END
 * @sent: receives how many bytes were sent, on failure too; NULL if not wanted
 *
 * The kernel copies; where it cannot, the data is read and sent. The end of the
 * file ends the call, and fewer than @count is not an error. The timeout holds for
 * each part that the socket takes, as in Python. Python moves the position of
 * the file to behind what was sent; here it is not used and not changed.
 *
 * Return: 0, or a negative errno value: -EINVAL for a bad @offset or @count, or
 * for a socket of another kind; those of reading @file. See above.
 * Python: socket.sendfile().
 */
int noinherit_sendfile(const struct noinherit_socket *s, int file,
		       int64_t offset, int64_t count, int64_t *sent);

/* ---- reading lines from a socket ----------------------------------------- */

/*
 * What receives returns bytes, or a negative error as noinherit_recv() does:
 * the kernel's own; -ETIMEDOUT when the timeout ran out; -EAGAIN on a
 * non-blocking socket that is not ready; -EBADF at once on a closed socket. All
 * are signal-safe; two threads that use one reader order themselves.
 */

/**
 * struct noinherit_reader - reads lines, and what is between them
 * @socket: what is read
 * @buf: the caller's memory
 * @size: bytes at @buf
 * @start: where in @buf unread data begins
 * @end: and ends
 * @reserved: zero
 *
 * What socket.makefile('rb') is in Python, without allocating. Nobody else may
 * receive from the socket meanwhile: what is buffered here is not there. Nothing
 * has to be closed.
 */
struct noinherit_reader {
	const struct noinherit_socket *socket;
	char *buf;
	size_t size, start, end;
	uint64_t reserved[2];
};

/**
 * noinherit_reader_init - begin to read a socket through a buffer
 * @reader: receives the state
 * @s: the socket, which must stay where it is
 * @buf: memory for the data, which must stay where it is
 * @size: bytes at @buf, > 0; the longest line that comes in one piece
 *
 * Return: 0, or -EINVAL without a buffer. No system call.
 * Python: socket.makefile('rb').
 */
int noinherit_reader_init(struct noinherit_reader *reader,
			  const struct noinherit_socket *s, void *buf,
			  size_t size);

/**
 * noinherit_reader_line - the next line
 * @reader: the reader
 * @line: receives where it is, in the reader's buffer: valid until the next call,
 *	not ended with NUL
 *
 * A line that is longer than the buffer comes in pieces of the buffer's size,
 * and what the peer sent last may lack the newline: only what ends with '\n' is
 * a whole line. After -ETIMEDOUT, -EAGAIN or -EINTR nothing is lost: call again.
 * The timeout is the total for the call.
 *
 * Return: bytes of the line, its '\n' included; 0 when the peer has ended; or a
 * negative errno value. See above.
 * Python: readline(size) of socket.makefile('rb').
 */
ssize_t noinherit_reader_line(struct noinherit_reader *reader,
			      const char **line);

/**
 * noinherit_reader_read - what is there
 * @reader: the reader
 * @buf: receives the data
 * @size: bytes at @buf; 0 returns 0
 *
 * Return: bytes, at least one, from the buffer or by one receive; 0 when the
 * peer has ended; or a negative errno value. See above.
 * Python: read1(size) of socket.makefile('rb').
 */
ssize_t noinherit_reader_read(struct noinherit_reader *reader, void *buf,
			      size_t size);

/**
 * noinherit_reader_exact - so much and no less
 * @reader: the reader
 * @buf: receives the data
 * @size: bytes at @buf
 * @received: receives how many bytes came, on failure too; NULL if not wanted
 *
 * Return: 0 when @size bytes came; -ENODATA when the peer ended before; or
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
 * @value: the option's value; NULL for options that want none
 * @size: bytes of it; with NULL, the length that is passed all the same
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
 * @value: the number; an int, but on an AF_VSOCK socket 64 bits
 *
 * Return: as noinherit_setsockopt(); -ERANGE if a value does not fit an int.
 *
 * Thread-safe and signal-safe.
 * Python: socket.setsockopt(level, option, int).
 */
int noinherit_setsockopt_int(const struct noinherit_socket *s, int level,
			     int option, int64_t value);

/**
 * noinherit_getsockopt - ask for an option, as bytes
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
 * noinherit_getsockopt_int - ask for an option that is a number
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
 * noinherit_set_nodelay - send small parts at once
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
 * @on: non-zero or 0, with which the rest has no meaning
 * @idle_s: seconds of silence before the first question, > 0; -1: the system's
 * @interval_s: seconds between questions, > 0; -1: the system's
 * @count: questions without answer that end the connection, > 0; -1: the
 *	system's
 *
 * A connection that ends so reports NOINHERIT_KERNEL_TIMEOUT.
 *
 * Return: as noinherit_setsockopt(); on failure some of it may be set.
 * Thread-safe and signal-safe.
 * Python: socket.setsockopt() with SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL and
 * TCP_KEEPCNT.
 */
int noinherit_set_keepalive(const struct noinherit_socket *s, int on,
			    int idle_s, int interval_s, int count);

/* ---- the inheritable flag of a descriptor -------------------------------- */

/**
 * noinherit_get_inheritable - would the descriptor survive exec?
 * @fd: any descriptor
 *
 * Return: 1 or 0, or -EBADF. Thread-safe and signal-safe.
 * Python: os.get_inheritable(). Rule S-87.
 */
int noinherit_get_inheritable(int fd);

/**
 * noinherit_set_inheritable - let a descriptor survive exec, or not
 * @fd: any descriptor, O_PATH ones included
 * @inheritable: non-zero or 0
 *
 * Return: 0, or a negative errno value: -EBADF.
 *
 * One ioctl; where that is not to be had, two fcntl. Thread-safe and
 * signal-safe.
 * Python: os.set_inheritable(). Rules S-88..S-90.
 */
int noinherit_set_inheritable(int fd, int inheritable);

/**
 * noinherit_dup2 - duplicate a descriptor onto a given number
 * @fd: the descriptor
 * @fd2: the number; what was open there is closed in the same call
 * @inheritable: non-zero, Python's default: the duplicate survives exec; 0: it
 *	does not
 *
 * With @fd equal to @fd2 nothing is done if @inheritable is set: the flag stays
 * as it is (call noinherit_set_inheritable()).
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

/* What one message can carry; the kernel's limit. */
#define NOINHERIT_FDS_MAX 253

struct iovec;

/**
 * struct noinherit_send_fds_options - what Python passes by keyword
 * @size: sizeof(struct noinherit_send_fds_options), always
 * @flags: 0; another value is -EINVAL
 * @message_flags: as the flags of noinherit_sendmsg()
 * @address: the receiver's; NULL on a connected socket
 * @address_size: bytes at @address
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose further bytes are not zero is refused (-E2BIG).
 */
struct noinherit_send_fds_options {
	size_t size;
	unsigned flags;
	int message_flags;
	const struct sockaddr *address;
	socklen_t address_size;
};

/**
 * noinherit_send_fds - send descriptors, with some data
 * @s: an AF_UNIX socket
 * @buffers: the data; on a stream at least one byte, or nothing is sent
 * @buffers_count: buffers at @buffers
 * @fds: the descriptors; they stay open and the caller's
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
 * struct noinherit_recv_fds_options - what Python passes or returns besides
 * @size: sizeof(struct noinherit_recv_fds_options), always
 * @flags: NOINHERIT_INHERITABLE; another bit is -EINVAL
 * @message_flags: as the flags of noinherit_recvmsg()
 * @address: receives the sender's address; NULL if not wanted
 * @address_size: in: bytes at @address; out: bytes of the address
 *
 * Set @size and leave the rest zero. A later version may add members at the end;
 * a longer struct whose further bytes are not zero is refused (-E2BIG).
 */
struct noinherit_recv_fds_options {
	size_t size;
	unsigned flags;
	int message_flags;
	struct sockaddr *address;
	socklen_t *address_size;
};

/**
 * noinherit_recv_fds - receive descriptors, with some data
 * @s: an AF_UNIX socket
 * @buf: receives the data
 * @size: bytes at @buf
 * @fds: receives the descriptors, which do not survive exec unless asked; the
 *	caller closes them
 * @fds_size: numbers that fit at @fds; more than NOINHERIT_FDS_MAX never come
 * @fds_count: receives how many descriptors came; never NULL
 * @msg_flags: receives the flags of the message, MSG_CTRUNC if descriptors were
 *	lost; never NULL
 * @options: NULL for the defaults
 *
 * Descriptors that do not fit, or that this process has no number left for, are
 * not installed in it: MSG_CTRUNC tells, and it is not an error. Other control
 * messages are ignored.
 *
 * Return: bytes of data, or a negative errno value: those of
 * noinherit_recvmsg(), -EINVAL or -E2BIG for bad options, -EINVAL without
 * @fds_count or @msg_flags, before anything is received.
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
 * struct noinherit_shared - a socket on its way to another process
 * @bytes: opaque; may be written to a pipe, a file, an argument
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
 * Nothing is given away yet: the other process fetches the socket, and the
 * kernel allows that to a process that may ptrace this one: same user (or
 * CAP_SYS_PTRACE), this process not set-id nor otherwise undumpable, and, where
 * Yama's ptrace_scope is 1, an ancestor or the one named to
 * noinherit_share_permit(). ptrace_scope 2 wants CAP_SYS_PTRACE; with 3 it
 * never works.
 *
 * Return: 0, or a negative errno value: -EINVAL for a bad pid, -EBADF,
 * -ENOTSOCK, -ENOPROTOOPT on Linux < 4.12.
 *
 * Thread-safe and signal-safe.
 * Python: socket.share(), there on Windows only. Rule S-45.
 */
int noinherit_share(const struct noinherit_socket *s, pid_t pid,
		    struct noinherit_shared *data);

/**
 * noinherit_share_permit - allow one process to fetch what this one shares
 * @pid: the process; 0 takes the permission back; -1 allows every process of
 *	the same user
 *
 * prctl(PR_SET_PTRACER), which lets @pid ptrace this process altogether, and
 * is needed where Yama's ptrace_scope is 1. One process at a time.
 *
 * Return: 0, or a negative errno value: -EINVAL if there is no such process or
 * the kernel has no Yama (then it is not needed).
 *
 * Thread-safe and signal-safe.
 */
int noinherit_share_permit(pid_t pid);

/**
 * noinherit_fromshare - fetch a socket that another process shares
 * @s: receives the socket, which does not survive exec; the caller closes it
 * @data: what noinherit_share() wrote in the other process, for this one
 *
 * The socket's cookie is compared: a process id or a descriptor number that was
 * used anew in the meantime is refused. Family, type and proto are those that
 * the sharer had recorded; the timeout is the default timeout.
 *
 * Return: 0, or a negative errno value: -ESTALE if the number names another
 * socket, or none, by now; -ESRCH if the process has ended; -EPERM without the
 * permission (see noinherit_share()); -EINVAL if @data is not such a description,
 * -EXDEV if it is meant for another process; -ENOSYS on Linux < 5.6.
 *
 * Thread-safe and signal-safe.
 * Python: socket.fromshare(), there on Windows only. Rule S-45.
 */
int noinherit_fromshare(struct noinherit_socket *s,
			const struct noinherit_shared *data);

/* ---- errors in words and numbers ----------------------------------------- */

/* The kernel's own ETIMEDOUT: the peer does not answer any more. */
#define NOINHERIT_KERNEL_TIMEOUT (-200001)

/**
 * noinherit_errno - the errno value in an error
 * @error: what a function here returned
 *
 * Return: the value as <errno.h> has it, above 0: ETIMEDOUT for -ETIMEDOUT and
 * for NOINHERIT_KERNEL_TIMEOUT; 0 for a resolver's error or a success. No
 * system call. Signal-safe.
 * Python: the errno of an OSError.
 */
int noinherit_errno(int error);

/**
 * noinherit_eai - the resolver's code in an error
 * @error: what a function here returned
 *
 * Return: the EAI_ code as <netdb.h> has it, which is never 0; 0 for an errno
 * value or a success. No system call. Signal-safe.
 * Python: the errno of a socket.gaierror. Rule S-73.
 */
int noinherit_eai(int error);

/**
 * noinherit_strerror - an error in words
 * @error: what a function here returned; 0 gives "Success"
 *
 * Return: a text that is valid until the same thread calls this again. For a
 * number that is not an error, such as one above 0 (an errno value without its
 * sign), the text says so.
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
