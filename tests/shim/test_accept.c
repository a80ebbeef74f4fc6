/*
 * Rule 2: an accepted connection is non-inheritable; its mode, its address and
 * the listener stay as they are.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "shim_case.h"

/* A listener, and a client in its queue. */
struct meeting {
	int listener, client;
	struct sockaddr_in client_address;
};

static void meet(struct meeting *meeting, int listener_flags)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	meeting->listener = socket(AF_INET, SOCK_STREAM | listener_flags, 0);
	assert_int_equal(bind(meeting->listener, (void *)&address, length), 0);
	assert_int_equal(listen(meeting->listener, 8), 0);
	getsockname(meeting->listener, (void *)&address, &length);
	meeting->client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(meeting->client, (void *)&address, length), 0);
	getsockname(meeting->client, (void *)&meeting->client_address, &length);
}

static void part(struct meeting *meeting)
{
	close(meeting->listener);
	close(meeting->client);
}

static int plain(int listener, void *address, socklen_t *length)
{
	return accept(listener, address, length);
}

static int four(int listener, void *address, socklen_t *length)
{
	return accept4(listener, address, length, 0);
}

static int four_nonblocking(int listener, void *address, socklen_t *length)
{
	return accept4(listener, address, length, SOCK_NONBLOCK);
}

static int by_number(int listener, void *address, socklen_t *length)
{
	return (int)syscall(SYS_accept, listener, address, length);
}

static int four_by_number(int listener, void *address, socklen_t *length)
{
	return (int)syscall(SYS_accept4, listener, address, length, 0);
}

static const struct {
	const char *name;
	int (*accept)(int, void *, socklen_t *);
	int mode;
} ways[] = {
	{ "accept", plain, 0 },
	{ "accept4", four, 0 },
	{ "accept4, non-blocking", four_nonblocking, O_NONBLOCK },
	{ "syscall(SYS_accept)", by_number, 0 },
	{ "syscall(SYS_accept4)", four_by_number, 0 },
};

static void a_connection_is_non_inheritable_and_has_its_own_mode(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(ways) * 2; i++) {
		int way = (int)i / 2, peer;
		struct meeting meeting;

		meet(&meeting, i % 2 ? SOCK_NONBLOCK : 0);
		peer = ways[way].accept(meeting.listener, NULL, NULL);
		if (peer < 0 || !is_non_inheritable(peer))
			fail_msg("%s: %d is inheritable", ways[way].name, peer);
		assert_int_equal(ni_raw3(SYS_fcntl, peer, F_GETFL, 0) &
				 O_NONBLOCK, ways[way].mode);
		close(peer);
		part(&meeting);
	}
}

static void the_address_of_the_peer_is_told(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct sockaddr_in address = { 0 };
		socklen_t length = sizeof(address);
		struct meeting meeting;
		int peer;

		meet(&meeting, 0);
		peer = ways[i].accept(meeting.listener, &address, &length);
		assert_true(is_non_inheritable(peer));
		assert_int_equal(length, sizeof(address));
		assert_int_equal(address.sin_port,
				 meeting.client_address.sin_port);
		close(peer);
		part(&meeting);
	}
}

static void an_accepted_descriptor_is_ours_unless_asked_for(void **state)
{
	struct meeting meeting;
	int peer;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		meet(&meeting, 0);
		peer = ways[i].accept(meeting.listener, NULL, NULL);
		if (!was_ours(peer))
			fail_msg("%s", ways[i].name);
		close(peer);
		part(&meeting);
	}
	meet(&meeting, 0);
	peer = accept4(meeting.listener, NULL, NULL, SOCK_CLOEXEC);
	assert_false(was_ours(peer));
	close(peer);
	part(&meeting);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(a_connection_is_non_inheritable_and_has_its_own_mode),
		SHIM_CASE(the_address_of_the_peer_is_told),
		SHIM_CASE(an_accepted_descriptor_is_ours_unless_asked_for),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
