/*
 * A signal handler may create and close descriptors, whatever call it
 * interrupted.
 */
#include <pthread.h>
#include <signal.h>

#include "shim_case.h"

enum { ENOUGH = 2000 };

static volatile sig_atomic_t handled, inheritable, errno_changed;

static void see(int fd)
{
	if (!is_non_inheritable(fd))
		inheritable++;
}

static void use_descriptors(int signal)
{
	int before = errno, pair[2];
	int fd = new_socket(), copy = dup(fd);

	(void)signal;
	see(fd);
	see(copy);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
		see(pair[0]);
		see(pair[1]);
		close(pair[0]);
		close_range((unsigned)pair[1], (unsigned)pair[1], 0);
	}
	close(copy);
	close(fd);
	if (errno != before)
		errno_changed = 1;
	handled++;
}

static pthread_t target;
static volatile sig_atomic_t is_over;

static void *send_signals(void *unused)
{
	while (!is_over)
		pthread_kill(target, SIGUSR1);
	return unused;
}

static void handlers_and_the_code_they_interrupt_both_enforce_body(void)
{
	struct sigaction action = { .sa_handler = use_descriptors };
	pthread_t sender;

	target = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
	EXPECT(pthread_create(&sender, NULL, send_signals, NULL) == 0);
	while (handled < ENOUGH) {
		int fd = new_socket(), copy = dup(fd);

		EXPECT(is_non_inheritable(fd) && is_non_inheritable(copy));
		close(copy);
		close(fd);
	}
	is_over = 1;
	pthread_join(sender, NULL);
	EXPECT(inheritable == 0);
	EXPECT(!errno_changed);
}

static void handlers_and_the_code_they_interrupt_both_enforce(void **state)
{
	(void)state;
	in_child(handlers_and_the_code_they_interrupt_both_enforce_body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(handlers_and_the_code_they_interrupt_both_enforce),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
