/*
 * next.c - the functions that the shim calls in turn: looked up once, or made of
 * system calls.
 */
#include "preload/next.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>

#include "common/next_symbol.h"
#include "common/raw.h"

/* ---- used until the constructor has run, and by DIRECT calls always ---- */

#define P(pointer) ((long)(pointer))
#define ARGUMENTS(...) __VA_ARGS__
#define SYSTEM(name, result, parameters, registers, way)                      \
	static result raw_##name parameters                                   \
	{                                                                     \
		return (result)ni_libc_result(                                \
			NI_RAW(SYS_##name, ARGUMENTS registers));             \
	}
#define SYSTEM_BY_HAND(...)
#define REQUEST(name, type, way)                                              \
	static int raw_##name(int fd, type request, ...)                      \
	{                                                                     \
		va_list list;                                                 \
		long argument;                                                \
									      \
		va_start(list, request);                                      \
		argument = va_arg(list, long);                                \
		va_end(list);                                                 \
		return (int)ni_libc_result(NI_RAW(SYS_##name, fd,             \
						  (long)request, argument));  \
	}
#define LATER(...)
#include "preload/calls.def"
#undef ARGUMENTS
#undef P

/* musl's struct msghdr has padding where the kernel reads the upper half of a
 * size; only its own functions clear it. */
static ssize_t raw_recvmsg(int fd, struct msghdr *message, int flags)
{
	if (!ni_is_glibc()) {
		ni_next_resolve();
		if (ni_next.recvmsg != raw_recvmsg)
			return ni_next.recvmsg(fd, message, flags);
	}
	return ni_libc_result(NI_RAW(SYS_recvmsg, fd, (long)message, flags));
}

static int raw_recvmmsg(int fd, struct mmsghdr *messages, unsigned count,
			int flags, struct timespec *timeout)
{
	if (!ni_is_glibc()) {
		ni_next_resolve();
		if (ni_next.recvmmsg != raw_recvmmsg)
			return ni_next.recvmmsg(fd, messages, count, flags,
						timeout);
	}
	return (int)ni_libc_result(NI_RAW(SYS_recvmmsg, fd, (long)messages,
					  count, flags, (long)timeout));
}

/* AArch64 has no dup2: dup3 is used, and for equal numbers F_GETFD. */
#ifndef SYS_dup2
static int raw_dup2(int fd, int fd2)
{
	if (fd == fd2)
		return raw_fcntl(fd, F_GETFD, 0L) < 0 ? -1 : fd;
	return raw_dup3(fd, fd2, 0);
}
#endif

static int raw_prctl(int option, ...)
{
	long a, b, c, d;
	va_list list;

	va_start(list, option);
	a = va_arg(list, long);
	b = va_arg(list, long);
	c = va_arg(list, long);
	d = va_arg(list, long);
	va_end(list);
	return (int)ni_libc_result(NI_RAW(SYS_prctl, option, a, b, c, d));
}

static long raw_syscall(long number, ...)
{
	long argument[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		argument[i] = va_arg(list, long);
	va_end(list);
	return ni_libc_result(ni_raw6(number, argument[0], argument[1],
				      argument[2], argument[3], argument[4],
				      argument[5]));
}

/* Never called: the interposed vfork makes the call itself. */
static pid_t raw_vfork(void)
{
	errno = ENOSYS;
	return -1;
}

/* What vfork.S needs, under names that it can reach. */
bool ni_vfork_is_foreign;
pid_t (*ni_vfork_foreign)(void) = raw_vfork;

pid_t ni_vfork_failed(long result)
{
	return (pid_t)ni_libc_result(result);
}

#define raw_fcntl64 raw_fcntl

/* ---- LATER calls, when first made ---- */

enum {
#define CALL(name, ...) ROW_##name,
#include "preload/calls.def"
	ROWS
};

/* From then on, the pointer is in ni_next. */
static bool is_in_libc(unsigned row);

static void raw_closefrom(int first)
{
	if (is_in_libc(ROW_closefrom))
		ni_next.closefrom(first);
	else if (first >= 0)
		raw_close_range((unsigned)first, ~0U, 0);
}

#define SYSTEM(...)
#define REQUEST(...)
#define LATER(name, result, parameters, arguments, failure)                   \
	static result raw_##name parameters                                   \
	{                                                                     \
		if (is_in_libc(ROW_##name))                                   \
			return ni_next.name arguments;                        \
		errno = ENOSYS;                                               \
		return failure;                                               \
	}
#include "preload/calls.def"

static int raw_clone(int (*function)(void *), void *stack, int flags,
		     void *argument, ...)
{
	va_list list;
	void *a, *b, *c;

	if (!is_in_libc(ROW_clone)) {
		errno = ENOSYS;
		return -1;
	}
	va_start(list, argument);
	a = va_arg(list, void *);
	b = va_arg(list, void *);
	c = va_arg(list, void *);
	va_end(list);
	return ni_next.clone(function, stack, flags, argument, a, b, c);
}

struct ni_next ni_next = {
#define CALL(name, ...) .name = raw_##name,
#include "preload/calls.def"
};

struct ni_foreign ni_foreign;
bool ni_is_shadowed;
static bool is_resolved;

long (*const *const ni_syscall_next)(long, ...) = &ni_next.syscall;

/* ---- what comes after us ---- */

enum way { DIRECT, LIBC, LATER };

/* The name is in the row itself: a pointer would cost a relocation in every
 * process that starts. */
struct row {
	uint32_t hash;
	char name[15];
	uint8_t way;
};

static const struct row rows[] = {
#define CALL(name, result, parameters, way) \
	{ NI_SYMBOL_HASH(#name), #name, way },
#include "preload/calls.def"
};

_Static_assert(sizeof(struct ni_foreign) == ROWS, "one flag a row, in order");
_Static_assert(sizeof(struct ni_next) == ROWS * sizeof(void *),
	       "one pointer a row, in order");

void ni_next_resolve(void)
{
	struct ni_symbol symbols[ROWS];
	void **pointers = (void **)&ni_next;
	bool *foreign = (bool *)&ni_foreign;

	for (int i = 0; i < ROWS; i++) {
		symbols[i].name = rows[i].name;
		symbols[i].hash = rows[i].hash;
		symbols[i].skip_libc = rows[i].way != LIBC;
	}
	ni_next_symbols(&rows, symbols, ROWS);
	ni_is_shadowed = ni_is_defined_in_front(&rows, symbols, ROWS);
	for (int i = 0; i < ROWS; i++) {
		if (!symbols[i].address)
			continue;
		foreign[i] = symbols[i].is_foreign;
		pointers[i] = symbols[i].address;
	}
	/* A library may define only one of the two names of fcntl. */
	if (ni_foreign.fcntl64 && !ni_foreign.fcntl) {
		ni_foreign.fcntl = true;
		ni_next.fcntl = ni_next.fcntl64;
	}
	ni_vfork_foreign = ni_next.vfork;
	ni_vfork_is_foreign = ni_foreign.vfork;
	is_resolved = true;
}

/* Two threads may do this at once: they write the same values. */
static bool is_in_libc(unsigned row)
{
	const struct ni_symbol symbol = { .name = rows[row].name,
					  .hash = rows[row].hash };
	void **pointer = (void **)&ni_next + row;
	void *found;

	/* Another constructor makes this call, before ours has run. */
	if (!is_resolved)
		ni_next_resolve();
	if (((bool *)&ni_foreign)[row])
		return true;
	found = ni_libc_symbol(&symbol);
	if (found)
		__atomic_store_n(pointer, found, __ATOMIC_RELAXED);
	return found;
}
