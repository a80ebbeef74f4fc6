/*
 * shim_case.h - what the tests of tests/shim share: a case leaves open exactly
 * what it found open, and what changes the process permanently is done in a
 * child.
 */
#ifndef TESTS_SHIM_CASE_H
#define TESTS_SHIM_CASE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "child.h"
#include "descriptors.h"

/* Names a row of bad arguments for which libc does not ask the kernel; foreign/
 * has headers for other C libraries. */
#ifndef LIBC_ANSWERS_ITSELF
#define LIBC_ANSWERS_ITSELF(row) false
#endif

static int descriptors_before;

static inline int note_descriptors(void **state)
{
	(void)state;
	descriptors_before = count_descriptors();
	return 0;
}

static inline int find_the_same_descriptors(void **state)
{
	(void)state;
	return count_descriptors() == descriptors_before ? 0 : -1;
}

#define SHIM_CASE(name)                                                       \
	cmocka_unit_test_setup_teardown(name, note_descriptors,               \
					find_the_same_descriptors)

/* Closes what the harness left open, for tests count numbers from 3 on. */
static inline void close_what_was_inherited(void)
{
	ni_raw3(SYS_close_range, 3, ~0U, 0);
}

/* Raises the limit to the hard one; the soft limit is 1024 nearly everywhere. */
static inline void allow_many_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		abort();
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_cur < 4096 || setrlimit(RLIMIT_NOFILE, &limit) < 0) {
		fprintf(stderr, "only %lu descriptors are allowed here\n",
			(unsigned long)limit.rlim_max);
		exit(1);
	}
}

/* ---- what most cases begin with ---- */

/* A descriptor whose flag the shim added. */
static inline int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

/* A descriptor that the shim does not touch. */
static inline int new_file(int flags)
{
	return open("/dev/null", O_RDWR | flags);
}

/* Whether it is ours. This takes the flag off if it is (rule 6), so asking
 * changes the answer. */
static inline bool was_ours(int fd)
{
	return is_non_inheritable(fd) && dup2(fd, fd) == fd &&
	       is_inheritable(fd);
}

#endif
