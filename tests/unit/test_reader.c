/*
 * Reading an exact number of bytes, and lines.
 */
#include "api.h"
#include "faults.h"

static void an_exact_number_of_bytes_is_received(void **state)
{
	struct noinherit_socket pair[2];
	char buf[8];
	size_t got = 99;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_send(&pair[0], "abcdef", 6, 0);
	assert_int_equal(noinherit_recv_exact(&pair[1], buf, 4, &got), 0);
	assert_int_equal(got, 4);
	assert_memory_equal(buf, "abcd", 4);
	noinherit_settimeout_ns(&pair[1], MS);
	assert_int_equal(noinherit_recv_exact(&pair[1], buf, 4, &got),
			 -ETIMEDOUT);
	assert_int_equal(got, 2);
	noinherit_send(&pair[0], "xy", 2, 0);
	noinherit_shutdown(&pair[0], SHUT_WR);
	assert_int_equal(noinherit_recv_exact(&pair[1], buf, 4, &got),
			 -ENODATA);
	assert_int_equal(got, 2);
	faults_watch();
	assert_int_equal(noinherit_recv_exact(&pair[1], buf, 0, NULL), 0);
	assert_string_equal(faults_end(), "");
	close_pair(pair);
}

static void expect_line(struct noinherit_reader *reader, const char *text)
{
	const char *line;

	assert_int_equal(noinherit_reader_line(reader, &line), strlen(text));
	assert_memory_equal(line, text, strlen(text));
}

static void lines_come_one_by_one(void **state)
{
	struct noinherit_socket pair[2];
	struct noinherit_reader reader;
	char memory[8], buf[8];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(noinherit_reader_init(&reader, &pair[1], memory, 0),
			 -EINVAL);
	assert_int_equal(noinherit_reader_init(&reader, &pair[1], NULL, 8),
			 -EINVAL);
	assert_int_equal(noinherit_reader_init(&reader, &pair[1], memory, 8),
			 0);
	noinherit_send(&pair[0], "one\n\nthree\n12345678901\nbody", 27, 0);
	noinherit_shutdown(&pair[0], SHUT_WR);
	expect_line(&reader, "one\n");
	expect_line(&reader, "\n");
	expect_line(&reader, "three\n");
	/* Longer than the buffer: in pieces. */
	expect_line(&reader, "12345678");
	expect_line(&reader, "901\n");
	assert_int_equal(noinherit_reader_read(&reader, buf, 2), 2);
	assert_memory_equal(buf, "bo", 2);
	assert_int_equal(noinherit_reader_exact(&reader, buf, 2, NULL), 0);
	assert_memory_equal(buf, "dy", 2);
	expect_line(&reader, "");
	assert_int_equal(noinherit_reader_read(&reader, buf, 2), 0);
	close_pair(pair);
}

static void a_timeout_loses_nothing(void **state)
{
	struct noinherit_socket pair[2];
	struct noinherit_reader reader;
	char memory[64];
	const char *line;
	size_t got;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_reader_init(&reader, &pair[1], memory, sizeof(memory));
	noinherit_settimeout_ns(&pair[1], MS);
	noinherit_send(&pair[0], "half", 4, 0);
	assert_int_equal(noinherit_reader_line(&reader, &line), -ETIMEDOUT);
	noinherit_send(&pair[0], " a line\nrest", 12, 0);
	expect_line(&reader, "half a line\n");
	assert_int_equal(noinherit_reader_exact(&reader, memory + 32, 5, &got),
			 -ETIMEDOUT);
	assert_int_equal(got, 4);
	close_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(an_exact_number_of_bytes_is_received),
		api_test(lines_come_one_by_one),
		api_test(a_timeout_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
