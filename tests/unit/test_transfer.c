/*
 * Sending and receiving, with timeouts and real signals.
 */
#include "api.h"
#include "faults.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

/* ---- signals ------------------------------------------------------------- */

static volatile sig_atomic_t alarms, alarms_wanted;
static volatile sig_atomic_t fd_to_write = -1;

static void on_alarm(int signal)
{
	(void)signal;
	if (++alarms == alarms_wanted && fd_to_write >= 0)
		send(fd_to_write, "x", 1, MSG_NOSIGNAL);
}

/* A signal each millisecond; the @wanted-th of them writes a byte to @fd. */
static void storm(int wanted, int fd)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval each_ms = { { 0, 1000 }, { 0, 1000 } };

	alarms = 0;
	alarms_wanted = wanted;
	fd_to_write = fd;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each_ms, NULL);
}

static void calm(void)
{
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &never, NULL);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void recv_in_a_storm(void)
{
	struct noinherit_socket pair[2];
	char byte = 0;

	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	storm(20, pair[1].fd);
	EXPECT(noinherit_recv(&pair[0], &byte, 1, 0) == 1);
	calm();
	EXPECT(byte == 'x' && alarms >= 20);
}

static void recv_in_a_storm_with_a_timeout(void)
{
	struct noinherit_socket pair[2];
	int64_t start_ns;
	char byte = 0;

	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	EXPECT(noinherit_settimeout_ns(&pair[0], 50 * MS) == 0);
	storm(0, -1);
	start_ns = now_ns();
	/* A timeout that began anew with each signal would never end. */
	EXPECT(noinherit_recv(&pair[0], &byte, 1, 0) == -ETIMEDOUT);
	EXPECT(now_ns() - start_ns >= 50 * MS);
	calm();
}

static void a_storm_of_signals_is_not_noticed(void **state)
{
	(void)state;
	in_child(recv_in_a_storm);
	in_child(recv_in_a_storm_with_a_timeout);
}

static int stop_at_five(void *asked)
{
	return ++*(int *)asked == 5;
}

static void recv_that_is_interrupted(void)
{
	struct noinherit_socket pair[2];
	int asked = 0;
	char byte;

	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	noinherit_set_interrupt(stop_at_five, &asked);
	storm(0, -1);
	EXPECT(noinherit_recv(&pair[0], &byte, 1, 0) == -EINTR);
	calm();
	EXPECT(asked == 5);
}

static void the_program_s_word_ends_a_call(void **state)
{
	(void)state;
	in_child(recv_that_is_interrupted);
}

static int stop_now(void *asked)
{
	return ++*(int *)asked > 2;
}

static void sendall_is_stopped_after_a_partial_send(void **state)
{
	static char data[4 << 20];
	struct noinherit_socket pair[2];
	int asked = 0;
	size_t sent = 0;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	/* Takes what fits, once, as a send that a signal cut short. */
	noinherit_settimeout_ns(&pair[0], 60000 * MS);
	noinherit_set_interrupt(stop_now, &asked);
	faults_watch();
	assert_int_equal(noinherit_sendall(&pair[0], data, sizeof(data), 0,
					   &sent), -EINTR);
	assert_string_equal(faults_end(), "poll send");
	assert_int_equal(asked, 3);
	assert_in_range(sent, 1, sizeof(data) - 1);
	close_pair(pair);
}

/* ---- the calls ----------------------------------------------------------- */

static void what_is_sent_is_received(void **state)
{
	struct noinherit_socket pair[2];
	struct iovec part = { (char[]){ "hello" }, 5 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	char buf[16] = "";
	struct iovec room = { buf, sizeof(buf) };

	(void)state;
	pair_of(pair, SOCK_DGRAM);
	assert_int_equal(noinherit_send(&pair[0], "abc", 3, 0), 3);
	assert_int_equal(noinherit_recv(&pair[1], buf, sizeof(buf), MSG_PEEK),
			 3);
	assert_int_equal(noinherit_recvfrom(&pair[1], buf, sizeof(buf), 0,
					    NULL, NULL), 3);
	assert_memory_equal(buf, "abc", 3);
	assert_int_equal(noinherit_sendto(&pair[0], "xy", 2, 0, NULL, 0), 2);
	assert_int_equal(noinherit_recv(&pair[1], buf, sizeof(buf), 0), 2);
	assert_int_equal(noinherit_sendmsg(&pair[0], &msg, 0), 5);
	msg.msg_iov = &room;
	assert_int_equal(noinherit_recvmsg(&pair[1], &msg, 0), 5);
	assert_memory_equal(buf, "hello", 5);
	close_pair(pair);
}

static void an_address_is_sent_to_and_received_from(void **state)
{
	struct noinherit_socket one, two;
	struct sockaddr_storage address;
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	char byte;
	int length;

	(void)state;
	length = noinherit_address(&address, AF_INET, "127.0.0.1",
				   NOINHERIT_STRING, "0");
	assert_int_equal(noinherit_create_socket(&one, -1, SOCK_DGRAM, 0), 0);
	assert_int_equal(noinherit_create_socket(&two, -1, SOCK_DGRAM, 0), 0);
	assert_int_equal(noinherit_bind(&one, (struct sockaddr *)&address,
					(socklen_t)length), 0);
	assert_int_equal(noinherit_bind(&two, (struct sockaddr *)&address,
					(socklen_t)length), 0);
	((struct sockaddr_in *)&address)->sin_port =
		htons((in_port_t)port_of(one.fd));
	assert_int_equal(noinherit_sendto(&two, "x", 1, 0,
					  (struct sockaddr *)&address,
					  (socklen_t)length), 1);
	assert_int_equal(noinherit_recvfrom(&one, &byte, 1, 0,
					    (struct sockaddr *)&from, &size),
			 1);
	assert_int_equal(ntohs(from.sin_port), port_of(two.fd));
	noinherit_close(&one);
	noinherit_close(&two);
}

/* Every call that waits, as one that can be asked for by number. */
static ssize_t call_number(int number, struct noinherit_socket *s)
{
	static char byte[1] = { 'x' };
	struct iovec part = { byte, 1 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	switch (number) {
	case 0: return noinherit_recv(s, byte, 1, 0);
	case 1: return noinherit_recvfrom(s, byte, 1, 0, NULL, NULL);
	case 2: return noinherit_recvmsg(s, &msg, 0);
	case 3: return noinherit_send(s, byte, 1, 0);
	case 4: return noinherit_sendto(s, byte, 1, 0, NULL, 0);
	case 5: return noinherit_sendmsg(s, &msg, 0);
	default: return noinherit_sendall(s, byte, 1, 0, NULL);
	}
}

static const char *const call_names[] = {
	"recv", "recvfrom", "recvmsg", "send", "sendto", "sendmsg", "send",
};

/* Nothing to read, and no room to write. */
static void fill(struct noinherit_socket *s)
{
	static char data[65536];

	while (send(s->fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	while (send(s->fd, data, 1, MSG_DONTWAIT) > 0)
		;
}

static void every_call_waits_repeats_and_times_out(void **state)
{
	struct noinherit_socket pair[2];
	char expected[128];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	fill(&pair[0]);
	for (int i = 0; i < (int)ARRAY_LEN(call_names); i++) {
		noinherit_setblocking(&pair[0], 0);
		faults_watch();
		assert_int_equal(call_number(i, &pair[0]), -EAGAIN);
		assert_string_equal(faults_end(), call_names[i]);

		noinherit_settimeout_ns(&pair[0], MS);
		faults_watch();
		assert_int_equal(call_number(i, &pair[0]), -ETIMEDOUT);
		assert_string_equal(faults_end(), "poll");
	}
	close_pair(pair);

	pair_of(pair, SOCK_STREAM);
	for (int i = 0; i < (int)ARRAY_LEN(call_names); i++) {
		noinherit_send(&pair[1], "y", 1, 0);
		noinherit_setblocking(&pair[0], 1);
		faults_watch();
		faults_add(call_names[i], EINTR, 1, 0);
		assert_in_range(call_number(i, &pair[0]), i == 6 ? 0 : 1, 1);
		snprintf(expected, sizeof(expected), "%s %s", call_names[i],
			 call_names[i]);
		assert_string_equal(faults_end(), expected);
	}
	close_pair(pair);
}

static void a_broken_pipe_is_an_error_and_no_signal(void **state)
{
	struct noinherit_socket pair[2];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_close(&pair[1]);
	for (int i = 3; i < (int)ARRAY_LEN(call_names); i++)
		assert_int_equal(call_number(i, &pair[0]), -EPIPE);
	noinherit_close(&pair[0]);
}

static void an_empty_receive_makes_no_call(void **state)
{
	struct noinherit_socket pair[2];
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	faults_watch();
	assert_int_equal(noinherit_recv(&pair[0], &byte, 0, 0), 0);
	assert_string_equal(faults_end(), "");
	faults_watch();
	assert_int_equal(noinherit_send(&pair[0], &byte, 0, 0), 0);
	assert_string_equal(faults_end(), "send");
	close_pair(pair);
}

static void a_received_message_has_no_echo_of_the_flag(void **state)
{
	struct noinherit_socket pair[2];
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_send(&pair[0], "ab", 2, 0);
	assert_int_equal(noinherit_recvmsg(&pair[1], &msg, 0), 1);
	assert_int_equal(msg.msg_flags, 0);
	assert_int_equal(noinherit_recvmsg(&pair[1], &msg, MSG_CMSG_CLOEXEC),
			 1);
	assert_int_equal(msg.msg_flags, MSG_CMSG_CLOEXEC);
	close_pair(pair);
}

/* ---- sendall ------------------------------------------------------------- */

static void sendall_sends_everything(void)
{
	static char data[3 << 20], got[3 << 20];
	struct noinherit_socket pair[2];
	size_t sent = 0, received = 0;
	pid_t child;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 31 >> 3);
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	child = fork();
	EXPECT(child >= 0);
	if (child == 0) {
		EXPECT(noinherit_sendall(&pair[0], data, sizeof(data), 0,
					&sent) == 0);
		leave_child(sent != sizeof(data));
	}
	while (received < sizeof(got)) {
		ssize_t r = noinherit_recv(&pair[1], got + received,
					   sizeof(got) - received, 0);

		EXPECT(r > 0);
		received += (size_t)r;
	}
	EXPECT(!memcmp(data, got, sizeof(data)));
	EXPECT(waitpid(child, (int *)&sent, 0) == child && (int)sent == 0);
}

static void everything_is_sent_in_order(void **state)
{
	(void)state;
	in_child(sendall_sends_everything);
}

static void sendall_tells_how_much_went(void **state)
{
	static char data[4 << 20];
	struct noinherit_socket pair[2];
	size_t sent = 0;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_setblocking(&pair[0], 0);
	assert_int_equal(noinherit_sendall(&pair[0], data, sizeof(data), 0,
					   &sent), -EAGAIN);
	assert_in_range(sent, 1, sizeof(data) - 1);
	close_pair(pair);

	pair_of(pair, SOCK_STREAM);
	noinherit_settimeout_ns(&pair[0], MS);
	sent = 0;
	assert_int_equal(noinherit_sendall(&pair[0], data, sizeof(data), 0,
					   &sent), -ETIMEDOUT);
	assert_in_range(sent, 1, sizeof(data) - 1);
	assert_int_equal(noinherit_sendall(&pair[0], data, 1, 0, NULL),
			 -ETIMEDOUT);
	close_pair(pair);
}

static void nothing_to_send_is_one_empty_send(void **state)
{
	struct noinherit_socket pair[2];
	size_t sent = 4711;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	faults_watch();
	assert_int_equal(noinherit_sendall(&pair[0], "", 0, 0, &sent), 0);
	assert_string_equal(faults_end(), "send");
	assert_int_equal(sent, 0);
	close_pair(pair);
}

static void errno_is_left_alone(void **state)
{
	struct noinherit_socket s = NOINHERIT_SOCKET_CLOSED;

	(void)state;
	errno = 4711;
	for (int i = 0; i < (int)ARRAY_LEN(call_names); i++)
		assert_int_equal(call_number(i, &s), -EBADF);
	assert_int_equal(errno, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(a_storm_of_signals_is_not_noticed),
		api_test(the_program_s_word_ends_a_call),
		api_test(sendall_is_stopped_after_a_partial_send),
		api_test(what_is_sent_is_received),
		api_test(an_address_is_sent_to_and_received_from),
		api_test(every_call_waits_repeats_and_times_out),
		api_test(a_broken_pipe_is_an_error_and_no_signal),
		api_test(an_empty_receive_makes_no_call),
		api_test(a_received_message_has_no_echo_of_the_flag),
		api_test(everything_is_sent_in_order),
		api_test(sendall_tells_how_much_went),
		api_test(nothing_to_send_is_one_empty_send),
		api_test(errno_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
