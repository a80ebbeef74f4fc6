/*
 * Sockets as Python's repr() shows them.
 */
#include "api.h"
#include "faults.h"
#include "skip_case.h"

#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/un.h>

#include "lib/address.h"

static char text[512];

static const char *repr(struct noinherit_socket *s)
{
	int length = noinherit_repr(s, text, sizeof(text));

	assert_int_equal(length, strlen(text));
	return text;
}

__attribute__((format(printf, 1, 2)))
static const char *expected(const char *format, ...)
{
	static char buf[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(buf, sizeof(buf), format, arguments);
	va_end(arguments);
	return buf;
}

static void internet_sockets_show_both_ends(void **state)
{
	struct noinherit_socket listener = listening(), client;

	(void)state;
	client = connected_to(&listener);
	assert_string_equal(repr(&listener), expected(
		"<socket.socket fd=%d, family=2, type=1, proto=0, "
		"laddr=('127.0.0.1', %d)>", listener.fd,
		port_of(listener.fd)));
	assert_string_equal(repr(&client), expected(
		"<socket.socket fd=%d, family=2, type=1, proto=6, "
		"laddr=('127.0.0.1', %d), raddr=('127.0.0.1', %d)>", client.fd,
		port_of(client.fd), port_of(listener.fd)));
	noinherit_close(&listener);
	noinherit_close(&client);
}

static void ipv6_is_a_tuple_of_four(void **state)
{
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, AF_INET6, -1, -1), 0);
	assert_string_equal(repr(&s), expected(
		"<socket.socket fd=%d, family=10, type=1, proto=0, "
		"laddr=('::', 0, 0, 0)>", s.fd));
	noinherit_close(&s);
}

static void a_socket_without_a_name_shows_none(void **state)
{
	struct noinherit_socket pair[2];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_string_equal(repr(&pair[0]), expected(
		"<socket.socket fd=%d, family=1, type=1, proto=0>",
		pair[0].fd));
	close_pair(pair);
}

static void unix_names_are_bare_text_or_bytes(void **state)
{
	static const char abstract[] = "\0noinherit 'repr'";
	char path[] = "/tmp/noinherit-XXXXXX";
	struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_UNIX
	};
	struct sockaddr_storage address;
	struct noinherit_socket s;
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	unlink(path);
	assert_int_equal(noinherit_create_server(&s, path, NULL, &options), 0);
	assert_string_equal(repr(&s), expected(
		"<socket.socket fd=%d, family=1, type=1, proto=0, laddr=%s>",
		s.fd, path));
	unlink(path);
	noinherit_close(&s);

	options.address_size = (socklen_t)noinherit_address(
		&address, AF_UNIX, abstract, sizeof(abstract) - 1, NULL);
	options.address = (struct sockaddr *)&address;
	assert_int_equal(noinherit_create_server(&s, NULL, NULL, &options), 0);
	assert_string_equal(repr(&s), expected(
		"<socket.socket fd=%d, family=1, type=1, proto=0, "
		"laddr=b\"\\x00noinherit 'repr'\">", s.fd));
	noinherit_close(&s);
}

static void netlink_shows_pid_and_groups(void **state)
{
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, AF_NETLINK, SOCK_RAW, 0),
			 0);
	assert_string_equal(repr(&s), expected(
		"<socket.socket fd=%d, family=16, type=3, proto=0, "
		"laddr=(0, 0), raddr=(0, 0)>", s.fd));
	noinherit_close(&s);
}

static void packet_shows_the_interface_s_name(void **state)
{
	struct sockaddr_ll here = { .sll_family = AF_PACKET,
				    .sll_ifindex = (int)if_nametoindex("lo") };
	struct noinherit_socket s;

	(void)state;
	if (noinherit_create_socket(&s, AF_PACKET, SOCK_RAW, 0) < 0)
		skip_case("no packet socket can be made here");
	assert_string_equal(repr(&s), expected(
		"<socket.socket fd=%d, family=17, type=3, proto=0, "
		"laddr=('', 0, 0, 0, b'')>", s.fd));
	here.sll_protocol = htons(3);
	assert_int_equal(noinherit_bind(&s, (struct sockaddr *)&here,
					sizeof(here)), 0);
	assert_string_equal(repr(&s), expected(
		"<socket.socket fd=%d, family=17, type=3, proto=0, "
		"laddr=('lo', 3, 0, 772, "
		"b'\\x00\\x00\\x00\\x00\\x00\\x00')>", s.fd));
	noinherit_close(&s);
}

static void vsock_shows_cid_and_port(void **state)
{
	struct noinherit_socket s;

	(void)state;
	if (noinherit_create_socket(&s, AF_VSOCK, SOCK_STREAM, 0) < 0)
		skip_case("no vsock can be made here");
	assert_string_equal(repr(&s), expected(
		"<socket.socket fd=%d, family=40, type=1, proto=0, "
		"laddr=(4294967295, 4294967295)>", s.fd));
	noinherit_close(&s);
}

static void a_closed_socket_makes_no_call(void **state)
{
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	noinherit_close(&s);
	faults_watch();
	repr(&s);
	assert_string_equal(faults_end(), "");
	assert_string_equal(text, "<socket.socket [closed] fd=-1, family=2, "
				  "type=1, proto=0>");
}

static void an_address_that_is_not_told_is_left_out(void **state)
{
	struct noinherit_socket listener = listening(), client;

	(void)state;
	client = connected_to(&listener);
	faults_watch();
	faults_add("getsockname", ENOBUFS, 1, 0);
	repr(&client);
	assert_string_equal(faults_end(), "getsockname getpeername");
	assert_null(strstr(text, "laddr"));
	assert_non_null(strstr(text, ", raddr=('127.0.0.1', "));
	noinherit_close(&listener);
	noinherit_close(&client);
}

static void a_text_that_does_not_fit_is_cut_and_measured(void **state)
{
	struct noinherit_socket listener = listening();
	int whole = noinherit_repr(&listener, NULL, 0);
	char small[20];

	(void)state;
	assert_int_equal(whole, strlen(repr(&listener)));
	assert_int_equal(noinherit_repr(&listener, small, sizeof(small)),
			 whole);
	assert_int_equal(strlen(small), sizeof(small) - 1);
	assert_memory_equal(small, text, sizeof(small) - 1);
	noinherit_close(&listener);
}

/* Neither is more than its family allows, whatever length is claimed. */
static void a_length_that_is_too_long_is_not_believed(void **state)
{
	struct sockaddr_storage address;
	struct sockaddr_un *un = (struct sockaddr_un *)&address;
	struct sockaddr_ll *ll = (struct sockaddr_ll *)&address;
	char words[512];
	struct ni_text written = ni_text_in(words, sizeof(words));

	(void)state;
	memset(&address, 'a', sizeof(address));
	un->sun_family = AF_UNIX;
	ni_address_write(&written, &address, sizeof(address), NULL);
	assert_int_equal(written.length, sizeof(un->sun_path));

	memset(&address, 0, sizeof(address));
	ll->sll_family = AF_PACKET;
	ll->sll_halen = 255;
	written = ni_text_in(words, sizeof(words));
	ni_address_write(&written, &address, sizeof(address), NULL);
	assert_string_equal(words, "('', 0, 0, 0, "
		"b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00')");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(internet_sockets_show_both_ends),
		api_test(ipv6_is_a_tuple_of_four),
		api_test(a_socket_without_a_name_shows_none),
		api_test(unix_names_are_bare_text_or_bytes),
		api_test(netlink_shows_pid_and_groups),
		api_test(packet_shows_the_interface_s_name),
		api_test(vsock_shows_cid_and_port),
		api_test(a_closed_socket_makes_no_call),
		api_test(an_address_that_is_not_told_is_left_out),
		api_test(a_length_that_is_too_long_is_not_believed),
		api_test(a_text_that_does_not_fit_is_cut_and_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
