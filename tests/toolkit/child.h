/*
 * child.h - what changes a process for good (latches, limits, filters) is done
 * in a child of the test.
 *
 * In there EXPECT() stands for an assertion of cmocka's, which would go on with
 * the rest of the tests.
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "descriptors.h"

/* A copy of standard error, on a number that no test looks at: a case may close
 * its own. */
enum { COMPLAINTS = 1000 };

/* _exit() would lose the coverage counts of a child. */
void __gcov_dump(void) __attribute__((weak));

_Noreturn static inline void leave_child(int status)
{
	if (__gcov_dump)
		__gcov_dump();
	_exit(status);
}

static inline void expect(bool holds, const char *file, int line,
			  const char *claim)
{
	char text[512];
	int size;

	if (holds)
		return;
	size = snprintf(text, sizeof(text), "%s:%d: not so: %s\n", file, line,
			claim);
	ni_raw3(SYS_write, COMPLAINTS, (long)text,
		size < (int)sizeof(text) ? size : (int)sizeof(text) - 1);
	leave_child(1);
}

#define EXPECT(claim) expect(claim, __FILE__, __LINE__, #claim)

/* Runs @body in a child, which must exit with 0. */
static inline void in_child(void (*body)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		ni_raw3(SYS_dup3, STDERR_FILENO, COMPLAINTS, O_CLOEXEC);
		body();
		leave_child(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		fail_msg("the child ended with status %x", (unsigned)status);
}

#endif
