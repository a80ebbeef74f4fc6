/*
 * The timeout of a socket, and the default one.
 */
#include "api.h"
#include "faults.h"

static const struct {
	int64_t timeout_ns;
	int result, nonblocking, getblocking;
} settings[] = {
	{ NOINHERIT_BLOCKING, 0, 0, 1 },
	{ NOINHERIT_NONBLOCKING, 0, 1, 0 },
	{ 1, 0, 1, 1 },
	{ INT64_MAX, 0, 1, 1 },
};

static void one_call_sets_the_mode_every_time(void **state)
{
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	for (size_t i = 0; i < 2 * ARRAY_LEN(settings); i++) {
		size_t row = i / 2;

		faults_watch();
		assert_int_equal(noinherit_settimeout_ns(
			&s, settings[row].timeout_ns), settings[row].result);
		assert_string_equal(faults_end(), "ioctl");
		assert_int_equal(is_nonblocking(s.fd),
				 settings[row].nonblocking);
		faults_watch();
		assert_true(noinherit_gettimeout_ns(&s) ==
			    settings[row].timeout_ns);
		assert_int_equal(noinherit_getblocking(&s),
				 settings[row].getblocking);
		assert_string_equal(faults_end(), "");
	}
	noinherit_close(&s);
}

static void a_negative_timeout_changes_nothing(void **state)
{
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_settimeout_ns(&s, 5), 0);
	faults_watch();
	assert_int_equal(noinherit_settimeout_ns(&s, -2), -EINVAL);
	assert_int_equal(noinherit_settimeout_ns(&s, INT64_MIN), -EINVAL);
	assert_string_equal(faults_end(), "");
	assert_int_equal(noinherit_gettimeout_ns(&s), 5);
	noinherit_close(&s);

	assert_int_equal(noinherit_setdefaulttimeout_ns(3), 0);
	assert_int_equal(noinherit_setdefaulttimeout_ns(-2), -EINVAL);
	assert_int_equal(noinherit_getdefaulttimeout_ns(), 3);
}

static void setblocking_is_one_of_two_timeouts(void **state)
{
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_setblocking(&s, 0), 0);
	assert_int_equal(noinherit_gettimeout_ns(&s), 0);
	assert_true(is_nonblocking(s.fd));
	assert_int_equal(noinherit_setblocking(&s, 42), 0);
	assert_int_equal(noinherit_gettimeout_ns(&s), -1);
	assert_false(is_nonblocking(s.fd));
	noinherit_close(&s);
}

static void the_default_is_for_later_sockets(void **state)
{
	struct noinherit_socket before, after;

	(void)state;
	assert_int_equal(noinherit_getdefaulttimeout_ns(), NOINHERIT_BLOCKING);
	assert_int_equal(noinherit_create_socket(&before, -1, -1, -1), 0);
	assert_int_equal(noinherit_setdefaulttimeout_ns(MS), 0);
	assert_int_equal(noinherit_getdefaulttimeout_ns(), MS);
	assert_int_equal(noinherit_create_socket(&after, -1, -1, -1), 0);
	assert_int_equal(noinherit_gettimeout_ns(&before), -1);
	assert_int_equal(noinherit_gettimeout_ns(&after), MS);
	noinherit_close(&before);
	noinherit_close(&after);
}

static void no_timeout_is_ever_given_to_the_kernel(void **state)
{
	struct noinherit_socket s;
	struct timeval left = { 1, 1 };
	socklen_t size = sizeof(left);

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_settimeout_ns(&s, 5000 * MS), 0);
	getsockopt(s.fd, SOL_SOCKET, SO_RCVTIMEO, &left, &size);
	assert_int_equal(left.tv_sec + left.tv_usec, 0);
	noinherit_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(one_call_sets_the_mode_every_time),
		api_test(a_negative_timeout_changes_nothing),
		api_test(setblocking_is_one_of_two_timeouts),
		api_test(the_default_is_for_later_sockets),
		api_test(no_timeout_is_ever_given_to_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
