/*
 * Deadlines: one point in time for several calls, and cancelling it.
 */
#include "api.h"
#include "faults.h"

#include <poll.h>
#include <pthread.h>

static void what_is_not_a_deadline_is_refused(void **state)
{
	struct noinherit_deadline d;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_deadline_init(&d, -2, 0), -EINVAL);
	assert_int_equal(noinherit_deadline_init(&d, 0, 2), -EINVAL);
	assert_int_equal(noinherit_deadline_left_ns(&d), 0);
	assert_int_equal(noinherit_deadline_set_ns(&d, -2), -EINVAL);
	assert_int_equal(noinherit_deadline_cancel(&d), -EINVAL);
	assert_int_equal(noinherit_deadline_close(&d), 0);
	assert_string_equal(faults_end(), "");
	faults_add("eventfd", EMFILE, 1, 0);
	assert_int_equal(noinherit_deadline_init(&d, 0, NOINHERIT_CANCELLABLE),
			 -EMFILE);
	assert_int_equal(noinherit_deadline_close(&d), 0);
	faults_end();
}

static void a_struct_of_zeros_has_expired_and_closes_nothing(void **state)
{
	struct noinherit_deadline zeros = { 0 };

	(void)state;
	assert_int_equal(noinherit_deadline_left_ns(&zeros), 0);
	assert_int_equal(noinherit_deadline_cancel(&zeros), -EINVAL);
	assert_int_equal(noinherit_deadline_close(&zeros), 0);
	assert_true(is_open(0));
}

static void the_time_that_is_left_decreases(void **state)
{
	struct noinherit_deadline d;

	(void)state;
	assert_int_equal(noinherit_deadline_init(&d, 60000 * MS, 0), 0);
	assert_in_range(noinherit_deadline_left_ns(&d), 1, 60000 * MS);
	assert_int_equal(noinherit_deadline_set_ns(&d, NOINHERIT_BLOCKING), 0);
	assert_int_equal(noinherit_deadline_left_ns(&d), NOINHERIT_BLOCKING);
	assert_int_equal(noinherit_deadline_set_ns(&d, INT64_MAX), 0);
	assert_true(noinherit_deadline_left_ns(&d) > 60000 * MS);
	assert_int_equal(noinherit_deadline_set_ns(&d, 0), 0);
	assert_int_equal(noinherit_deadline_left_ns(&d), 0);
}

static void a_deadline_ends_each_call(void **state)
{
	struct noinherit_socket pair[2], listener = listening(), conn;
	struct noinherit_deadline d;
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_send(&pair[0], "xy", 2, 0);
	assert_int_equal(noinherit_deadline_init(&d, 60000 * MS, 0), 0);
	assert_int_equal(noinherit_set_deadline(&pair[1], &d), 0);
	assert_true(is_nonblocking(pair[1].fd));
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), 1);
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), 1);
	noinherit_deadline_set_ns(&d, 5 * MS);
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), -ETIMEDOUT);
	assert_int_equal(noinherit_deadline_left_ns(&d), 0);
	/* It is over for all, and for what is ready, too. */
	noinherit_send(&pair[0], "x", 1, 0);
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), -ETIMEDOUT);
	assert_int_equal(noinherit_sendall(&pair[1], "x", 1, 0, NULL),
			 -ETIMEDOUT);
	noinherit_set_deadline(&listener, &d);
	assert_int_equal(noinherit_accept(&listener, &conn, NULL, NULL),
			 -ETIMEDOUT);
	noinherit_deadline_set_ns(&d, NOINHERIT_BLOCKING);
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), 1);
	assert_int_equal(noinherit_set_deadline(&pair[1], NULL), 0);
	assert_false(is_nonblocking(pair[1].fd));
	noinherit_close(&listener);
	close_pair(pair);
}

static void the_earlier_of_timeout_and_deadline_counts(void **state)
{
	struct noinherit_socket pair[2];
	struct noinherit_deadline d;
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_deadline_init(&d, 60000 * MS, 0);
	noinherit_set_deadline(&pair[0], &d);
	assert_int_equal(noinherit_settimeout_ns(&pair[0], MS), 0);
	assert_int_equal(noinherit_recv(&pair[0], &byte, 1, 0), -ETIMEDOUT);
	assert_true(noinherit_deadline_left_ns(&d) > 0);
	noinherit_settimeout_ns(&pair[0], 60000 * MS);
	noinherit_deadline_set_ns(&d, MS);
	assert_int_equal(noinherit_recv(&pair[0], &byte, 1, 0), -ETIMEDOUT);
	/* A blocking socket with a deadline stays non-blocking in the kernel. */
	noinherit_setblocking(&pair[0], 1);
	assert_true(is_nonblocking(pair[0].fd));
	close_pair(pair);
}

static void *cancel_later(void *deadline)
{
	poll(NULL, 0, 20);
	return (void *)(intptr_t)noinherit_deadline_cancel(deadline);
}

static void another_thread_cancels_a_wait(void **state)
{
	struct noinherit_socket pair[2];
	struct noinherit_deadline d;
	pthread_t thread;
	void *result;
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(noinherit_deadline_init(&d, NOINHERIT_BLOCKING,
						 NOINHERIT_CANCELLABLE), 0);
	assert_false(is_inheritable(d.cancel_fd));
	noinherit_set_deadline(&pair[0], &d);
	assert_int_equal(pthread_create(&thread, NULL, cancel_later, &d), 0);
	assert_int_equal(noinherit_recv(&pair[0], &byte, 1, 0), -ECANCELED);
	pthread_join(thread, &result);
	assert_null(result);
	assert_int_equal(noinherit_deadline_left_ns(&d), -ECANCELED);
	assert_int_equal(noinherit_deadline_cancel(&d), 0);
	/* From then on, before anything is done, waiting or not. */
	noinherit_send(&pair[1], "x", 1, 0);
	assert_int_equal(noinherit_recv(&pair[0], &byte, 1, 0), -ECANCELED);
	noinherit_setblocking(&pair[0], 0);
	assert_int_equal(noinherit_recv(&pair[0], &byte, 1, 0), -ECANCELED);
	assert_int_equal(noinherit_wait(&pair[0], POLLIN), -ECANCELED);
	/* Set anew, it is as if nothing had happened. */
	assert_int_equal(noinherit_deadline_set_ns(&d, 60000 * MS), 0);
	assert_int_equal(noinherit_wait(&pair[0], POLLIN), POLLIN);
	assert_int_equal(noinherit_recv(&pair[0], &byte, 1, 0), 1);
	assert_int_equal(noinherit_deadline_close(&d), 0);
	assert_int_equal(noinherit_deadline_close(&d), 0);
	close_pair(pair);
}

static void connecting_ends_by_the_deadline(void **state)
{
	struct noinherit_socket listener = listening(), s;
	struct noinherit_deadline d;
	struct noinherit_connect_options options = {
		.size = sizeof(options), .deadline = &d,
	};

	(void)state;
	noinherit_deadline_init(&d, 0, 0);
	faults_watch();
	assert_int_equal(noinherit_create_connection(
		&s, "127.0.0.1", port_text(listener.fd), &options),
		-ETIMEDOUT);
	assert_int_equal(s.fd, -1);
	noinherit_deadline_set_ns(&d, 60000 * MS);
	assert_int_equal(noinherit_create_connection(
		&s, "127.0.0.1", port_text(listener.fd), &options), 0);
	assert_ptr_equal(s.deadline, &d);
	noinherit_close(&s);
	options.flags = 1;
	assert_int_equal(noinherit_create_connection(
		&s, "127.0.0.1", port_text(listener.fd), &options), -EINVAL);
	faults_end();
	noinherit_close(&listener);
}

/* ---- waiting, and trying first ------------------------------------------- */

static void wait_says_what_is_ready(void **state)
{
	struct noinherit_socket pair[2], closed = NOINHERIT_SOCKET_CLOSED;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(noinherit_wait(&pair[0], POLLIN | POLLOUT), POLLOUT);
	noinherit_setblocking(&pair[0], 0);
	assert_int_equal(noinherit_wait(&pair[0], POLLIN), -EAGAIN);
	noinherit_settimeout_ns(&pair[0], MS);
	assert_int_equal(noinherit_wait(&pair[0], POLLIN), -ETIMEDOUT);
	assert_int_equal(noinherit_wait(&closed, POLLIN), -EBADF);
	closed.fd = 1 << 20;
	assert_int_equal(noinherit_wait(&closed, POLLIN), -EBADF);
	noinherit_close(&pair[1]);
	assert_int_equal(noinherit_wait(&pair[0], POLLIN), POLLIN | POLLHUP);
	noinherit_close(&pair[0]);
}

static void trying_first_halves_the_calls(void **state)
{
	struct noinherit_socket pair[2];
	char byte = 'x';

	(void)state;
	pair_of(pair, SOCK_STREAM);
	for (int i = 0; i < 2; i++) {
		noinherit_settimeout_ns(&pair[i], 5 * MS);
		assert_int_equal(noinherit_set_try_first(&pair[i], 1), 0);
	}
	faults_watch();
	assert_int_equal(noinherit_send(&pair[0], &byte, 1, 0), 1);
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), 1);
	assert_string_equal(faults_end(), "send recv");
	faults_watch();
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, 0), -ETIMEDOUT);
	assert_string_equal(faults_end(), "recv poll");
	noinherit_set_try_first(&pair[0], 0);
	faults_watch();
	assert_int_equal(noinherit_send(&pair[0], &byte, 1, 0), 1);
	assert_string_equal(faults_end(), "poll send");
	close_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(what_is_not_a_deadline_is_refused),
		api_test(a_struct_of_zeros_has_expired_and_closes_nothing),
		api_test(the_time_that_is_left_decreases),
		api_test(a_deadline_ends_each_call),
		api_test(the_earlier_of_timeout_and_deadline_counts),
		api_test(another_thread_cancels_a_wait),
		api_test(connecting_ends_by_the_deadline),
		api_test(wait_says_what_is_ready),
		api_test(trying_first_halves_the_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
