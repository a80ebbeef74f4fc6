/*
 * Descriptors in messages.
 */
#include "api.h"
#include "faults.h"
#include "skip_case.h"

#include <sys/stat.h>
#include <sys/uio.h>

#include "lib/passing.h"

static ssize_t send_numbers(struct noinherit_socket *s, const int *fds,
			    size_t count)
{
	const struct iovec hi = { (char[]){ "hi" }, 2 };

	return noinherit_send_fds(s, &hi, 1, fds, count, NULL);
}

static ino_t inode_of(int fd)
{
	struct stat info;

	return fstat(fd, &info) < 0 ? 0 : info.st_ino;
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(close(fds[i]), 0);
}

static void what_is_sent_arrives_non_inheritable(void **state)
{
	int flags;
	struct noinherit_socket pair[2];
	int sent[3], got[8];
	size_t count = ARRAY_LEN(got);
	char buf[8];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(pipe(sent), 0);
	sent[2] = pair[0].fd;
	faults_watch();
	assert_int_equal(send_numbers(&pair[0], sent, 3), 2);
	assert_int_equal(noinherit_recv_fds(&pair[1], buf, sizeof(buf), got, count,
					    &count, &flags, NULL), 2);
	assert_string_equal(faults_end(), "sendmsg recvmsg");
	assert_memory_equal(buf, "hi", 2);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(inode_of(got[i]), inode_of(sent[i]));
		assert_false(is_inheritable(got[i]));
	}
	close_all(got, count);
	close_all(sent, 2);
	close_pair(pair);
}

static void they_arrive_inheritable_when_asked(void **state)
{
	const struct noinherit_recv_fds_options options = {
		.size = sizeof(options), .flags = NOINHERIT_INHERITABLE
	};
	int flags;
	struct noinherit_socket pair[2];
	int fd = 0, got;
	size_t count = 1;
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	send_numbers(&pair[0], &fd, 1);
	assert_int_equal(noinherit_recv_fds(&pair[1], &byte, 1, &got, count,
					    &count, &flags, &options), 1);
	assert_int_equal(count, 1);
	assert_true(is_inheritable(got));
	close(got);
	close_pair(pair);
}

/* Whatever the room, exactly so many come, and none is left behind. */
/* Each number sent: two would fit where room for one is padded (S-101). */
static void surplus_is_not_installed(void **state)
{
	struct noinherit_socket pair[2];
	int sent[5] = { 0, 1, 2, 0, 1 }, got[8];
	char byte[2];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	for (size_t step = 0; step < 5 * 7; step++) {
		size_t number = 1 + step / 7, room = step % 7, count = room;
		size_t fitted = room < number ? room : number;
		int before = count_descriptors(), flags = -1;

		send_numbers(&pair[0], sent, number);
		assert_int_equal(noinherit_recv_fds(&pair[1], byte, 2, got, count,
					    &count, &flags, NULL), 2);
		assert_int_equal(count, fitted);
		assert_int_equal(count_descriptors(), before + (int)fitted);
		assert_int_equal(flags, room < number ? MSG_CTRUNC : 0);
		close_all(got, count);
	}
	close_pair(pair);
}

static void two_hundred_and_fifty_three_is_the_most(void **state)
{
	int flags;
	struct noinherit_socket pair[2];
	int sent[NOINHERIT_FDS_MAX + 1] = { 0 }, got[NOINHERIT_FDS_MAX + 50];
	size_t count = ARRAY_LEN(got);
	char byte[2];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(send_numbers(&pair[0], sent, NOINHERIT_FDS_MAX + 1),
			 -EINVAL);
	assert_int_equal(send_numbers(&pair[0], sent, NOINHERIT_FDS_MAX), 2);
	assert_int_equal(noinherit_recv_fds(&pair[1], byte, 2, got, count,
					    &count, &flags, NULL), 2);
	assert_int_equal(count, NOINHERIT_FDS_MAX);
	close_all(got, count);
	close_pair(pair);
}

static void flags_and_addresses_are_honoured(void **state)
{
	static const char name[] = "\0noinherit-passing";
	struct noinherit_socket from, to;
	struct sockaddr_storage address, sender;
	socklen_t size = (socklen_t)noinherit_address(
		&address, AF_UNIX, name, sizeof(name) - 1, NULL);
	socklen_t sender_size = sizeof(sender);
	const struct noinherit_send_fds_options sending = {
		.size = sizeof(sending), .message_flags = MSG_DONTWAIT,
		.address = (struct sockaddr *)&address, .address_size = size,
	};
	int flags = 0, fd = 0, got;
	size_t count = 1;
	struct noinherit_recv_fds_options receiving = {
		.size = sizeof(receiving),
		.message_flags = MSG_PEEK | MSG_CMSG_CLOEXEC,
		.address = (struct sockaddr *)&sender,
		.address_size = &sender_size,
	};
	const struct iovec data = { (char[]){ "x" }, 1 };
	char byte;

	(void)state;
	noinherit_create_socket(&to, AF_UNIX, SOCK_DGRAM, 0);
	noinherit_create_socket(&from, AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(noinherit_bind(&to, (struct sockaddr *)&address,
					size), 0);
	assert_int_equal(noinherit_send_fds(&from, &data, 1, &fd, 1,
					    &sending), 1);
	assert_int_equal(noinherit_recv_fds(&to, &byte, 1, &got, count,
					    &count, &flags, &receiving), 1);
	assert_int_equal(flags, MSG_CMSG_CLOEXEC);
	assert_int_equal(sender_size, 0);
	close_all(&got, count);
	/* It was only peeked at. */
	receiving.message_flags = 0;
	count = 1;
	assert_int_equal(noinherit_recv_fds(&to, &byte, 1, &got, count,
					    &count, &flags, &receiving), 1);
	assert_int_equal(flags, 0);
	close_all(&got, count);
	noinherit_close(&from);
	noinherit_close(&to);
}

static void what_cannot_be_sent_is_told(void **state)
{
	struct noinherit_socket pair[2];
	int closed;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	closed = dup(0);
	close(closed);
	assert_int_equal(send_numbers(&pair[0], &closed, 1), -EBADF);
	noinherit_close(&pair[1]);
	assert_int_equal(send_numbers(&pair[0], (int[]){ 0 }, 1), -EPIPE);
	noinherit_close(&pair[0]);
}

static void no_descriptors_is_a_message_all_the_same(void **state)
{
	int flags;
	struct noinherit_socket pair[2];
	size_t count = 4;
	int got[4];
	char buf[4];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(send_numbers(&pair[0], NULL, 0), 2);
	assert_int_equal(noinherit_recv_fds(&pair[1], buf, 4, got, count,
					    &count, &flags, NULL), 2);
	assert_int_equal(count, 0);
	close_pair(pair);
}

static void a_count_that_was_not_reset_loses_nothing(void **state)
{
	struct noinherit_socket pair[2];
	int flags = -1, fd = 0, got[4];
	size_t count = 7;
	char byte[2];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_send(&pair[0], "x", 1, 0);
	assert_int_equal(noinherit_recv_fds(&pair[1], byte, 1, got, 4, &count,
					    &flags, NULL), 1);
	assert_int_equal(count, 0);
	send_numbers(&pair[0], &fd, 1);
	assert_int_equal(noinherit_recv_fds(&pair[1], byte, 2, got, 4, &count,
					    &flags, NULL), 2);
	assert_int_equal(count, 1);
	assert_int_equal(flags, 0);
	close_all(got, count);
	close_pair(pair);
}

/* Nothing is received, so nothing is lost. */
static void who_does_not_ask_for_the_flags_is_refused(void **state)
{
	struct noinherit_socket pair[2];
	size_t count = 4;
	int flags = -1, got[4];
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	assert_int_equal(noinherit_send(&pair[0], "x", 1, 0), 1);
	assert_int_equal(noinherit_recv_fds(&pair[1], &byte, 1, got, 4, &count,
					    NULL, NULL), -EINVAL);
	assert_int_equal(noinherit_recv_fds(&pair[1], &byte, 1, got, 4, NULL,
					    &flags, NULL), -EINVAL);
	/* Before anything was taken. */
	assert_int_equal(noinherit_recv(&pair[1], &byte, 1, MSG_DONTWAIT), 1);
	close_pair(pair);
}

static void an_unknown_flag_is_refused(void **state)
{
	const struct noinherit_recv_fds_options receiving = {
		.size = sizeof(receiving), .flags = NOINHERIT_INHERITABLE << 1,
	};
	const struct noinherit_send_fds_options sending = {
		.size = sizeof(sending), .flags = 1,
	};
	struct noinherit_socket pair[2];
	const struct iovec data = { (char[]){ "x" }, 1 };
	size_t count = 4;
	int flags = -1, got[4];
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_setblocking(&pair[1], 0);
	assert_int_equal(noinherit_recv_fds(&pair[1], &byte, 1, got, 4, &count,
					    &flags, &receiving), -EINVAL);
	assert_int_equal(noinherit_send_fds(&pair[0], &data, 1, got, 0,
					    &sending), -EINVAL);
	close_pair(pair);
}

static void a_failure_writes_nothing(void **state)
{
	struct noinherit_socket pair[2];
	int got[2] = { 7, 7 }, flags = 7;
	size_t count = 2;
	char byte;

	(void)state;
	pair_of(pair, SOCK_STREAM);
	noinherit_setblocking(&pair[1], 0);
	assert_int_equal(noinherit_recv_fds(&pair[1], &byte, 1, got, count,
					    &count, &flags, NULL), -EAGAIN);
	assert_int_equal(got[0] + got[1] + flags, 21);
	assert_int_equal(count, 2);
	close_pair(pair);
}

/* ---- the reader of control messages -------------------------------------- */

static int surplus[16];
static size_t surplus_count;

static void take_surplus(int fd)
{
	surplus[surplus_count++] = fd;
}

struct message {
	int level, type;
	int fds[4];
	size_t count;
};

static size_t collect(const struct message *messages, size_t count, int *fds,
		      size_t room)
{
	union { struct cmsghdr header; char bytes[512]; } control;
	struct msghdr msg = { .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);
	size_t used = 0;

	memset(&control, 0, sizeof(control));
	for (size_t i = 0; i < count; i++) {
		size_t bytes = messages[i].count * sizeof(int);

		header->cmsg_level = messages[i].level;
		header->cmsg_type = messages[i].type;
		header->cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(header), messages[i].fds, bytes);
		used += CMSG_SPACE(bytes);
		header = CMSG_NXTHDR(&msg, header);
	}
	msg.msg_controllen = used;
	surplus_count = 0;
	return ni_passing_collect(&msg, fds, room, take_surplus);
}

static void only_descriptors_are_collected(void **state)
{
	const struct message messages[] = {
		{ SOL_SOCKET, 2 /* SCM_CREDENTIALS */, { 91, 92, 93 }, 3 },
		{ SOL_SOCKET, SCM_RIGHTS, { 11, 12 }, 2 },
		{ IPPROTO_IP, SCM_RIGHTS, { 94 }, 1 },
		{ SOL_SOCKET, 4 /* SCM_PIDFD */, { 21 }, 1 },
		{ SOL_SOCKET, SCM_RIGHTS, { 13, 14 }, 2 },
	};
	int fds[8];

	(void)state;
	assert_int_equal(collect(messages, ARRAY_LEN(messages), fds, 3), 3);
	assert_int_equal(fds[0], 11);
	assert_int_equal(fds[1], 12);
	assert_int_equal(fds[2], 13);
	/* A pidfd and what did not fit are the caller's to close. */
	assert_int_equal(surplus_count, 2);
	assert_int_equal(surplus[0], 21);
	assert_int_equal(surplus[1], 14);
	assert_int_equal(collect(NULL, 0, fds, 3), 0);
}

static void a_pidfd_that_comes_along_is_closed(void **state)
{
	int flags;
	struct noinherit_socket pair[2];
	int yes = 1, fd = 0, got[8];
	size_t count = 8;
	char buf[4];

	(void)state;
	pair_of(pair, SOCK_STREAM);
	if (setsockopt(pair[1].fd, SOL_SOCKET, 76 /* SO_PASSPIDFD */, &yes,
		       sizeof(yes)) < 0) {
		close_pair(pair);
		skip_case("this kernel has no SO_PASSPIDFD");
	}
	send_numbers(&pair[0], &fd, 1);
	assert_int_equal(noinherit_recv_fds(&pair[1], buf, 4, got, count,
					    &count, &flags, NULL), 2);
	close_all(got, count);
	close_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(what_is_sent_arrives_non_inheritable),
		api_test(they_arrive_inheritable_when_asked),
		api_test(surplus_is_not_installed),
		api_test(two_hundred_and_fifty_three_is_the_most),
		api_test(flags_and_addresses_are_honoured),
		api_test(what_cannot_be_sent_is_told),
		api_test(no_descriptors_is_a_message_all_the_same),
		api_test(a_count_that_was_not_reset_loses_nothing),
		api_test(who_does_not_ask_for_the_flags_is_refused),
		api_test(an_unknown_flag_is_refused),
		api_test(a_failure_writes_nothing),
		api_test(only_descriptors_are_collected),
		api_test(a_pidfd_that_comes_along_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
