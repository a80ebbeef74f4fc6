/*
 * die.h - how a program that tests run ends where it cannot go on: with status
 * 125, which is no answer to any test.
 */
#ifndef TESTS_DIE_H
#define TESTS_DIE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		strerror(errno));
	exit(125);
}

static inline int checked(int result, const char *what)
{
	if (result < 0)
		die(what);
	return result;
}

#endif
