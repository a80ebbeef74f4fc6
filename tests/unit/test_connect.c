/*
 * Connecting to an address.
 */
#include "api.h"
#include "connecting.h"
#include "faults.h"

#include <signal.h>
#include <sys/time.h>

static const struct {
	const char *name;
	int64_t timeout_ns;
	int fault, listens, result;
	const char *calls;
} connects[] = {
	{ "blocking", -1, 0, 1, 0, "connect" },
	{ "blocking, refused", -1, 0, 0, -ECONNREFUSED, "connect" },
	{ "timeout", 60000 * MS, 0, 1, 0, "connect poll getsockopt" },
	{ "timeout, refused", 60000 * MS, 0, 0, -ECONNREFUSED,
	  "connect poll getsockopt" },
	{ "non-blocking", 0, 0, 1, -EINPROGRESS, "connect" },
	{ "non-blocking, interrupted", 0, EINTR, 1, -EINTR, "connect" },
	{ "timeout, full AF_UNIX queue", 60000 * MS, EAGAIN, 1, -EAGAIN,
	  "connect" },
	{ "unreachable", 60000 * MS, ENETUNREACH, 1, -ENETUNREACH, "connect" },
};

static void connect_is_called_once_and_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(connects); i++) {
		struct noinherit_socket s, listener = listening(), none;
		int port = connects[i].listens ? port_of(listener.fd) :
						 refusing(&none);

		assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
		noinherit_settimeout_ns(&s, connects[i].timeout_ns);
		faults_watch();
		if (connects[i].fault)
			faults_add("connect", connects[i].fault, 1, 0);
		assert_int_equal(connect_to(&s, port), connects[i].result);
		if (strcmp(faults_end(), connects[i].calls))
			fail_msg("%s: %s", connects[i].name, faults.log);
		noinherit_close(&s);
		noinherit_close(&listener);
		if (!connects[i].listens)
			noinherit_close(&none);
	}
}

/* A connect that the kernel has begun and a signal interrupted: made by one on
 * a non-blocking socket, then EINTR in place of EINPROGRESS. */
static int interrupted_connect(struct noinherit_socket *s, int port,
			       int64_t timeout_ns, const char **calls)
{
	int r;

	assert_int_equal(noinherit_create_socket(s, -1, -1, -1), 0);
	noinherit_setblocking(s, 0);
	r = connect_to(s, port);
	assert_true(r == -EINPROGRESS || r == 0);
	noinherit_settimeout_ns(s, timeout_ns);
	faults_watch();
	faults_add("connect", EINTR, 1, 0);
	r = connect_to(s, port);
	*calls = faults_end();
	return r;
}

static void an_interrupted_connect_is_waited_for_and_not_repeated(void **state)
{
	static const int64_t timeouts_ns[] = { NOINHERIT_BLOCKING, 60000 * MS };
	struct noinherit_socket listener = listening(), s, none;
	const char *calls;
	int port = refusing(&none);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(timeouts_ns); i++) {
		assert_int_equal(interrupted_connect(&s, port_of(listener.fd),
						     timeouts_ns[i], &calls),
				 0);
		assert_string_equal(calls, "connect poll getsockopt");
		noinherit_close(&s);
		assert_int_equal(interrupted_connect(&s, port, timeouts_ns[i],
						     &calls), -ECONNREFUSED);
		assert_string_equal(calls, "connect poll getsockopt");
		noinherit_close(&s);
	}
	noinherit_close(&listener);
	noinherit_close(&none);
}

static int tells_to_stop(void *asked)
{
	/* Once for the first connect; before and after the interrupted one. */
	return ++*(int *)asked > 2;
}

static void the_program_may_end_an_interrupted_connect(void **state)
{
	struct noinherit_socket listener = listening(), s;
	const char *calls;
	int asked = 0;

	(void)state;
	noinherit_set_interrupt(tells_to_stop, &asked);
	assert_int_equal(interrupted_connect(&s, port_of(listener.fd), -1,
					     &calls), -EINTR);
	assert_string_equal(calls, "connect");
	assert_int_equal(asked, 3);
	noinherit_close(&s);
	noinherit_close(&listener);
}

static void a_timeout_leaves_the_attempt_in_progress(void **state)
{
	struct noinherit_socket listener, clients[4], s;

	(void)state;
	fill(&listener, clients, ARRAY_LEN(clients));
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	noinherit_settimeout_ns(&s, 5 * MS);
	assert_int_equal(connect_to(&s, port_of(listener.fd)), -ETIMEDOUT);
	assert_int_not_equal(fcntl(s.fd, F_GETFD), -1);
	assert_int_equal(connect_to(&s, port_of(listener.fd)), -EALREADY);
	noinherit_close(&s);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		noinherit_close(&clients[i]);
	noinherit_close(&listener);
}

/* A listener of an abstract name, and a client that fills its queue. */
struct full_queue {
	struct noinherit_socket listener, first;
	struct sockaddr_storage address;
	socklen_t size;
};

static void fill_unix(struct full_queue *queue)
{
	char name[32] = "";
	const struct sockaddr *to = (struct sockaddr *)&queue->address;
	int length = snprintf(name + 1, sizeof(name) - 1, "noinherit-%d",
			      (int)getpid());

	queue->size = (socklen_t)noinherit_address(
		&queue->address, AF_UNIX, name, (size_t)length + 1, NULL);
	noinherit_create_socket(&queue->listener, AF_UNIX, -1, 0);
	noinherit_bind(&queue->listener, to, queue->size);
	noinherit_listen(&queue->listener, 0);
	noinherit_create_socket(&queue->first, AF_UNIX, -1, 0);
	assert_int_equal(noinherit_connect(&queue->first, to, queue->size), 0);
}

static int connect_second(struct full_queue *queue, struct noinherit_socket *s)
{
	return noinherit_connect(s, (struct sockaddr *)&queue->address,
				 queue->size);
}

static void a_full_unix_queue_is_eagain_at_once_with_a_timeout(void **state)
{
	struct noinherit_socket second;
	struct full_queue queue;

	(void)state;
	fill_unix(&queue);
	assert_int_equal(noinherit_create_socket(&second, AF_UNIX, -1, 0), 0);
	noinherit_settimeout_ns(&second, 60000 * MS);
	faults_watch();
	assert_int_equal(connect_second(&queue, &second), -EAGAIN);
	assert_string_equal(faults_end(), "connect");
	noinherit_close(&queue.listener);
	noinherit_close(&queue.first);
	noinherit_close(&second);
}

static volatile sig_atomic_t alarms, full_listener;

/* The queue has room only after many signals have undone the connect. */
static void on_alarm(int number)
{
	(void)number;
	if (++alarms == 20)
		accept(full_listener, NULL, NULL);
}

static void connect_in_a_storm(void)
{
	const struct itimerval each_ms = { { 0, 1000 }, { 0, 1000 } };
	const struct sigaction action = { .sa_handler = on_alarm };
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	struct noinherit_socket second;
	struct full_queue queue;

	fill_unix(&queue);
	EXPECT(noinherit_create_socket(&second, AF_UNIX, -1, 0) == 0);
	full_listener = queue.listener.fd;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each_ms, NULL);
	EXPECT(connect_second(&queue, &second) == 0);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	EXPECT(alarms >= 20);
	/* Not just taken for connected. */
	EXPECT(getpeername(second.fd, (struct sockaddr *)&peer, &size) == 0);
}

static void a_unix_connect_that_a_signal_undid_is_made_again(void **state)
{
	(void)state;
	in_child(connect_in_a_storm);
}

static void an_error_of_asking_for_the_result_is_told(void **state)
{
	struct noinherit_socket listener = listening(), s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	noinherit_settimeout_ns(&s, 60000 * MS);
	faults_add("getsockopt", ENOTCONN, 1, 0);
	assert_int_equal(connect_to(&s, port_of(listener.fd)), -ENOTCONN);
	noinherit_close(&s);
	noinherit_close(&listener);
}

static int stops(void *data)
{
	(void)data;
	return 1;
}

static void what_ended_before_it_makes_no_call(void **state)
{
	struct noinherit_deadline over = { .cancel_fd = -1 };
	struct noinherit_socket listener = listening(), s;
	int port = port_of(listener.fd);

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	noinherit_set_interrupt(stops, NULL);
	faults_watch();
	assert_int_equal(connect_to(&s, port), -EINTR);
	assert_string_equal(faults_end(), "");
	noinherit_set_interrupt(NULL, NULL);

	noinherit_set_deadline(&s, &over);
	faults_watch();
	assert_int_equal(connect_to(&s, port), -ETIMEDOUT);
	assert_string_equal(faults_end(), "");
	noinherit_close(&s);
	noinherit_close(&listener);
}

static void the_numbers_of_connect_ex_are_python_s(void **state)
{
	static const struct { int fault, number; } outcomes[] = {
		{ 0, 0 }, { ECONNREFUSED, ECONNREFUSED },
		{ ETIMEDOUT, ETIMEDOUT }, { EAGAIN, EAGAIN },
	};
	struct noinherit_socket listener = listening();
	struct sockaddr_in address, own;
	socklen_t size = sizeof(address);

	(void)state;
	assert_int_equal(noinherit_getsockname(
		&listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(noinherit_getpeername(
		&listener, (struct sockaddr *)&own, &size), -ENOTCONN);
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		struct noinherit_socket s;

		assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
		faults_watch();
		if (outcomes[i].fault)
			faults_add("connect", outcomes[i].fault, 1, 0);
		assert_int_equal(noinherit_connect_ex(
			&s, (struct sockaddr *)&address, sizeof(address)),
			outcomes[i].number);
		faults_end();
		noinherit_close(&s);
	}
	noinherit_close(&listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(what_ended_before_it_makes_no_call),
		api_test(the_numbers_of_connect_ex_are_python_s),
		api_test(connect_is_called_once_and_waited_for),
		api_test(an_interrupted_connect_is_waited_for_and_not_repeated),
		api_test(the_program_may_end_an_interrupted_connect),
		api_test(a_timeout_leaves_the_attempt_in_progress),
		api_test(a_full_unix_queue_is_eagain_at_once_with_a_timeout),
		api_test(a_unix_connect_that_a_signal_undid_is_made_again),
		api_test(an_error_of_asking_for_the_result_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
