/*
 * Options of sockets: numbers, bytes and nothing.
 */
#include "api.h"

#include <netinet/tcp.h>

static void numbers_are_set_and_asked_for(void **state)
{
	struct noinherit_socket s;
	int64_t value = -1;

	(void)state;
	noinherit_create_socket(&s, -1, -1, -1);
	assert_int_equal(noinherit_setsockopt_int(&s, SOL_SOCKET, SO_KEEPALIVE,
						  1), 0);
	assert_int_equal(noinherit_getsockopt_int(&s, SOL_SOCKET, SO_KEEPALIVE,
						  &value), 0);
	assert_int_equal(value, 1);
	assert_int_equal(noinherit_setsockopt_int(&s, SOL_SOCKET, SO_KEEPALIVE,
						  INT64_C(1) << 31), -ERANGE);
	assert_int_equal(noinherit_setsockopt_int(&s, 99, 99, 1), -ENOPROTOOPT);
	assert_int_equal(noinherit_getsockopt_int(&s, SOL_SOCKET, 9999,
						  &value), -ENOPROTOOPT);
	assert_int_equal(value, 1);
	noinherit_close(&s);
	assert_int_equal(noinherit_setsockopt_int(&s, SOL_SOCKET, SO_KEEPALIVE,
						  1), -EBADF);
}

static void bytes_are_passed_as_they_are(void **state)
{
	const struct linger linger = { 1, 7 };
	struct linger got = { 0, 0 };
	socklen_t size = sizeof(got);
	struct noinherit_socket s;

	(void)state;
	noinherit_create_socket(&s, -1, -1, -1);
	assert_int_equal(noinherit_setsockopt(&s, SOL_SOCKET, SO_LINGER,
					      &linger, sizeof(linger)), 0);
	assert_int_equal(noinherit_getsockopt(&s, SOL_SOCKET, SO_LINGER, &got,
					      &size), 0);
	assert_int_equal(size, sizeof(got));
	assert_memory_equal(&got, &linger, sizeof(got));
	assert_int_equal(noinherit_setsockopt(&s, SOL_SOCKET, SO_LINGER, NULL,
					      0), -EINVAL);
	noinherit_close(&s);
}

static int64_t option_of(const struct noinherit_socket *s, int level,
			 int option)
{
	int64_t value = -1;

	assert_int_equal(noinherit_getsockopt_int(s, level, option, &value),
			 0);
	return value;
}

static void keepalive_and_nodelay(void **state)
{
	struct noinherit_socket s;

	(void)state;
	noinherit_create_socket(&s, -1, -1, -1);
	assert_int_equal(noinherit_set_nodelay(&s, 5), 0);
	assert_int_equal(option_of(&s, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(noinherit_set_nodelay(&s, 0), 0);
	assert_int_equal(option_of(&s, IPPROTO_TCP, TCP_NODELAY), 0);
	assert_int_equal(noinherit_set_keepalive(&s, 1, 11, -1, 3), 0);
	assert_int_equal(option_of(&s, SOL_SOCKET, SO_KEEPALIVE), 1);
	assert_int_equal(option_of(&s, IPPROTO_TCP, TCP_KEEPIDLE), 11);
	assert_int_equal(option_of(&s, IPPROTO_TCP, TCP_KEEPCNT), 3);
	assert_int_equal(noinherit_set_keepalive(&s, 1, 0, -1, -1), -EINVAL);
	assert_int_equal(noinherit_set_keepalive(&s, 0, 0, 0, 0), 0);
	assert_int_equal(option_of(&s, SOL_SOCKET, SO_KEEPALIVE), 0);
	noinherit_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(numbers_are_set_and_asked_for),
		api_test(bytes_are_passed_as_they_are),
		api_test(keepalive_and_nodelay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
