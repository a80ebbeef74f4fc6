/*
 * Deadlines and waiting, against a clock and a poll that the test simulates.
 */
#include "api.h"

#include <limits.h>
#include <poll.h>
#include <time.h>

#include "lib/timeout.h"

/* ---- the stage ----------------------------------------------------------- */

/* One answer of poll(): after so much time, this result or this errno. */
struct scene {
	int64_t passes_ns;
	int result, error;
};

static struct {
	const struct scene *scenes;
	size_t count, next;
	int64_t now_ns;
	int asked_ms[64];
	short events;
} stage;

static int64_t attempt_results[8];
static size_t attempts;

int played_clock(clockid_t clock, struct timespec *now)
	__asm__("clock_gettime");
int played_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
	__asm__("poll");

int played_clock(clockid_t clock, struct timespec *now)
{
	(void)clock;
	now->tv_sec = stage.now_ns / 1000000000;
	now->tv_nsec = stage.now_ns % 1000000000;
	return 0;
}

int played_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	const struct scene *scene = &stage.scenes[stage.next];

	assert_int_equal(count, 1);
	assert_true(stage.next < stage.count);
	stage.asked_ms[stage.next++] = timeout_ms;
	stage.events = fds->events;
	stage.now_ns += scene->passes_ns;
	errno = scene->error;
	return scene->error ? -1 : scene->result;
}

int played_connect(int fd, const struct sockaddr *addr, socklen_t size)
	__asm__("connect");
int played_getsockopt(int fd, int level, int option, void *value,
		      socklen_t *size) __asm__("getsockopt");

static int so_error;

int played_connect(int fd, const struct sockaddr *addr, socklen_t size)
{
	(void)fd, (void)addr, (void)size;
	errno = EINPROGRESS;
	return -1;
}

int played_getsockopt(int fd, int level, int option, void *value,
		      socklen_t *size)
{
	(void)fd;
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(option, SO_ERROR);
	memcpy(value, &so_error, *size);
	return 0;
}

ssize_t played_send(int fd, const void *buf, size_t size, int flags)
	__asm__("send");

/* Takes one byte, and needs 30 ms each time. */
ssize_t played_send(int fd, const void *buf, size_t size, int flags)
{
	(void)fd, (void)buf, (void)size;
	assert_int_equal(flags, MSG_NOSIGNAL);
	stage.now_ns += 30 * MS;
	return 1;
}

static void play(const struct scene *scenes, size_t count)
{
	memset(&stage, 0, sizeof(stage));
	stage.scenes = scenes;
	stage.count = count;
	stage.now_ns = 1000 * MS;
	attempts = 0;
}

static ssize_t attempt(int fd, void *call)
{
	(void)fd, (void)call;
	return attempt_results[attempts++];
}

/* ---- the plays ----------------------------------------------------------- */

static const struct {
	int64_t timeout_ns;
	int asked_ms;
} roundings[] = {
	{ 1, 1 }, { 999999, 1 }, { MS, 1 }, { MS + 1, 2 }, { 1500000, 2 },
	{ 3000 * MS, 3000 }, { (int64_t)INT_MAX * MS, INT_MAX },
};

static void milliseconds_are_rounded_up(void **state)
{
	static const struct scene ready[] = { { 0, 1, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roundings); i++) {
		struct ni_limit limit = {
			.timeout_ns = roundings[i].timeout_ns
		};

		play(ready, 1);
		assert_int_equal(ni_wait(3, POLLIN, &limit), 0);
		assert_int_equal(stage.asked_ms[0], roundings[i].asked_ms);
		assert_int_equal(stage.events, POLLIN);
	}
}

static void no_limit_asks_for_none(void **state)
{
	static const struct scene scenes[] = {
		{ 0, 0, EINTR }, { 0, 1, 0 }
	};
	struct ni_limit limit = { .timeout_ns = NOINHERIT_BLOCKING };

	(void)state;
	play(scenes, 2);
	assert_int_equal(ni_wait(3, POLLOUT, &limit), 0);
	assert_int_equal(stage.asked_ms[0], -1);
	assert_int_equal(stage.asked_ms[1], -1);
}

static void a_number_below_zero_does_not_wait(void **state)
{
	struct ni_limit limit = { .timeout_ns = MS };

	(void)state;
	play(NULL, 0);
	assert_int_equal(ni_wait(-1, POLLIN, &limit), 0);
}

static void a_storm_of_signals_keeps_the_deadline(void **state)
{
	static struct scene storm[51];
	struct ni_limit limit = { .timeout_ns = 500 * MS };

	(void)state;
	for (int i = 0; i < 50; i++)
		storm[i] = (struct scene){ 10 * MS, 0, EINTR };
	storm[50] = (struct scene){ 0, 0, 0 };
	play(storm, 51);
	assert_int_equal(ni_wait(3, POLLIN, &limit), -ETIMEDOUT);
	/* 500, 490, ... 10, and one last look with 0 (S-56). */
	assert_int_equal(stage.next, 51);
	for (int i = 0; i <= 50; i++)
		assert_int_equal(stage.asked_ms[i], 500 - 10 * i);
}

static void a_deadline_that_has_passed_does_not_poll(void **state)
{
	static const struct scene late[] = { { 20 * MS, 0, EINTR } };
	struct ni_limit limit = { .timeout_ns = 10 * MS };

	(void)state;
	play(late, 1);
	assert_int_equal(ni_wait(3, POLLIN, &limit), -ETIMEDOUT);
	assert_int_equal(stage.next, 1);
}

static void a_poll_is_limited_to_int_max_and_repeated(void **state)
{
	static const int64_t most = (int64_t)INT_MAX * MS;
	const struct scene scenes[] = {
		{ most, 0, 0 }, { most, 0, 0 }, { 5 * MS, 0, 0 }
	};
	/* What CPython 3.11 cuts to 2147483648 & 0xffffffff and the like. */
	struct ni_limit limit = { .timeout_ns = 2 * most + 5 * MS };

	(void)state;
	play(scenes, 3);
	assert_int_equal(ni_wait(3, POLLIN, &limit), -ETIMEDOUT);
	assert_int_equal(stage.asked_ms[0], INT_MAX);
	assert_int_equal(stage.asked_ms[1], INT_MAX);
	assert_int_equal(stage.asked_ms[2], 5);
}

static void the_longest_timeout_does_not_overflow(void **state)
{
	static const struct scene scenes[] = {
		{ 1, 0, EINTR }, { 0, 1, 0 }
	};
	struct ni_limit limit = { .timeout_ns = INT64_MAX };

	(void)state;
	play(scenes, 2);
	assert_int_equal(ni_wait(3, POLLIN, &limit), 0);
	assert_int_equal(stage.asked_ms[1], INT_MAX);
}

static void other_errors_of_poll_are_reported(void **state)
{
	static const struct scene scenes[] = { { 0, 0, ENOMEM } };
	struct ni_limit limit = { .timeout_ns = MS };

	(void)state;
	play(scenes, 1);
	assert_int_equal(ni_wait(3, POLLIN, &limit), -ENOMEM);
}

static int tells_to_stop(void *data)
{
	return ++*(int *)data == 2;
}

static void the_program_may_end_a_wait(void **state)
{
	static const struct scene scenes[] = {
		{ 0, 0, EINTR }, { 0, 0, EINTR }
	};
	struct ni_limit limit = { .timeout_ns = NOINHERIT_BLOCKING };
	int asked = 0;

	(void)state;
	noinherit_set_interrupt(tells_to_stop, &asked);
	play(scenes, 1);
	assert_int_equal(ni_wait(3, POLLIN, &limit), -EINTR);
	assert_int_equal(asked, 2);
}

static ssize_t operate(int64_t timeout_ns)
{
	const struct noinherit_socket s = { .fd = 3, .timeout_ns = timeout_ns };

	return ni_operate(&s, POLLIN, attempt, NULL);
}

static void a_signal_before_the_wait_ends_it(void **state)
{
	struct ni_limit limit = { .timeout_ns = MS };
	int asked = 1;

	(void)state;
	noinherit_set_interrupt(tells_to_stop, &asked);
	play(NULL, 0);
	assert_int_equal(ni_wait(3, POLLIN, &limit), -EINTR);
	asked = 1;
	assert_int_equal(operate(-1), -EINTR);
	assert_int_equal(attempts, 0);
}

/* ---- operations ---------------------------------------------------------- */

static void only_a_timeout_waits_first(void **state)
{
	(void)state;
	attempt_results[0] = 5;
	play(NULL, 0);
	assert_int_equal(operate(-1), 5);
	play(NULL, 0);
	assert_int_equal(operate(0), 5);
}

static void false_readiness_waits_for_what_is_left(void **state)
{
	static const struct scene scenes[] = {
		{ 30 * MS, 1, 0 }, { 20 * MS, 1, 0 }, { 50 * MS, 0, 0 }
	};

	(void)state;
	attempt_results[0] = attempt_results[1] = -EAGAIN;
	play(scenes, 3);
	assert_int_equal(operate(100 * MS),
			 -ETIMEDOUT);
	assert_int_equal(attempts, 2);
	assert_int_equal(stage.asked_ms[0], 100);
	assert_int_equal(stage.asked_ms[1], 70);
	assert_int_equal(stage.asked_ms[2], 50);
}

static void without_a_timeout_eagain_is_reported(void **state)
{
	(void)state;
	attempt_results[0] = -EAGAIN;
	play(NULL, 0);
	assert_int_equal(operate(0), -EAGAIN);
	play(NULL, 0);
	assert_int_equal(operate(-1), -EAGAIN);
}

static void an_interrupted_operation_is_repeated_without_polling(void **state)
{
	static const struct scene scenes[] = { { 0, 1, 0 } };

	(void)state;
	attempt_results[0] = attempt_results[1] = -EINTR;
	attempt_results[2] = 9;
	play(scenes, 1);
	assert_int_equal(operate(MS), 9);
	assert_int_equal(attempts, 3);
	play(NULL, 0);
	assert_int_equal(operate(0), 9);
}

static void the_program_may_end_an_operation(void **state)
{
	int asked = 0;

	(void)state;
	attempt_results[0] = attempt_results[1] = -EINTR;
	noinherit_set_interrupt(tells_to_stop, &asked);
	play(NULL, 0);
	assert_int_equal(operate(-1), -EINTR);
	assert_int_equal(attempts, 1);
}

/* ---- connecting ---------------------------------------------------------- */

static const struct {
	int so_error, result;
} outcomes[] = {
	{ 0, 0 }, { EISCONN, 0 }, { ECONNREFUSED, -ECONNREFUSED },
	{ ETIMEDOUT, NOINHERIT_KERNEL_TIMEOUT },
};

static void a_connect_that_was_waited_for_ends_as_so_error(void **state)
{
	static const struct scene ready[] = { { 0, 1, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		struct noinherit_socket s = { .fd = 3, .timeout_ns = MS };

		so_error = outcomes[i].so_error;
		play(ready, 1);
		assert_int_equal(noinherit_connect(&s, NULL, 0),
				 outcomes[i].result);
		assert_int_equal(stage.events, POLLOUT | POLLERR);
	}
}

/* ---- sending everything -------------------------------------------------- */

static void the_timeout_of_sendall_is_its_total(void **state)
{
	static const struct scene scenes[] = { { 0, 1, 0 }, { 0, 1, 0 } };
	struct noinherit_socket s = { .fd = 3, .timeout_ns = 50 * MS };
	size_t sent = 0;

	(void)state;
	play(scenes, 2);
	/* Always ready, and still over after the second part (S-66). */
	assert_int_equal(noinherit_sendall(&s, "abcdef", 6, 0, &sent),
			 -ETIMEDOUT);
	assert_int_equal(sent, 2);
	assert_int_equal(stage.asked_ms[0], 50);
	assert_int_equal(stage.asked_ms[1], 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(milliseconds_are_rounded_up),
		api_test(no_limit_asks_for_none),
		api_test(a_number_below_zero_does_not_wait),
		api_test(a_storm_of_signals_keeps_the_deadline),
		api_test(a_deadline_that_has_passed_does_not_poll),
		api_test(a_poll_is_limited_to_int_max_and_repeated),
		api_test(the_longest_timeout_does_not_overflow),
		api_test(other_errors_of_poll_are_reported),
		api_test(the_program_may_end_a_wait),
		api_test(a_signal_before_the_wait_ends_it),
		api_test(only_a_timeout_waits_first),
		api_test(false_readiness_waits_for_what_is_left),
		api_test(without_a_timeout_eagain_is_reported),
		api_test(an_interrupted_operation_is_repeated_without_polling),
		api_test(the_program_may_end_an_operation),
		api_test(the_timeout_of_sendall_is_its_total),
		api_test(a_connect_that_was_waited_for_ends_as_so_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
