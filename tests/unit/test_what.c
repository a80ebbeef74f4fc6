/*
 * test_what.c - descriptors in words, as ss(8) and Python would say them.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "cli/report/what.h"
#include "common/trace.h"
#include "descriptors.h"

static struct ni_arena arena;

static int tear_down(void **state)
{
	(void)state;
	ni_arena_free(&arena);
	return 0;
}

/* A record with its tail, as it lies in a trace. */
struct record {
	struct ni_trace_what what;
	char tail[512];
};

static void add_tail(struct record *record, uint16_t *size, const void *bytes,
		     size_t length)
{
	size_t used = record->what.local_size + record->what.remote_size +
		      (size_t)record->what.path_size;

	memcpy(record->tail + used, bytes, length);
	*size = (uint16_t)length;
}

static struct record socket_record(int family, int type, int state)
{
	return (struct record){ .what = {
		.fd = 3, .type = NI_TYPE_SOCKET, .family = (uint16_t)family,
		.socket_type = (uint16_t)type, .state = (uint8_t)state } };
}

static struct sockaddr_in6 ipv6(const char *host, uint16_t port, uint32_t scope)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6, .sin6_port = htons(port),
		.sin6_scope_id = scope,
	};

	inet_pton(AF_INET6, host, &address.sin6_addr);
	return address;
}

static struct sockaddr_in ipv4(const char *host, uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};

	inet_pton(AF_INET, host, &address.sin_addr);
	return address;
}

static void assert_says(const struct record *record, const char *text,
			const char *repr)
{
	struct ni_what what = ni_what_from_record(&arena, &record->what);

	assert_string_equal(ni_what_text(&arena, &what), text);
	assert_string_equal(ni_what_repr(&arena, &what, 3), repr);
}

static void a_listener_has_its_address(void **state)
{
	struct record record = socket_record(AF_INET, SOCK_STREAM, 10);
	struct sockaddr_in local = ipv4("0.0.0.0", 8080);

	(void)state;
	add_tail(&record, &record.what.local_size, &local, sizeof(local));
	assert_says(&record, "tcp LISTEN 0.0.0.0:8080",
		    "<socket fd=3, family=AF_INET, type=SOCK_STREAM, proto=0, "
		    "laddr=('0.0.0.0', 8080)>");
}

static void a_connection_has_both_addresses(void **state)
{
	struct record record = socket_record(AF_INET6, SOCK_STREAM, 1);
	struct sockaddr_in6 local = ipv6("::1", 80, 0);
	struct sockaddr_in6 remote = ipv6("fe80::1", 4242, 2);

	(void)state;
	add_tail(&record, &record.what.local_size, &local, sizeof(local));
	add_tail(&record, &record.what.remote_size, &remote, sizeof(remote));
	assert_says(&record, "tcp ESTABLISHED [::1]:80 -> [fe80::1%2]:4242",
		    "<socket fd=3, family=AF_INET6, type=SOCK_STREAM, proto=0, "
		    "laddr=('::1', 80, 0, 0), raddr=('fe80::1', 4242, 0, 2)>");
}

static void an_unbound_socket_has_no_state_and_no_peer(void **state)
{
	struct record record = socket_record(AF_INET, SOCK_DGRAM, 7);
	struct sockaddr_in local = ipv4("0.0.0.0", 0);

	(void)state;
	add_tail(&record, &record.what.local_size, &local, sizeof(local));
	assert_says(&record, "udp", "<socket fd=3, family=AF_INET, "
		    "type=SOCK_DGRAM, proto=0, laddr=('0.0.0.0', 0)>");
}

static void a_unix_socket_has_a_path_or_an_abstract_name(void **state)
{
	static const char path[] = "\1\0/run/x.sock", abstract[] = "\1\0\0na\0e";
	struct record record = socket_record(AF_UNIX, SOCK_STREAM, 10);

	(void)state;
	add_tail(&record, &record.what.local_size, path, sizeof(path));
	assert_says(&record, "unix LISTEN /run/x.sock",
		    "<socket fd=3, family=AF_UNIX, type=SOCK_STREAM, proto=0, "
		    "laddr=/run/x.sock>");
	record = socket_record(AF_UNIX, SOCK_DGRAM, 0);
	add_tail(&record, &record.what.local_size, abstract,
		 sizeof(abstract) - 1);
	assert_says(&record, "unix @na@e",
		    "<socket fd=3, family=AF_UNIX, type=SOCK_DGRAM, proto=0, "
		    "laddr=@na@e>");
}

static void files_have_paths_and_pipes_do_not(void **state)
{
	struct record record = { .what = { .type = NI_TYPE_FILE } };

	(void)state;
	add_tail(&record, &record.what.path_size, "/etc/passwd", 11);
	assert_says(&record, "file /etc/passwd",
		    "<file fd=3, path=/etc/passwd>");
	record = (struct record){ .what = { .type = NI_TYPE_PIPE } };
	add_tail(&record, &record.what.path_size, "pipe:[4711]", 11);
	assert_says(&record, "pipe", "<pipe fd=3, path=pipe:[4711]>");
	record = (struct record){ .what = { .type = NI_TYPE_PIPE } };
	add_tail(&record, &record.what.path_size, "/run/fifo", 9);
	assert_says(&record, "pipe /run/fifo", "<pipe fd=3, path=/run/fifo>");
	record = (struct record){ .what = { .type = NI_TYPE_EVENTFD } };
	assert_says(&record, "eventfd", "<eventfd fd=3>");
}

static void every_type_and_family_has_a_word(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 256; type++)
		assert_non_null(ni_what_from_type(type).type);
	for (int family = 0; family < 64; family++) {
		struct record record = socket_record(family, SOCK_RAW, 99);
		struct ni_what what = ni_what_from_record(&arena,
							  &record.what);

		assert_non_null(what.type);
		assert_non_null(ni_what_text(&arena, &what));
	}
}

static void an_address_cut_short_is_none(void **state)
{
	struct sockaddr_in6 address = ipv6("::1", 80, 0);
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	(void)state;
	for (size_t size = 0; size < sizeof(address); size++)
		assert_null(ni_what_address(&arena, &address, size));
	assert_non_null(ni_what_address(&arena, &address, sizeof(address)));
	assert_null(ni_what_address(&arena, &name, sizeof(sa_family_t)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_has_its_address),
		cmocka_unit_test(a_connection_has_both_addresses),
		cmocka_unit_test(an_unbound_socket_has_no_state_and_no_peer),
		cmocka_unit_test(a_unix_socket_has_a_path_or_an_abstract_name),
		cmocka_unit_test(files_have_paths_and_pipes_do_not),
		cmocka_unit_test(every_type_and_family_has_a_word),
		cmocka_unit_test(an_address_cut_short_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
