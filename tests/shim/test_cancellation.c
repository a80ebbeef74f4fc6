/*
 * What is a cancellation point natively stays one, and nothing else becomes
 * one: a thread that is blocked in a libc call can be cancelled, and the stack
 * is unwound through the shim's frames. Built with -fexceptions for that.
 */
#include <linux/futex.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/stat.h>

#include "shim_case.h"

static int listener, pair[2], locked;

static void in_accept(void)
{
	accept(listener, NULL, NULL);
}

static void in_accept4(void)
{
	accept4(listener, NULL, NULL, 0);
}

static void in_recvmsg(void)
{
	struct msghdr message = { 0 };
	struct iovec part = { &(char[1]){ 0 }, 1 };

	message.msg_iov = &part;
	message.msg_iovlen = 1;
	recvmsg(pair[0], &message, 0);
}

static void in_recvmmsg(void)
{
	struct mmsghdr vector = { .msg_hdr = { 0 } };
	struct iovec part = { &(char[1]){ 0 }, 1 };

	vector.msg_hdr.msg_iov = &part;
	vector.msg_hdr.msg_iovlen = 1;
	recvmmsg(pair[0], &vector, 1, 0, NULL);
}

static void in_setlkw(void)
{
	struct flock lock = { .l_type = F_WRLCK };

	fcntl(locked, F_SETLKW, &lock);
}

static void in_ofd_setlkw(void)
{
	struct flock lock = { .l_type = F_WRLCK };

	fcntl64(locked, F_OFD_SETLKW, &lock);
}

static const struct {
	const char *name;
	void (*sleep)(void);
	int number;
} sleepers[] = {
	{ "accept", in_accept, SYS_accept4 },
	{ "accept4", in_accept4, SYS_accept4 },
	{ "recvmsg", in_recvmsg, SYS_recvmsg },
	{ "recvmmsg", in_recvmmsg, SYS_recvmmsg },
	{ "fcntl(F_SETLKW)", in_setlkw, SYS_fcntl },
	{ "fcntl64(F_OFD_SETLKW)", in_ofd_setlkw, SYS_fcntl },
};

struct thread {
	pthread_t id;
	void (*sleep)(void);
	volatile pid_t tid;
	volatile bool is_unwound;
};

static void note_unwinding(struct thread **thread)
{
	(*thread)->is_unwound = true;
}

static void *run(void *argument)
{
	__attribute__((cleanup(note_unwinding))) struct thread *thread = argument;

	thread->tid = (pid_t)ni_raw3(SYS_gettid, 0, 0, 0);
	thread->sleep();
	return NULL;
}

/* The number of the system call in which a thread is blocked; -1: none. */
static int sleeps_in(pid_t tid)
{
	char path[64];
	int number = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	file = fopen(path, "r");
	if (!file)
		return -1;
	if (fscanf(file, "%d", &number) != 1)
		number = -1;	/* the file says "running" */
	fclose(file);
	return number;
}

static void wait_until_asleep(const struct thread *thread, int number)
{
	int now = -1;

	while (now != number && !(number == SYS_accept4 && now == SYS_accept)) {
		sched_yield();
		now = thread->tid ? sleeps_in(thread->tid) : -1;
	}
}

static int new_listener(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (void *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* A file that is locked through another open file description. */
static int new_locked_file(int *holder)
{
	struct flock lock = { .l_type = F_WRLCK };
	char name[] = "/tmp/noinherit-lock-XXXXXX";
	int fd = mkstemp(name);

	*holder = open(name, O_RDWR | O_CLOEXEC);
	unlink(name);
	assert_int_equal(fcntl(*holder, F_OFD_SETLK, &lock), 0);
	return fd;
}

static void as_natively_a_sleeping_thread_can_be_cancelled(void **state)
{
	int holder;

	(void)state;
	listener = new_listener();
	locked = new_locked_file(&holder);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (size_t i = 0; i < ARRAY_LEN(sleepers); i++) {
		struct thread thread = { .sleep = sleepers[i].sleep };
		void *result = NULL;

		assert_int_equal(pthread_create(&thread.id, NULL, run, &thread),
				 0);
		wait_until_asleep(&thread, sleepers[i].number);
		assert_int_equal(pthread_cancel(thread.id), 0);
		assert_int_equal(pthread_join(thread.id, &result), 0);
		if (result != PTHREAD_CANCELED)
			fail_msg("%s was not cancelled", sleepers[i].name);
		if (!thread.is_unwound)
			fail_msg("%s was not unwound", sleepers[i].name);
	}
	close(listener);
	close(locked);
	close(holder);
	close(pair[0]);
	close(pair[1]);
}

/* ---- with a cancellation pending: which calls act on it? ---- */

static int made[16], made_count;

static void keep(int fd)
{
	made[made_count++] = fd;
}

static void calls_that_are_no_points(void)
{
	int two[2];

	keep(socket(AF_UNIX, SOCK_STREAM, 0));
	keep(socketpair(AF_UNIX, SOCK_STREAM, 0, two) == 0 ? two[0] : -1);
	keep(two[1]);
	keep(dup(0));
	keep(fcntl(0, F_DUPFD, 0));
	keep(dup2(0, made[0]) == made[0] ? dup(made[0]) : -1);
	keep((int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0));
	keep((int)syscall(SYS_accept4, listener, NULL, NULL, 0));
	syscall(SYS_recvmsg, pair[0], &(struct msghdr){ 0 }, MSG_DONTWAIT);
	syscall(SYS_close, made[0]);
	syscall(SYS_futex, &made_count, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void *cancel_oneself(void *argument)
{
	void (*calls)(void);

	memcpy(&calls, &argument, sizeof(calls));
	pthread_cancel(pthread_self());
	calls();
	return argument;	/* only if nothing acted on it */
}

static void *result_of(void (*calls)(void))
{
	void *argument, *result = NULL;
	pthread_t id;

	memcpy(&argument, &calls, sizeof(argument));
	assert_int_equal(pthread_create(&id, NULL, cancel_oneself, argument), 0);
	assert_int_equal(pthread_join(id, &result), 0);
	return result;
}

static void connect_to(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int client = socket(AF_INET, SOCK_STREAM, 0);

	getsockname(fd, (void *)&address, &length);
	assert_int_equal(connect(client, (void *)&address, length), 0);
	close(client);
}

static void what_makes_descriptors_is_no_cancellation_point(void **state)
{
	(void)state;
	listener = new_listener();
	connect_to(listener);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	made_count = 0;
	assert_ptr_not_equal(result_of(calls_that_are_no_points),
			     PTHREAD_CANCELED);
	for (int i = 1; i < made_count; i++) {
		assert_true(is_non_inheritable(made[i]));
		close(made[i]);
	}
	close(listener);
	close(pair[0]);
	close(pair[1]);
}

static void close_nothing(void)
{
	close(-1);
}

static void accept_nothing(void)
{
	accept(listener, NULL, NULL);
}

static void lock_nothing(void)
{
	fcntl(-1, F_SETLKW, NULL);
}

static void as_natively_a_pending_cancellation_is_acted_on(void **state)
{
	void (*const points[])(void) = {
		close_nothing, accept_nothing, in_accept4, in_recvmsg,
		in_recvmmsg, lock_nothing,
	};

	(void)state;
	listener = pair[0] = -1;
	for (size_t i = 0; i < ARRAY_LEN(points); i++)
		if (result_of(points[i]) != PTHREAD_CANCELED)
			fail_msg("row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(as_natively_a_sleeping_thread_can_be_cancelled),
		SHIM_CASE(what_makes_descriptors_is_no_cancellation_point),
		SHIM_CASE(as_natively_a_pending_cancellation_is_acted_on),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
