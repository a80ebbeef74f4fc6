/*
 * Addresses from text: Python's tuples and paths.
 */
#include "api.h"
#include "faults.h"

#include <netdb.h>
#include <sys/un.h>

#include "lib/address.h"

static const struct {
	const char *port;
	int result;
} ports[] = {
	{ "0", 0 }, { "80", 80 }, { "65535", 65535 }, { "00080", 80 },
	{ "65536", -ERANGE }, { "70000", -ERANGE },
	{ "99999999999999999999999", -ERANGE },
	{ "", -EINVAL }, { NULL, -EINVAL }, { "-1", -EINVAL },
	{ "+80", -EINVAL }, { " 80", -EINVAL }, { "80 ", -EINVAL },
	{ "http", -EINVAL }, { "8O", -EINVAL }, { "0x50", -EINVAL },
	{ "99999999999999999999999x", -EINVAL },
};

static void a_port_is_a_decimal_number_in_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		if (ni_address_port(ports[i].port) != ports[i].result)
			fail_msg("'%s'", ports[i].port);
}

static const struct {
	const char *host, *address;
} ipv4[] = {
	{ NULL, "0.0.0.0" }, { "", "0.0.0.0" },
	{ "127.0.0.1", "127.0.0.1" },
	{ "<broadcast>", "255.255.255.255" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "localhost", "127.0.0.1" },
};

static void an_ipv4_host_is_read_as_python_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ipv4); i++) {
		struct sockaddr_storage address;
		struct sockaddr_in *in = (struct sockaddr_in *)&address;
		char text[INET_ADDRSTRLEN];

		assert_int_equal(noinherit_address(&address, AF_INET,
						   ipv4[i].host,
						   NOINHERIT_STRING, "4711"),
				 sizeof(*in));
		assert_int_equal(in->sin_family, AF_INET);
		assert_int_equal(ntohs(in->sin_port), 4711);
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		assert_string_equal(text, ipv4[i].address);
	}
}

static const struct {
	const char *host, *address;
	unsigned scope;
} ipv6[] = {
	{ NULL, "::", 0 }, { "", "::", 0 }, { "::1", "::1", 0 },
	{ "2001:db8::2", "2001:db8::2", 0 },
	{ "fe80::1%lo", "fe80::1", 1 },
};

static void an_ipv6_host_may_have_a_scope(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ipv6); i++) {
		struct sockaddr_storage address;
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
		char text[INET6_ADDRSTRLEN];

		assert_int_equal(noinherit_address(&address, AF_INET6,
						   ipv6[i].host,
						   NOINHERIT_STRING, "4711"),
				 sizeof(*in6));
		assert_int_equal(in6->sin6_family, AF_INET6);
		assert_int_equal(ntohs(in6->sin6_port), 4711);
		assert_int_equal(in6->sin6_scope_id, ipv6[i].scope);
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		assert_string_equal(text, ipv6[i].address);
	}
}

static void numeric_hosts_ask_nobody(void **state)
{
	struct sockaddr_storage address;

	(void)state;
	/* The resolver would at least look for its configuration. */
	faults_watch();
	faults_add("", EIO, FAULT_ALWAYS, 0);
	noinherit_address(&address, AF_INET, "10.0.0.1", NOINHERIT_STRING, "1");
	noinherit_address(&address, AF_INET6, "::1", NOINHERIT_STRING, "1");
	assert_string_equal(faults_end(), "");
}

static char path_of_107[108], path_of_108[109];

static const struct {
	const char *name, *path;
	size_t size;
	int result;
} paths[] = {
	{ "path", "/tmp/x", NOINHERIT_STRING, 2 + 6 + 1 },
	{ "path with its size", "/tmp/xyz", 6, 2 + 6 + 1 },
	{ "longest path", path_of_107, NOINHERIT_STRING, 2 + 107 + 1 },
	{ "too long path", path_of_108, NOINHERIT_STRING, -ENAMETOOLONG },
	{ "abstract", "\0name", 5, 2 + 5 },
	{ "abstract with a NUL", "\0na\0me", 6, 2 + 6 },
	{ "no name", "", NOINHERIT_STRING, 2 },
	{ "no name either", NULL, 5, 2 },
	{ "NUL inside of a path", "/tmp\0/x", 7, -EINVAL },
};

static void a_path_has_python_s_limits(void **state)
{
	(void)state;
	memset(path_of_107, 'a', 107);
	memset(path_of_108, 'a', 108);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct sockaddr_storage address;
		int r = noinherit_address(&address, AF_UNIX, paths[i].path,
					  paths[i].size, NULL);

		if (r != paths[i].result)
			fail_msg("%s: %d", paths[i].name, r);
		if (r > 0)
			assert_int_equal(address.ss_family, AF_UNIX);
	}
}

static void an_abstract_name_has_up_to_108_bytes(void **state)
{
	struct sockaddr_storage address;
	char name[109] = "";

	(void)state;
	memset(name + 1, 'a', 108);
	assert_int_equal(noinherit_address(&address, AF_UNIX, name, 108, NULL),
			 110);
	assert_int_equal(noinherit_address(&address, AF_UNIX, name, 109, NULL),
			 -ENAMETOOLONG);
}

static void bound_names_are_what_was_asked_for(void **state)
{
	static const char name[] = "\0noinherit-test";
	struct sockaddr_storage address;
	struct sockaddr_un own;
	socklen_t size = sizeof(own);
	struct noinherit_socket s;
	int length = noinherit_address(&address, AF_UNIX, name, sizeof(name) - 1,
				       NULL);

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, AF_UNIX, SOCK_STREAM, 0),
			 0);
	assert_int_equal(noinherit_bind(&s, (struct sockaddr *)&address,
					(socklen_t)length), 0);
	getsockname(s.fd, (struct sockaddr *)&own, &size);
	assert_int_equal(size, length);
	assert_memory_equal(own.sun_path, name, sizeof(name) - 1);
	noinherit_close(&s);
}

static char host_of_2000[2001];

static const struct {
	const char *name;
	int family;
	const char *host;
	size_t size;
	const char *port;
	int error, eai;
} refused[] = {
	{ "family", 77, "", NOINHERIT_STRING, "0", -EAFNOSUPPORT, 0 },
	{ "no port", AF_INET, "", NOINHERIT_STRING, NULL, -EINVAL, 0 },
	{ "service", AF_INET, "", NOINHERIT_STRING, "http", -EINVAL, 0 },
	{ "port range", AF_INET6, "", NOINHERIT_STRING, "65536", -ERANGE, 0 },
	{ "NUL in host", AF_INET, "127.0.0.1\0.evil", 14, "1", -EINVAL, 0 },
	{ "long host", AF_INET, host_of_2000, NOINHERIT_STRING, "1",
	  -ENAMETOOLONG, 0 },
	{ "path with port", AF_UNIX, "/x", NOINHERIT_STRING, "1", -EINVAL, 0 },
	{ "IPv6 for IPv4", AF_INET, "::1", NOINHERIT_STRING, "1", 0,
	  EAI_ADDRFAMILY },
	{ "IPv4 for IPv6", AF_INET6, "127.0.0.1", NOINHERIT_STRING, "1", 0,
	  EAI_ADDRFAMILY },
};

static void what_is_no_address_is_told_and_nothing_written(void **state)
{
	struct sockaddr_storage address, untouched;

	(void)state;
	memset(host_of_2000, 'a', 2000);
	memset(&untouched, 0x5a, sizeof(untouched));
	address = untouched;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		int r = noinherit_address(&address, refused[i].family,
					  refused[i].host, refused[i].size,
					  refused[i].port);

		if (refused[i].eai ? noinherit_eai(r) != refused[i].eai :
				     r != refused[i].error)
			fail_msg("%s: %d", refused[i].name, r);
	}
	assert_memory_equal(&address, &untouched, sizeof(address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(a_port_is_a_decimal_number_in_range),
		api_test(an_ipv4_host_is_read_as_python_does),
		api_test(an_ipv6_host_may_have_a_scope),
		api_test(numeric_hosts_ask_nobody),
		api_test(a_path_has_python_s_limits),
		api_test(an_abstract_name_has_up_to_108_bytes),
		api_test(bound_names_are_what_was_asked_for),
		api_test(what_is_no_address_is_told_and_nothing_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
