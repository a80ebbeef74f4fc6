/*
 * Addresses in Python's tuples, both ways; families that this kernel lacks are
 * addresses all the same.
 */
#include "api.h"

static const struct {
	int family, proto;
	const char *tuple, *again;
} tuples[] = {
	{ AF_INET, 0, "('127.0.0.1', 80)", NULL },
	{ AF_INET, 0, "( \"127.0.0.1\" ,80 , ) ", "('127.0.0.1', 80)" },
	{ AF_INET, 0, "('', 0)", "('0.0.0.0', 0)" },
	{ AF_INET6, 0, "('::1', 80)", "('::1', 80, 0, 0)" },
	{ AF_INET6, 0, "('fe80::1', 80, 1048575, 4294967295)", NULL },
	{ AF_NETLINK, 0, "(4294967295, 17)", NULL },
	{ AF_VSOCK, 0, "(2, 1234)", NULL },
	{ AF_PACKET, 0, "('lo', 2048)", "('lo', 2048, 0, 0, b'')" },
	{ AF_PACKET, 0, "('', 3, 4, 772, b'\\x00\\xff\\'abcde')",
	  "('', 3, 4, 772, b\"\\x00\\xff'abcde\")" },
	{ AF_CAN, 1, "('lo',)", NULL },
	{ AF_CAN, 1, "('',)", NULL },
	{ AF_CAN, 6, "('lo', 17, 4294967295)", NULL },
	{ AF_CAN, 7, "('lo', 18446744073709551615, 262143, 255)", NULL },
	{ 30, 0, "(1, 2, 3, 4, 2)", NULL },
	{ 30, 0, "(2, 18888, 17, 17)", "(2, 18888, 17, 17, 2)" },
	{ 30, 0, "(3, 18888, 17, 0, 3)", NULL },
	{ 42, 0, "(1, 4294967294)", NULL },
};

static void a_tuple_is_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tuples); i++) {
		const struct noinherit_socket s = { .fd = -1,
						    .proto = tuples[i].proto };
		const struct noinherit_socket *of =
			tuples[i].family == AF_CAN ? &s : NULL;
		const char *expected = tuples[i].again ? tuples[i].again :
							 tuples[i].tuple;
		struct sockaddr_storage address;
		struct noinherit_socket unix_socket;
		char text[128];
		int size = noinherit_address(&address, tuples[i].family,
					     tuples[i].tuple, NOINHERIT_STRING,
					     NULL);

		if (size <= 0)
			fail_msg("%s: %d", tuples[i].tuple, size);
		assert_int_equal(address.ss_family, tuples[i].family);
		/* A socket's own ioctl names the interface, too. */
		noinherit_create_socket(&unix_socket, AF_UNIX, -1, -1);
		unix_socket.proto = tuples[i].proto;
		noinherit_format_address(&unix_socket, (void *)&address,
					 (socklen_t)size, text, sizeof(text));
		assert_string_equal(text, expected);
		noinherit_close(&unix_socket);
		if (!of)
			noinherit_format_address(NULL, (void *)&address,
						 (socklen_t)size, text,
						 sizeof(text));
		assert_string_equal(text, expected);
	}
}

#define TEN(text) \
	text text text text text text text text text text
#define A_HUNDRED TEN("aaaaaaaaaa")
#define A_THOUSAND TEN(A_HUNDRED)

static const struct {
	int family;
	const char *tuple;
	int error;
} refused[] = {
	{ AF_INET, "(", -EINVAL }, { AF_INET, "()", -EINVAL },
	{ AF_INET, "('127.0.0.1')", -EINVAL },
	{ AF_INET, "('127.0.0.1', 80", -EINVAL },
	{ AF_INET, "('127.0.0.1', 80) x", -EINVAL },
	{ AF_INET, "('127.0.0.1', 80, 0)", -EINVAL },
	{ AF_INET, "('127.0.0.1' 80)", -EINVAL },
	{ AF_INET, "('127.0.0.1, 80)", -EINVAL },
	{ AF_INET, "('127.0.0.1', '80')", -EINVAL },
	{ AF_INET, "(b'127.0.0.1', 80)", -EINVAL },
	{ AF_INET, "('127.0.0.1', 65536)", -ERANGE },
	{ AF_INET, "('127.0.0.1', -1)", -ERANGE },
	{ AF_INET, "('127.0.0.1', 99999999999999999999)", -ERANGE },
	{ AF_INET, "('127.0.0.1', )", -EINVAL },
	{ AF_INET, "('127.0.0.1', -)", -EINVAL },
	{ AF_INET, "('127.0.0\\x00.1', 80)", -EINVAL },
	{ AF_INET, "('127.0.0\\q1', 80)", -EINVAL },
	{ AF_INET, "('127.0.0\\x1', 80)", -EINVAL },
	{ AF_INET, "('127.0.0.1\\", -EINVAL },
	{ AF_INET, "('127.0.0.1', 1, 2, 3, 4, 5)", -EINVAL },
	{ AF_INET, "('" A_THOUSAND A_HUNDRED "', 1)", -ENAMETOOLONG },
	{ AF_INET6, "('::1', 80, 1048576)", -ERANGE },
	{ AF_INET6, "('::1', 80, 0, 4294967296)", -ERANGE },
	{ AF_INET6, "('::1', 80, 0, 0, 0)", -EINVAL },
	{ AF_NETLINK, "(1)", -EINVAL },
	{ AF_NETLINK, "(4294967296, 0)", -ERANGE },
	{ AF_NETLINK, "1, 2", -EINVAL }, { AF_NETLINK, "", -EINVAL },
	{ AF_VSOCK, "('2', 3)", -EINVAL },
	{ AF_PACKET, "('no such one', 3)", -ENODEV },
	{ AF_PACKET, "('a name that is too long', 3)", -ENODEV },
	{ AF_PACKET, "('lo', 65536)", -ERANGE },
	{ AF_PACKET, "('lo', 3, 256)", -ERANGE },
	{ AF_PACKET, "('lo', 3, 0, 1, 'text')", -EINVAL },
	{ AF_PACKET, "('lo', 3, 0, 1, b'123456789')", -ENAMETOOLONG },
	{ AF_CAN, "('lo', 1)", -EINVAL },
	{ AF_CAN, "('lo', 4294967296, 1)", -ERANGE },
	{ AF_CAN, "('lo', 1, 2, 256)", -ERANGE },
	{ AF_CAN, "('nosuch',)", -ENODEV },
	{ 30, "(4, 1, 2, 3)", -EINVAL }, { 30, "(1, 2, 3)", -EINVAL },
	{ 77, "(1, 2)", -EAFNOSUPPORT },
};

static void what_is_no_such_tuple_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct sockaddr_storage address = { .ss_family = 4711 };
		int r = noinherit_address(&address, refused[i].family,
					  refused[i].tuple, NOINHERIT_STRING,
					  NULL);

		if (r != refused[i].error)
			fail_msg("%s: %d", refused[i].tuple, r);
		assert_int_equal(address.ss_family, 4711);
	}
}

static void rds_has_addresses_of_ipv4(void **state)
{
	struct sockaddr_storage address;

	(void)state;
	assert_int_equal(noinherit_address(&address, AF_RDS, "127.0.0.1",
					   NOINHERIT_STRING, "18634"),
			 sizeof(struct sockaddr_in));
	assert_int_equal(address.ss_family, AF_INET);
}

static void a_family_without_a_form_shows_its_bytes(void **state)
{
	struct sockaddr address = { .sa_family = 44, .sa_data = "abc" };
	char text[128];

	(void)state;
	assert_true(noinherit_format_address(NULL, &address, sizeof(address),
					     text, sizeof(text)) > 0);
	assert_string_equal(text, "(44, b'abc\\x00\\x00\\x00\\x00\\x00\\x00"
			    "\\x00\\x00\\x00\\x00\\x00')");
}

static void what_is_too_short_is_refused(void **state)
{
	struct sockaddr_storage address = { .ss_family = AF_INET6 };
	struct sockaddr *addr = (struct sockaddr *)&address;
	char text[32] = "before";

	(void)state;
	assert_int_equal(noinherit_format_address(NULL, addr, 0, text,
						  sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(noinherit_format_address(NULL, addr, 1, text,
						  sizeof(text)), -EINVAL);
	assert_int_equal(noinherit_format_address(NULL, addr, 16, text,
						  sizeof(text)), -EINVAL);
	assert_int_equal(noinherit_port(addr, 4), -EINVAL);
	assert_int_equal(noinherit_port(addr, 1), -EINVAL);
	assert_int_equal(noinherit_port(addr, 28), 0);
	address.ss_family = AF_UNIX;
	assert_int_equal(noinherit_port(addr, 16), -EAFNOSUPPORT);
	assert_int_equal(noinherit_format_address(NULL, addr, 2, text,
						  sizeof(text)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(a_tuple_is_read_and_written),
		api_test(what_is_no_such_tuple_is_refused),
		api_test(rds_has_addresses_of_ipv4),
		api_test(a_family_without_a_form_shows_its_bytes),
		api_test(what_is_too_short_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
