/*
 * Binding, listening, and servers in one call.
 */
#include "api.h"
#include "faults.h"
#include "skip_case.h"

#include <netdb.h>
#include <sys/un.h>

static int option_of(int fd, int level, int option)
{
	socklen_t size = sizeof(int);
	int value = -1;

	getsockopt(fd, level, option, &value, &size);
	return value;
}

static void the_steps_are_python_s(void **state)
{
	struct noinherit_socket s;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0", NULL),
			 0);
	assert_string_equal(faults_end(), "socket setsockopt bind listen");
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.type, SOCK_STREAM);
	assert_int_equal(s.proto, 0);
	assert_int_equal(s.timeout_ns, NOINHERIT_BLOCKING);
	assert_false(is_inheritable(s.fd));
	assert_int_equal(option_of(s.fd, SOL_SOCKET, SO_REUSEADDR), 1);
	assert_int_equal(option_of(s.fd, SOL_SOCKET, SO_REUSEPORT), 0);
	assert_int_equal(option_of(s.fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
	noinherit_close(&s);
}

static const struct {
	const char *name;
	int family;
	unsigned reuse_port, dualstack;
	const char *calls;
	int v6only;
} kinds[] = {
	{ "IPv4", AF_INET, 0, 0, "socket setsockopt bind listen", -1 },
	{ "IPv4, port reused", AF_INET, 1, 0,
	  "socket setsockopt setsockopt bind listen", -1 },
	{ "IPv6", AF_INET6, 0, 0,
	  "socket setsockopt setsockopt bind listen", 1 },
	{ "IPv6, port reused", AF_INET6, 1, 0,
	  "socket setsockopt setsockopt setsockopt bind listen", 1 },
	{ "dual stack", AF_INET6, 0, 1, "socket setsockopt close "
	  "socket setsockopt setsockopt bind listen", 0 },
};

static void options_are_set_in_python_s_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct noinherit_server_options options = {
			.size = sizeof(options), .family = kinds[i].family,
			.flags = (kinds[i].reuse_port ?
				  NOINHERIT_REUSE_PORT : 0) |
				 (kinds[i].dualstack ?
				  NOINHERIT_DUALSTACK_IPV6 : 0),
		};
		struct noinherit_socket s;

		faults_watch();
		assert_int_equal(noinherit_create_server(&s, "", "0",
							 &options), 0);
		if (strcmp(faults_end(), kinds[i].calls))
			fail_msg("%s: %s", kinds[i].name, faults.log);
		assert_int_equal(option_of(s.fd, SOL_SOCKET, SO_REUSEPORT),
				 kinds[i].reuse_port);
		if (kinds[i].v6only >= 0)
			assert_int_equal(option_of(s.fd, IPPROTO_IPV6,
						   IPV6_V6ONLY),
					 kinds[i].v6only);
		noinherit_close(&s);
	}
}

static void a_dual_stack_server_serves_ipv4(void **state)
{
	const struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_INET6,
		.flags = NOINHERIT_DUALSTACK_IPV6,
	};
	struct noinherit_socket s, client;

	(void)state;
	assert_int_equal(noinherit_create_server(&s, NULL, "0", &options), 0);
	client = connected_to(&s);
	noinherit_close(&client);
	noinherit_close(&s);
}

static void an_unknown_flag_is_refused(void **state)
{
	char message[128];
	struct noinherit_server_options options = {
		.size = sizeof(options),
		.message = message, .message_size = sizeof(message),
	};
	struct noinherit_socket s;

	(void)state;
	for (unsigned flag = 4; flag; flag <<= 1) {
		options.flags = NOINHERIT_REUSE_PORT | flag;
		faults_watch();
		assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0",
							 &options), -EINVAL);
		assert_string_equal(faults_end(), "");
		assert_string_equal(message, "unknown flags");
	}
}

static void dual_stack_is_checked_before_there_is_a_server(void **state)
{
	char message[128];
	struct noinherit_server_options options = {
		.size = sizeof(options), .flags = NOINHERIT_DUALSTACK_IPV6,
		.message = message, .message_size = sizeof(message),
	};
	struct noinherit_socket s;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_create_server(&s, "", "0", &options),
			 -EINVAL);
	assert_string_equal(faults_end(), "socket setsockopt close");
	assert_string_equal(message, "dualstack_ipv6 requires AF_INET6 family");

	/* The first reason comes first (S-78). */
	faults_watch();
	faults_add("setsockopt", EPERM, 1, 0);
	assert_int_equal(noinherit_create_server(&s, "", "0", &options),
			 -EOPNOTSUPP);
	assert_string_equal(faults_end(), "socket setsockopt close");
	assert_string_equal(message,
			    "dualstack_ipv6 not supported on this platform");
}

static void dual_stack_is_probed_each_time(void **state)
{
	(void)state;
	faults_watch();
	assert_int_equal(noinherit_has_dualstack_ipv6(), 1);
	assert_string_equal(faults_end(), "socket setsockopt close");
	faults_add("socket", EAFNOSUPPORT, 1, 0);
	assert_int_equal(noinherit_has_dualstack_ipv6(), 0);
	faults_add("setsockopt", EPERM, 1, 0);
	assert_int_equal(noinherit_has_dualstack_ipv6(), 0);
	assert_int_equal(noinherit_has_dualstack_ipv6(), 1);
}

static void reuse_address_is_a_convenience_the_others_are_not(void **state)
{
	struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_INET6, .flags = NOINHERIT_REUSE_PORT
	};
	struct noinherit_socket s;

	(void)state;
	faults_add("setsockopt", EPERM, 1, 0);
	assert_int_equal(noinherit_create_server(&s, "", "0", &options), 0);
	noinherit_close(&s);
	for (int skipped = 1; skipped < 3; skipped++) {
		faults_watch();
		faults_add("setsockopt", EPERM, 1, skipped);
		assert_int_equal(noinherit_create_server(&s, "", "0",
							 &options), -EPERM);
		assert_non_null(strstr(faults_end(), "setsockopt close"));
	}
}

static const struct {
	const int *backlog;
	int listens_with;
} backlogs[] = {
	{ NULL, 128 }, { (const int[]){ 5 }, 5 }, { (const int[]){ -5 }, 0 },
	{ (const int[]){ 0 }, 0 },
};

/* What the kernel says of a listener's queue, as ss(8) asks it. */
static int backlog_of(int fd)
{
	struct { unsigned char head[28]; unsigned sacked; } info;
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, 11 /* TCP_INFO */, &info, &size) < 0)
		return -1;
	return (int)info.sacked;
}

static void the_backlog_is_as_given(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(backlogs); i++) {
		const struct noinherit_server_options options = {
			.size = sizeof(options),
			.backlog = backlogs[i].backlog
		};
		struct noinherit_socket s;

		assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0",
							 &options), 0);
		assert_int_equal(backlog_of(s.fd), backlogs[i].listens_with);
		noinherit_close(&s);
	}
}

static void an_address_in_use_is_named(void **state)
{
	struct noinherit_socket first = listening(), s;
	char message[128], expected[128];
	const struct noinherit_server_options options = {
		.size = sizeof(options), .message = message,
		.message_size = sizeof(message),
	};

	const char *port = port_text(first.fd);

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", port,
						 &options), -EADDRINUSE);
	assert_string_equal(faults_end(), "socket setsockopt bind close");
	snprintf(expected, sizeof(expected), "Address already in use (while "
		 "attempting to bind on address ('127.0.0.1', %d))",
		 port_of(first.fd));
	assert_string_equal(message, expected);
	noinherit_close(&first);
}

static const struct {
	const char *host, *port;
	int error, eai;
	const char *message;
} addresses[] = {
	{ "('192.0.2.1', 0)", NULL, -EADDRNOTAVAIL, 0,
	  "Cannot assign requested address (while attempting to bind on "
	  "address ('192.0.2.1', 0))" },
	{ "127.0.0.1", "65536", -ERANGE, 0, "Numerical result out of range "
	  "(while attempting to bind on address ('127.0.0.1', 65536))" },
	{ NULL, "http", -EINVAL, 0, "Invalid argument (while attempting to "
	  "bind on address ('', http))" },
	{ "192.0.2.1", "0", -EADDRNOTAVAIL, 0, "Cannot assign requested "
	  "address (while attempting to bind on address ('192.0.2.1', 0))" },
	{ "::1", "0", 0, EAI_ADDRFAMILY, "Address family for hostname not "
	  "supported (while attempting to bind on address ('::1', 0))" },
	{ "::1", NULL, -EINVAL, 0, "Invalid argument (while attempting to "
	  "bind on address '::1')" },
};

static void an_address_that_cannot_be_bound_is_named(void **state)
{
	char message[160];
	const struct noinherit_server_options options = {
		.size = sizeof(options), .message = message,
		.message_size = sizeof(message),
	};
	struct noinherit_socket s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		int r;

		faults_watch();
		r = noinherit_create_server(&s, addresses[i].host,
					    addresses[i].port, &options);
		assert_non_null(strstr(faults_end(), "close"));
		if (addresses[i].eai)
			assert_int_equal(noinherit_eai(r), addresses[i].eai);
		else
			assert_int_equal(r, addresses[i].error);
		assert_string_equal(message, addresses[i].message);
	}
}

static void a_message_is_always_written_and_cut(void **state)
{
	char message[9] = "before";
	const struct noinherit_server_options options = {
		.size = sizeof(options), .message = message,
		.message_size = 8,
	};
	struct noinherit_socket s;

	(void)state;
	message[8] = '#';
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0",
						 &options), 0);
	assert_string_equal(message, "");
	noinherit_close(&s);
	faults_add("listen", EADDRINUSE, 1, 0);
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0",
						 &options), -EADDRINUSE);
	assert_memory_equal(message, "Address\0#", 9);
}

static void a_message_says_that_the_size_was_forgotten(void **state)
{
	char message[64] = "before";
	struct noinherit_server_options options = {
		.message = message, .message_size = sizeof(message),
	};
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0",
						 &options), -EINVAL);
	assert_string_equal(message, "the size of the options is not set");
	options.size = SIZE_MAX;
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0",
						 &options), -E2BIG);
	assert_string_equal(message, "options of a later version");
}

static void a_unix_server_has_a_path(void **state)
{
	char path[] = "/tmp/noinherit-XXXXXX", message[160], expected[160];
	const struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_UNIX, .flags = NOINHERIT_REUSE_PORT,
		.message = message, .message_size = sizeof(message),
	};
	struct noinherit_socket s, second;

	(void)state;
	close(mkstemp(path));
	unlink(path);
	/* SO_REUSEPORT is for the internet: gh-128916. */
	faults_watch();
	assert_int_equal(noinherit_create_server(&s, path, NULL, &options), 0);
	assert_string_equal(faults_end(), "socket setsockopt bind listen");
	assert_int_equal(noinherit_create_server(&second, path, NULL,
						 &options), -EADDRINUSE);
	snprintf(expected, sizeof(expected), "Address already in use (while "
		 "attempting to bind on address '%s')", path);
	assert_string_equal(message, expected);
	unlink(path);
	noinherit_close(&s);
}

static void an_address_may_be_given_as_the_kernel_has_it(void **state)
{
	struct noinherit_socket first = listening(), s;
	char message[160], expected[160];
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	const struct noinherit_server_options options = {
		.size = sizeof(options),
		.address = (struct sockaddr *)&address,
		.address_size = sizeof(address), .message = message,
		.message_size = sizeof(message),
	};

	(void)state;
	getsockname(first.fd, (struct sockaddr *)&address, &size);
	assert_int_equal(noinherit_create_server(&s, NULL, NULL, &options),
			 -EADDRINUSE);
	snprintf(expected, sizeof(expected), "Address already in use (while "
		 "attempting to bind on address ('127.0.0.1', %d))",
		 port_of(first.fd));
	assert_string_equal(message, expected);
	address.sin_port = 0;
	assert_int_equal(noinherit_create_server(&s, NULL, NULL, &options), 0);
	noinherit_close(&first);
	noinherit_close(&s);
}

static void a_vsock_server_needs_only_an_address(void **state)
{
	struct { unsigned short family, reserved; unsigned port, cid, zero; }
		address = { AF_VSOCK, 0, ~0U, ~0U, 0 };
	const struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_VSOCK,
		.address = (struct sockaddr *)&address,
		.address_size = sizeof(address),
	};
	struct noinherit_socket s;
	int r = noinherit_create_server(&s, NULL, NULL, &options);

	(void)state;
	if (r == -EAFNOSUPPORT)
		skip_case("this kernel has no such family");
	assert_int_equal(r, 0);
	noinherit_close(&s);
}

static void the_default_timeout_is_the_server_s(void **state)
{
	struct noinherit_socket s;

	(void)state;
	noinherit_setdefaulttimeout_ns(MS);
	faults_watch();
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0", NULL),
			 0);
	assert_string_equal(faults_end(),
			    "socket ioctl setsockopt bind listen");
	assert_int_equal(s.timeout_ns, MS);
	noinherit_close(&s);
}

static void one_direction_is_shut_down(void **state)
{
	struct noinherit_socket pair[2], lonely;
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(noinherit_shutdown(&pair[0], SHUT_WR), 0);
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), 0);
	assert_int_equal(noinherit_send(&pair[1], "x", 1, 0), 1);
	assert_int_equal(noinherit_shutdown(&pair[0], 99), -EINVAL);
	close_pair(pair);
	assert_int_equal(noinherit_create_socket(&lonely, -1, -1, -1), 0);
	assert_int_equal(noinherit_shutdown(&lonely, SHUT_RDWR), -ENOTCONN);
	noinherit_close(&lonely);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(the_steps_are_python_s),
		api_test(options_are_set_in_python_s_order),
		api_test(a_dual_stack_server_serves_ipv4),
		api_test(an_unknown_flag_is_refused),
		api_test(dual_stack_is_checked_before_there_is_a_server),
		api_test(dual_stack_is_probed_each_time),
		api_test(reuse_address_is_a_convenience_the_others_are_not),
		api_test(the_backlog_is_as_given),
		api_test(an_address_in_use_is_named),
		api_test(an_address_that_cannot_be_bound_is_named),
		api_test(a_message_is_always_written_and_cut),
		api_test(a_message_says_that_the_size_was_forgotten),
		api_test(a_unix_server_has_a_path),
		api_test(an_address_may_be_given_as_the_kernel_has_it),
		api_test(a_vsock_server_needs_only_an_address),
		api_test(the_default_timeout_is_the_server_s),
		api_test(one_direction_is_shut_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
