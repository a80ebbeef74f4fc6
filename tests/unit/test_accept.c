/*
 * Taking connections.
 */
#include "api.h"
#include "faults.h"

/* A listener, and a client that waits in its queue. */
struct queue {
	struct noinherit_socket listener, client;
};

static struct queue queued(void)
{
	struct queue queue = { .listener = listening() };

	queue.client = connected_to(&queue.listener);
	return queue;
}

static void leave(struct queue *queue)
{
	noinherit_close(&queue->listener);
	noinherit_close(&queue->client);
}

/* ---- old kernels: first, because what works here is remembered ----------- */

static void without_accept4(void)
{
	struct queue queue = queued();
	struct noinherit_socket first, second, client;

	client = connected_to(&queue.listener);
	faults_watch();
	faults_add("accept4", ENOSYS, 1, 0);
	EXPECT(noinherit_accept(&queue.listener, &first, NULL, NULL) == 0);
	EXPECT(noinherit_accept(&queue.listener, &second, NULL, NULL) == 0);
	EXPECT(!strcmp(faults_end(), "accept4 accept ioctl accept ioctl"));
	EXPECT(!is_inheritable(first.fd) && !is_inheritable(second.fd));
	(void)client;
}

static void without_accept4_and_without_the_flag(void)
{
	struct queue queue = queued();
	struct noinherit_socket conn;
	int before = count_descriptors();

	faults_watch();
	faults_add("accept4", ENOSYS, 1, 0);
	faults_add("ioctl", EIO, 1, 0);
	EXPECT(noinherit_accept(&queue.listener, &conn, NULL, NULL) == -EIO);
	EXPECT(!strcmp(faults_end(), "accept4 accept ioctl close"));
	EXPECT(count_descriptors() == before);
	faults_watch();
	faults_add("accept4", ENOSYS, 1, 0);
	faults_add("accept", EMFILE, 1, 0);
	EXPECT(noinherit_accept(&queue.listener, &conn, NULL, NULL) == -EMFILE);
	EXPECT(!strcmp(faults_end(), "accept4 accept"));
}

static void old_kernels_get_the_flag_in_a_second_call(void **state)
{
	(void)state;
	in_child(without_accept4);
	in_child(without_accept4_and_without_the_flag);
}

/* ---- what accept gives --------------------------------------------------- */

static void a_connection_is_recorded_as_its_listener(void **state)
{
	struct queue queue = queued();
	struct noinherit_socket conn;
	struct sockaddr_in peer;
	socklen_t size = sizeof(peer);

	(void)state;
	queue.listener.proto = 4711;
	faults_watch();
	assert_int_equal(noinherit_accept(&queue.listener, &conn,
					  (struct sockaddr *)&peer, &size), 0);
	assert_string_equal(faults_end(), "accept4");
	assert_int_equal(conn.family, AF_INET);
	assert_int_equal(conn.type, SOCK_STREAM);
	assert_int_equal(conn.proto, 4711);
	assert_int_equal(conn.timeout_ns, NOINHERIT_BLOCKING);
	assert_false(is_inheritable(conn.fd));
	assert_int_equal(size, sizeof(peer));
	assert_int_equal(ntohs(peer.sin_port), port_of(queue.client.fd));
	noinherit_close(&conn);
	leave(&queue);
}

static void a_short_address_buffer_is_not_overrun(void **state)
{
	struct queue queue = queued();
	struct noinherit_socket conn;
	struct sockaddr_in peer;
	socklen_t size = sizeof(sa_family_t);

	(void)state;
	memset(&peer, 0x5a, sizeof(peer));
	assert_int_equal(noinherit_accept(&queue.listener, &conn,
					  (struct sockaddr *)&peer, &size), 0);
	assert_int_equal(size, sizeof(peer));
	assert_int_equal(peer.sin_family, AF_INET);
	assert_int_equal(peer.sin_port, 0x5a5a);
	noinherit_close(&conn);
	leave(&queue);
}

static const struct {
	const char *name;
	int64_t default_ns, listener_ns, result_ns;
	const char *calls;
} modes[] = {
	{ "none, blocking", -1, -1, -1, "accept4" },
	{ "none, timeout", -1, 60000 * MS, -1, "poll accept4" },
	{ "none, non-blocking", -1, 0, -1, "accept4" },
	{ "default, blocking", 7 * MS, -1, 7 * MS, "accept4 ioctl" },
	{ "default 0, timeout", 0, 60000 * MS, 0, "poll accept4 ioctl" },
	{ "default, non-blocking", 7 * MS, 0, 7 * MS, "accept4 ioctl" },
};

static void the_mode_is_the_default_and_never_the_listener_s(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct queue queue = queued();
		struct noinherit_socket conn;

		noinherit_settimeout_ns(&queue.listener, modes[i].listener_ns);
		noinherit_setdefaulttimeout_ns(modes[i].default_ns);
		faults_watch();
		assert_int_equal(noinherit_accept(&queue.listener, &conn, NULL,
						  NULL), 0);
		if (strcmp(faults_end(), modes[i].calls))
			fail_msg("%s: %s", modes[i].name, faults.log);
		assert_int_equal(conn.timeout_ns, modes[i].result_ns);
		assert_int_equal(is_nonblocking(conn.fd),
				 modes[i].result_ns >= 0);
		noinherit_setdefaulttimeout_ns(-1);
		noinherit_close(&conn);
		leave(&queue);
	}
}

static void a_failing_mode_closes_the_connection(void **state)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;
	struct noinherit_socket conn;
	struct queue queue = queued();
	struct sockaddr_in peer = { .sin_port = 0x5a5a };
	socklen_t size = 3;

	(void)state;
	noinherit_setdefaulttimeout_ns(MS);
	faults_watch();
	faults_add("ioctl", EIO, 1, 0);
	assert_int_equal(noinherit_accept(&queue.listener, &conn,
					  (struct sockaddr *)&peer, &size),
			 -EIO);
	assert_string_equal(faults_end(), "accept4 ioctl close");
	assert_memory_equal(&conn, &closed, sizeof(conn));
	assert_int_equal(peer.sin_port, 0x5a5a);
	assert_int_equal(size, 3);
	leave(&queue);
}

static void a_connection_is_non_blocking_on_request(void **state)
{
	struct queue queue = queued();
	struct noinherit_socket conn;

	(void)state;
	noinherit_setdefaulttimeout_ns(MS);
	assert_int_equal(noinherit_accept4(&queue.listener, &conn, NULL, NULL,
					   SOCK_NONBLOCK << 1), -EINVAL);
	assert_int_equal(conn.fd, -1);
	faults_watch();
	assert_int_equal(noinherit_accept4(&queue.listener, &conn, NULL, NULL,
					   SOCK_NONBLOCK | SOCK_CLOEXEC), 0);
	assert_string_equal(faults_end(), "accept4");
	assert_int_equal(conn.timeout_ns, 0);
	assert_int_equal(conn.type, SOCK_STREAM);
	assert_true(is_nonblocking(conn.fd));
	assert_false(is_inheritable(conn.fd));
	noinherit_close(&conn);
	leave(&queue);
}

static void an_old_kernel_s_connection_is_non_blocking_too(void)
{
	struct queue queue = queued();
	struct noinherit_socket conn;

	faults_watch();
	faults_add("accept4", ENOSYS, 1, 0);
	EXPECT(noinherit_accept4(&queue.listener, &conn, NULL, NULL,
				SOCK_NONBLOCK) == 0);
	EXPECT(!strcmp(faults_end(), "accept4 accept ioctl ioctl"));
	EXPECT(conn.timeout_ns == 0 && is_nonblocking(conn.fd));
	noinherit_close(&conn);
	leave(&queue);
}

static void without_accept4_it_takes_two_more_calls(void **state)
{
	(void)state;
	in_child(an_old_kernel_s_connection_is_non_blocking_too);
}

/* ---- waiting ------------------------------------------------------------- */

static void nothing_queued_is_eagain_or_a_timeout(void **state)
{
	struct noinherit_socket listener = listening(), conn;

	(void)state;
	noinherit_setblocking(&listener, 0);
	assert_int_equal(noinherit_accept(&listener, &conn, NULL, NULL),
			 -EAGAIN);
	noinherit_settimeout_ns(&listener, MS);
	assert_int_equal(noinherit_accept(&listener, &conn, NULL, NULL),
			 -ETIMEDOUT);
	noinherit_close(&listener);
}

static void interruption_and_false_readiness_are_not_reported(void **state)
{
	struct queue queue = queued();
	struct noinherit_socket conn;

	(void)state;
	faults_watch();
	faults_add("accept4", EINTR, 2, 0);
	assert_int_equal(noinherit_accept(&queue.listener, &conn, NULL, NULL),
			 0);
	assert_string_equal(faults_end(), "accept4 accept4 accept4");
	noinherit_close(&conn);
	leave(&queue);

	queue = queued();
	noinherit_settimeout_ns(&queue.listener, 60000 * MS);
	faults_watch();
	faults_add("accept4", EAGAIN, 1, 0);
	assert_int_equal(noinherit_accept(&queue.listener, &conn, NULL, NULL),
			 0);
	assert_string_equal(faults_end(), "poll accept4 poll accept4");
	noinherit_close(&conn);
	leave(&queue);
}

static void what_does_not_listen_is_told(void **state)
{
	struct noinherit_socket s, conn;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_accept(&s, &conn, NULL, NULL), -EINVAL);
	noinherit_close(&s);
	assert_int_equal(noinherit_create_socket(&s, -1, SOCK_DGRAM, -1), 0);
	assert_int_equal(noinherit_accept(&s, &conn, NULL, NULL), -EOPNOTSUPP);
	/* Such a socket never becomes readable (S-30). */
	noinherit_settimeout_ns(&s, MS);
	assert_int_equal(noinherit_accept(&s, &conn, NULL, NULL), -ETIMEDOUT);
	noinherit_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(old_kernels_get_the_flag_in_a_second_call),
		api_test(a_connection_is_recorded_as_its_listener),
		api_test(a_short_address_buffer_is_not_overrun),
		api_test(the_mode_is_the_default_and_never_the_listener_s),
		api_test(a_failing_mode_closes_the_connection),
		api_test(a_connection_is_non_blocking_on_request),
		api_test(without_accept4_it_takes_two_more_calls),
		api_test(nothing_queued_is_eagain_or_a_timeout),
		api_test(interruption_and_false_readiness_are_not_reported),
		api_test(what_does_not_listen_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
