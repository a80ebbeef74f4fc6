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

/* The exit status of a child that cannot try here what it should. */
enum { CHILD_SKIPPED = 77 };

__attribute__((format(printf, 2, 3))) _Noreturn static inline void
say_and_leave(int status, const char *format, ...)
{
	char text[512];
	va_list list;
	int size;

	va_start(list, format);
	size = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	ni_raw3(SYS_write, COMPLAINTS, (long)text,
		size < (int)sizeof(text) ? size : (int)sizeof(text) - 1);
	leave_child(status);
}

#define EXPECT(claim) \
	((claim) ? (void)0 : say_and_leave(1, "%s:%d: not so: %s\n", \
					   __FILE__, __LINE__, #claim))

/* Skips the case whose child calls this. */
#define SKIP_CHILD(why) \
	say_and_leave(CHILD_SKIPPED, "skipped case: %s: %s\n", __func__, why)

/* Runs @body in a child, which must exit with 0, or with CHILD_SKIPPED. */
static inline void in_child(void (*body)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		ni_raw3(SYS_dup3, STDERR_FILENO, COMPLAINTS, O_CLOEXEC);
		body();
		leave_child(0);
	}
	if (child > 0 && waitpid(child, &status, 0) == child &&
	    WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPPED)
		skip();
	if (status)
		fail_msg("the child ended with status %x", (unsigned)status);
}

#endif
