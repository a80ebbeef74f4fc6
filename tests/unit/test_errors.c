/*
 * Errors as numbers and words.
 */
#include "api.h"

#include <netdb.h>

#include "lib/errors.h"

static const int codes[] = {
	EAI_NONAME, EAI_AGAIN, EAI_FAIL, EAI_FAMILY, EAI_SERVICE, EAI_MEMORY,
	EAI_ADDRFAMILY, EAI_NODATA, EAI_IDN_ENCODE,
};

static void a_resolver_s_error_is_told_from_an_errno(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		int error = ni_error_of_eai(codes[i]);

		assert_in_range(-error, 4096, INT32_MAX);
		assert_int_equal(noinherit_eai(error), codes[i]);
		assert_string_equal(noinherit_strerror(error),
				    gai_strerror(codes[i]));
	}
	for (int number = -4096; number < 4096; number++)
		assert_int_equal(noinherit_eai(number), 0);
	assert_int_equal(noinherit_eai(INT32_MIN), 0);
}

static void an_errno_has_libc_s_words(void **state)
{
	(void)state;
	assert_string_equal(noinherit_strerror(-ECONNREFUSED),
			    "Connection refused");
	assert_string_equal(noinherit_strerror(-ETIMEDOUT), "timed out");
	assert_string_equal(noinherit_strerror(0), "Success");
	assert_string_equal(noinherit_strerror(-4711), "Unknown error 4711");
}

static void the_kernel_s_timeout_is_another_than_the_library_s(void **state)
{
	(void)state;
	assert_int_equal(ni_error_of_errno(ETIMEDOUT),
			 NOINHERIT_KERNEL_TIMEOUT);
	assert_int_equal(ni_error_of_errno(EPIPE), -EPIPE);
	assert_int_not_equal(NOINHERIT_KERNEL_TIMEOUT, -ETIMEDOUT);
	assert_string_equal(noinherit_strerror(NOINHERIT_KERNEL_TIMEOUT),
			    "Connection timed out");
	assert_int_equal(noinherit_eai(NOINHERIT_KERNEL_TIMEOUT), 0);
	assert_int_equal(noinherit_errno(NOINHERIT_KERNEL_TIMEOUT), ETIMEDOUT);
	assert_int_equal(noinherit_errno(-ETIMEDOUT), ETIMEDOUT);
	assert_int_equal(noinherit_errno(ni_error_of_eai(EAI_AGAIN)), 0);
	assert_int_equal(noinherit_errno(0), 0);
	assert_int_equal(noinherit_errno(5), 0);
}

static void the_versions_agree(void **state)
{
	char text[32];

	(void)state;
	snprintf(text, sizeof(text), "%d.%d.%d", NOINHERIT_VERSION_MAJOR,
		 NOINHERIT_VERSION_MINOR, NOINHERIT_VERSION_PATCH);
	assert_string_equal(text, NOINHERIT_VERSION);
	assert_int_equal(noinherit_version(), NOINHERIT_VERSION_NUMBER);
}

static void what_is_no_error_is_said_to_be_none(void **state)
{
	(void)state;
	assert_string_equal(noinherit_strerror(ECONNREFUSED),
			    "Not an error of noinherit: 111");
	assert_string_equal(noinherit_strerror(1),
			    "Not an error of noinherit: 1");
	/* Between the errnos and the resolver's errors. */
	assert_string_equal(noinherit_strerror(-100000),
			    "Not an error of noinherit: -100000");
	assert_string_equal(noinherit_strerror(INT32_MIN),
			    "Not an error of noinherit: -2147483648");
	assert_string_equal(noinherit_strerror(INT32_MAX),
			    "Not an error of noinherit: 2147483647");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resolver_s_error_is_told_from_an_errno),
		cmocka_unit_test(an_errno_has_libc_s_words),
		cmocka_unit_test(the_kernel_s_timeout_is_another_than_the_library_s),
		cmocka_unit_test(the_versions_agree),
		cmocka_unit_test(what_is_no_error_is_said_to_be_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
