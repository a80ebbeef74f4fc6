/*
 * cmocka.h - as much of cmocka as our tests use, for the C libraries and
 * machines for which Debian has no libcmocka. Prints TAP, whatever is wanted.
 * A failed case is left by longjmp, as cmocka's are.
 */
#ifndef TESTS_FOREIGN_CMOCKA_H
#define TESTS_FOREIGN_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void CMUnitTestFunction(void **state);
typedef int CMFixtureFunction(void **state);

struct CMUnitTest {
	const char *name;
	CMUnitTestFunction *body;
	CMFixtureFunction *setup, *teardown;
	void *state;
};

#define cmocka_unit_test(body) { #body, body, NULL, NULL, NULL }
#define cmocka_unit_test_setup(body, setup) { #body, body, setup, NULL, NULL }
#define cmocka_unit_test_teardown(body, teardown) \
	{ #body, body, NULL, teardown, NULL }
#define cmocka_unit_test_setup_teardown(body, setup, teardown) \
	{ #body, body, setup, teardown, NULL }

enum { FOREIGN_FAILED = 1, FOREIGN_SKIPPED = 2 };

static jmp_buf foreign_way_out;

static __attribute__((noreturn, unused)) void foreign_leave(int how)
{
	longjmp(foreign_way_out, how);
}

static __attribute__((format(printf, 3, 4), noreturn, unused)) void
foreign_fail(const char *file, int line, const char *format, ...)
{
	va_list list;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	foreign_leave(FOREIGN_FAILED);
}

#define fail_msg(...) foreign_fail(__FILE__, __LINE__, __VA_ARGS__)
#define fail() fail_msg("failed")
#define skip() foreign_leave(FOREIGN_SKIPPED)
#define print_message(...) fprintf(stderr, __VA_ARGS__)
#define print_error(...) fprintf(stderr, __VA_ARGS__)

#define FOREIGN_WANT(holds, ...) \
	do { \
		if (!(holds)) \
			fail_msg(__VA_ARGS__); \
	} while (0)

#define assert_true(c) FOREIGN_WANT(c, "%s does not hold", #c)
#define assert_false(c) FOREIGN_WANT(!(c), "%s holds", #c)
#define assert_null(p) FOREIGN_WANT(!(p), "%s is set", #p)
#define assert_non_null(p) FOREIGN_WANT((p), "%s is NULL", #p)
#define assert_ptr_equal(a, b) \
	FOREIGN_WANT((const void *)(a) == (const void *)(b), "%s != %s", #a, #b)
#define assert_ptr_not_equal(a, b) \
	FOREIGN_WANT((const void *)(a) != (const void *)(b), "%s == %s", #a, #b)
#define assert_return_code(r, error) \
	FOREIGN_WANT((r) >= 0, "%s failed: %s", #r, strerror(error))

/* As cmocka's, these compare 64 bits, each side widened by its own type. */
#define FOREIGN_NUMBER(a) ((unsigned long long)(a))
#define assert_int_equal(a, b) \
	do { \
		unsigned long long a_ = FOREIGN_NUMBER(a); \
		unsigned long long b_ = FOREIGN_NUMBER(b); \
		FOREIGN_WANT(a_ == b_, "%s: %lld != %lld", #a, a_, b_); \
	} while (0)
#define assert_int_not_equal(a, b) \
	FOREIGN_WANT(FOREIGN_NUMBER(a) != FOREIGN_NUMBER(b), "%s == %s", #a, #b)
#define assert_in_range(a, low, high) \
	do { \
		unsigned long long a_ = FOREIGN_NUMBER(a); \
		FOREIGN_WANT(a_ >= FOREIGN_NUMBER(low) && \
			     a_ <= FOREIGN_NUMBER(high), "%s: %llu", #a, a_); \
	} while (0)
#define assert_string_equal(a, b) \
	do { \
		const char *a_ = (a), *b_ = (b); \
		FOREIGN_WANT(!strcmp(a_, b_), "\"%s\" != \"%s\"", a_, b_); \
	} while (0)
#define assert_memory_equal(a, b, size) \
	FOREIGN_WANT(!memcmp(a, b, size), "%s differs from %s", #a, #b)

static inline int foreign_run_body(const struct CMUnitTest *test, void **state)
{
	int how = setjmp(foreign_way_out);

	if (!how)
		test->body(state);
	return how;
}

/* Returns 1 if the case failed, 0 otherwise. */
static inline int foreign_run_case(const struct CMUnitTest *test, size_t number)
{
	void *state = test->state;
	int how = FOREIGN_FAILED;

	if (!test->setup || !test->setup(&state))
		how = foreign_run_body(test, &state);
	if (test->teardown && test->teardown(&state) && !how)
		how = FOREIGN_FAILED;
	printf("%s %zu - %s%s\n", how == FOREIGN_FAILED ? "not ok" : "ok",
	       number, how == FOREIGN_SKIPPED ? "# SKIP " : "", test->name);
	fflush(stdout);
	return how == FOREIGN_FAILED;
}

static inline int foreign_run(const struct CMUnitTest *tests, size_t count,
			      CMFixtureFunction *setup,
			      CMFixtureFunction *teardown)
{
	void *state = NULL;
	int failed = 0;

	printf("1..%zu\n", count);
	fflush(stdout);
	if (setup && setup(&state))
		return 1;
	for (size_t i = 0; i < count; i++)
		failed += foreign_run_case(&tests[i], i + 1);
	if (teardown && teardown(&state))
		return 1;
	return failed;
}

#define cmocka_run_group_tests(tests, setup, teardown) \
	foreign_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)


#endif
