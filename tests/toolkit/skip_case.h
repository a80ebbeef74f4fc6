/*
 * skip_case.h - skips a case of cmocka's with its reason in the form that
 * tests/run shows. cmocka's skip() alone says nothing.
 */
#ifndef TESTS_SKIP_CASE_H
#define TESTS_SKIP_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Not in a setup: what is skipped there counts as failed. */
#define skip_case(why) \
	do { \
		fprintf(stderr, "skipped case: %s: %s\n", __func__, why); \
		skip(); \
	} while (0)

#endif
