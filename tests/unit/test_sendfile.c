/*
 * Files through sockets: offsets, counts, files that the kernel cannot take
 * pages from, and SIGPIPE.
 */
#include "api.h"
#include "faults.h"

#include <signal.h>

static int file_of(const char *text)
{
	char path[] = "/tmp/noinherit-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static const struct {
	int64_t offset, count;
	const char *sent;
} parts[] = {
	{ 0, NOINHERIT_TO_THE_END, "0123456789" },
	{ 3, NOINHERIT_TO_THE_END, "3456789" },
	{ 3, 4, "3456" },
	{ 8, 100, "89" },
	{ 10, NOINHERIT_TO_THE_END, "" },
	{ 50, 4, "" },
};

static void send_parts(const char *failing, const char *expected)
{
	int fd = file_of("0123456789");
	char buf[32];

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct noinherit_socket pair[2];
		size_t size = strlen(parts[i].sent);
		int64_t sent = -1;

		pair_of(pair, SOCK_STREAM);
		faults_watch();
		if (failing)
			faults_add(failing, EINVAL, FAULT_ALWAYS, 0);
		assert_int_equal(noinherit_sendfile(&pair[0], fd,
						    parts[i].offset,
						    parts[i].count, &sent), 0);
		if (i == 0)
			assert_string_equal(faults_end(), expected);
		faults_end();
		assert_int_equal(sent, size);
		noinherit_close(&pair[0]);
		assert_int_equal(noinherit_recv(&pair[1], buf, 32, 0), size);
		assert_memory_equal(buf, parts[i].sent, size);
		noinherit_close(&pair[1]);
	}
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 10);
	close(fd);
}

static void a_part_of_a_file_is_sent(void **state)
{
	(void)state;
	send_parts(NULL, "sendfile sendfile");
}

static void what_the_kernel_cannot_copy_is_read(void **state)
{
	(void)state;
	send_parts("sendfile", "sendfile pread send pread");
}

static void bad_arguments_are_refused(void **state)
{
	struct noinherit_socket pair[2], datagram,
		closed = NOINHERIT_SOCKET_CLOSED;
	int fd = file_of("x"), ends[2];
	int64_t sent = 7;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(noinherit_sendfile(&pair[0], fd, -1, 1, &sent),
			 -EINVAL);
	assert_int_equal(sent, 0);
	assert_int_equal(noinherit_sendfile(&pair[0], fd, 0, 0, NULL), -EINVAL);
	assert_int_equal(noinherit_sendfile(&pair[0], fd, 0, -2, NULL),
			 -EINVAL);
	assert_int_equal(noinherit_sendfile(&closed, fd, 0, 1, NULL), -EBADF);
	assert_int_equal(noinherit_sendfile(&pair[0], -1, 0, 1, NULL), -EBADF);
	assert_int_equal(noinherit_sendfile(&pair[0], ends[0], 0, 1, NULL),
			 -ESPIPE);
	noinherit_setblocking(&pair[0], 0);
	assert_int_equal(noinherit_sendfile(&pair[0], fd, 0, 1, NULL), -EINVAL);
	noinherit_create_socket(&datagram, -1, SOCK_DGRAM, -1);
	assert_int_equal(noinherit_sendfile(&datagram, fd, 0, 1, NULL),
			 -EINVAL);
	noinherit_close(&datagram);
	close_pair(pair);
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

static void a_peer_that_is_gone_is_epipe(void)
{
	struct noinherit_socket pair[2];
	int fd = file_of("x");
	sigset_t pending, blocked;

	signal(SIGPIPE, SIG_DFL);
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	noinherit_close(&pair[1]);
	EXPECT(noinherit_sendfile(&pair[0], fd, 0, 1, NULL) == -EPIPE);
	sigpending(&pending);
	EXPECT(!sigismember(&pending, SIGPIPE));
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	EXPECT(!sigismember(&blocked, SIGPIPE));
}

static void no_signal_is_raised(void **state)
{
	(void)state;
	in_child(a_peer_that_is_gone_is_epipe);
}

static void a_timeout_tells_how_much_was_sent(void **state)
{
	struct noinherit_socket pair[2];
	static char big[1 << 20];
	int fd = file_of("");
	int64_t sent = 0;

	(void)state;
	for (int i = 0; i < 8; i++)
		assert_int_equal(write(fd, big, sizeof(big)), sizeof(big));
	pair_of(pair, SOCK_STREAM);
	noinherit_settimeout_ns(&pair[0], MS);
	assert_int_equal(noinherit_sendfile(&pair[0], fd, 0,
					    NOINHERIT_TO_THE_END, &sent),
			 -ETIMEDOUT);
	assert_in_range(sent, 1, 8 * sizeof(big) - 1);
	close_pair(pair);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(a_part_of_a_file_is_sent),
		api_test(what_the_kernel_cannot_copy_is_read),
		api_test(bad_arguments_are_refused),
		api_test(no_signal_is_raised),
		api_test(a_timeout_tells_how_much_was_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
