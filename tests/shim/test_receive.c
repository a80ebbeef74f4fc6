/*
 * Rule 3: descriptors that arrive in SCM_RIGHTS are non-inheritable, and the
 * program sees no other difference (S-103, S-104).
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "shim_case.h"

enum { MOST = 4 };

union control {
	char bytes[CMSG_SPACE(MOST * sizeof(int)) +
		   CMSG_SPACE(sizeof(struct ucred))];
	struct cmsghdr align;
};

/* Sends @count descriptors, which are inheritable, as one message. */
static void send_descriptors(int to, int count)
{
	union control control = { .bytes = { 0 } };
	struct iovec part = { "x", 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = control.bytes };
	struct cmsghdr *header = (void *)control.bytes;
	int fd = new_socket();

	message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
	for (int i = 0; i < count; i++)
		memcpy(CMSG_DATA(header) + (size_t)i * sizeof(fd), &fd,
		       sizeof(fd));
	assert_int_equal(sendmsg(to, &message, 0), 1);
	close(fd);
}

/* A message and the room for it. */
struct letter {
	struct msghdr message;
	struct iovec part;
	char byte;
	union control control;
};

static struct msghdr *empty(struct letter *letter, int count)
{
	memset(letter, 0, sizeof(*letter));
	letter->part = (struct iovec){ &letter->byte, 1 };
	letter->message.msg_iov = &letter->part;
	letter->message.msg_iovlen = 1;
	letter->message.msg_control = count ? letter->control.bytes : NULL;
	letter->message.msg_controllen =
		count ? CMSG_LEN((size_t)count * sizeof(int)) : 0;
	return &letter->message;
}

/* Closes the descriptors that arrived; says how many there were and whether all
 * were non-inheritable. */
static int take_out(struct msghdr *message, bool *all_non_inheritable)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int arrived = 0;

	*all_non_inheritable = true;
	for (; header; header = CMSG_NXTHDR(message, header)) {
		size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (header->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd),
			       sizeof(fd));
			if (!is_non_inheritable(fd))
				*all_non_inheritable = false;
			close(fd);
			arrived++;
		}
	}
	return arrived;
}

static ssize_t one(int fd, struct msghdr *message, int flags)
{
	return recvmsg(fd, message, flags);
}

static ssize_t one_by_number(int fd, struct msghdr *message, int flags)
{
	return syscall(SYS_recvmsg, fd, message, flags);
}

static ssize_t first_of_many(int fd, struct msghdr *message, int flags)
{
	struct mmsghdr vector = { .msg_hdr = *message };
	int count = recvmmsg(fd, &vector, 1, flags, NULL);

	*message = vector.msg_hdr;
	return count == 1 ? (ssize_t)vector.msg_len : -1;
}

static ssize_t first_of_many_by_number(int fd, struct msghdr *message,
				       int flags)
{
	struct mmsghdr vector = { .msg_hdr = *message };
	long count = syscall(SYS_recvmmsg, fd, &vector, 1, flags, NULL);

	*message = vector.msg_hdr;
	return count == 1 ? (ssize_t)vector.msg_len : -1;
}

static const struct {
	const char *name;
	ssize_t (*receive)(int, struct msghdr *, int);
} ways[] = {
	{ "recvmsg", one },
	{ "recvmmsg", first_of_many },
	{ "syscall(SYS_recvmsg)", one_by_number },
	{ "syscall(SYS_recvmmsg)", first_of_many_by_number },
};

static int pair[2];

static void open_pair(int type)
{
	assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair), 0);
}

static void close_pair(void)
{
	close(pair[0]);
	close(pair[1]);
}

static void what_arrives_is_non_inheritable_and_no_echo_tells(void **state)
{
	(void)state;
	open_pair(SOCK_STREAM);

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct letter letter;
		struct msghdr *message = empty(&letter, 3);
		bool non_inheritable;

		send_descriptors(pair[0], 3);
		assert_int_equal(ways[i].receive(pair[1], message, 0), 1);
		assert_int_equal(letter.byte, 'x');
		assert_int_equal(take_out(message, &non_inheritable), 3);
		if (!non_inheritable)
			fail_msg("%s: inheritable", ways[i].name);
		if (message->msg_flags)
			fail_msg("%s: msg_flags is %x", ways[i].name,
				 (unsigned)message->msg_flags);
	}
	close_pair();
}

static void who_asks_for_the_flag_sees_its_echo(void **state)
{
	(void)state;
	open_pair(SOCK_STREAM);

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct letter letter;
		struct msghdr *message = empty(&letter, 1);
		bool non_inheritable;

		send_descriptors(pair[0], 1);
		assert_int_equal(ways[i].receive(pair[1], message,
						 MSG_CMSG_CLOEXEC), 1);
		assert_int_equal(message->msg_flags, MSG_CMSG_CLOEXEC);
		assert_int_equal(take_out(message, &non_inheritable), 1);
		assert_true(non_inheritable);

		send_descriptors(pair[0], 1);
		message = empty(&letter, 1);
		ways[i].receive(pair[1], message, 0);
		assert_int_equal(message->msg_flags, 0);
		take_out(message, &non_inheritable);
		assert_true(non_inheritable);
	}
	close_pair();
}

static void every_message_of_a_vector_is_non_inheritable(void **state)
{
	struct letter letters[3];
	struct mmsghdr vector[4] = { 0 };
	bool non_inheritable;

	(void)state;
	open_pair(SOCK_DGRAM);
	for (int i = 0; i < 3; i++) {
		send_descriptors(pair[0], i + 1);
		vector[i].msg_hdr = *empty(&letters[i], MOST);
	}
	vector[3].msg_hdr = *empty(&letters[2], 0);
	vector[3].msg_hdr.msg_flags = MSG_CMSG_CLOEXEC;
	assert_int_equal(recvmmsg(pair[1], vector, 4, MSG_DONTWAIT, NULL), 3);
	for (int i = 0; i < 3; i++) {
		/* MSG_DONTWAIT is not reported in msg_flags. */
		assert_int_equal(vector[i].msg_hdr.msg_flags, 0);
		assert_int_equal(take_out(&vector[i].msg_hdr, &non_inheritable),
				 i + 1);
		assert_true(non_inheritable);
	}
	/* The message that was not received is unchanged. */
	assert_int_equal(vector[3].msg_hdr.msg_flags, MSG_CMSG_CLOEXEC);
	close_pair();
}

static void each_look_at_a_message_gives_non_inheritable_copies(void **state)
{
	(void)state;
	open_pair(SOCK_STREAM);
	send_descriptors(pair[0], 2);

	for (int i = 0; i < 3; i++) {
		int flags = i < 2 ? MSG_PEEK : 0;
		struct letter letter;
		struct msghdr *message = empty(&letter, 2);
		bool non_inheritable;

		assert_int_equal(recvmsg(pair[1], message, flags), 1);
		assert_int_equal(message->msg_flags, 0);
		assert_int_equal(take_out(message, &non_inheritable), 2);
		assert_true(non_inheritable);
	}
	close_pair();
}

static void what_fits_is_non_inheritable_and_the_rest_reported(void **state)
{
	struct letter letter;
	struct msghdr *message = empty(&letter, 2);
	bool non_inheritable;

	(void)state;
	open_pair(SOCK_STREAM);
	send_descriptors(pair[0], MOST);
	assert_int_equal(recvmsg(pair[1], message, 0), 1);
	assert_int_equal(message->msg_flags, MSG_CTRUNC);
	assert_int_equal(take_out(message, &non_inheritable), 2);
	assert_true(non_inheritable);

	/* Without any room no descriptor arrives, and MSG_CTRUNC is set, too. */
	send_descriptors(pair[0], 1);
	message = empty(&letter, 0);
	assert_int_equal(recvmsg(pair[1], message, 0), 1);
	assert_int_equal(message->msg_flags, MSG_CTRUNC);
	close_pair();
}

static void other_control_messages_do_not_hide_descriptors(void **state)
{
	struct letter letter;
	struct msghdr *message;
	bool non_inheritable;

	(void)state;
	open_pair(SOCK_STREAM);
	setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int));
	send_descriptors(pair[0], 2);
	message = empty(&letter, 2);
	message->msg_controllen = sizeof(letter.control);
	assert_int_equal(recvmsg(pair[1], message, 0), 1);
	assert_int_equal(CMSG_FIRSTHDR(message)->cmsg_type, SCM_CREDENTIALS);
	assert_int_equal(take_out(message, &non_inheritable), 2);
	assert_true(non_inheritable);
	close_pair();
}

static void what_arrives_is_ours_unless_asked_for(void **state)
{
	const int flags[] = { 0, MSG_CMSG_CLOEXEC };

	(void)state;
	open_pair(SOCK_STREAM);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		struct letter letter;
		struct msghdr *message = empty(&letter, 1);
		int fd;

		send_descriptors(pair[0], 1);
		recvmsg(pair[1], message, flags[i]);
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(message)), sizeof(fd));
		assert_int_equal(was_ours(fd), !flags[i]);
		close(fd);
	}
	close_pair();
}

/* ---- sockets that reject flags which they do not know ---- */

/* A network namespace with the privileges for it, also for other users. */
static void get_a_network_of_its_own(void)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET) < 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		SKIP_CHILD("no network namespace can be made here");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	EXPECT(is_non_inheritable(fd));
	EXPECT(ioctl(fd, SIOCSIFFLAGS, &up) == 0);
	close(fd);
}

static int datagram_to_oneself(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	EXPECT(bind(fd, (void *)&address, length) == 0);
	getsockname(fd, (void *)&address, &length);
	EXPECT(connect(fd, (void *)&address, length) == 0);
	EXPECT(send(fd, "x", 1, 0) == 1);
	return fd;
}

static void packet_sockets_receive_as_ever_body(void)
{
	struct sockaddr_ll where = { .sll_family = AF_PACKET,
				     .sll_protocol = htons(ETH_P_IP) };
	int packets;

	get_a_network_of_its_own();
	packets = socket(AF_PACKET, SOCK_DGRAM, 0);
	EXPECT(packets >= 0);
	where.sll_ifindex = (int)if_nametoindex("lo");
	EXPECT(bind(packets, (void *)&where, sizeof(where)) == 0);
	for (size_t i = 0; i < 2 * ARRAY_LEN(ways); i++) {
		struct letter letter;
		int datagram = datagram_to_oneself(), way = (int)i / 2;

		errno = 4711;
		EXPECT(ways[way].receive(packets, empty(&letter, 0), 0) == 1);
		EXPECT(errno == 4711);
		EXPECT(letter.message.msg_flags == MSG_TRUNC);
		while (recv(packets, &letter.byte, 1, MSG_DONTWAIT) > 0)
			;
		close(datagram);
	}
}

static void packet_sockets_receive_as_ever(void **state)
{
	(void)state;
	in_child(packet_sockets_receive_as_ever_body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(what_arrives_is_non_inheritable_and_no_echo_tells),
		SHIM_CASE(who_asks_for_the_flag_sees_its_echo),
		SHIM_CASE(every_message_of_a_vector_is_non_inheritable),
		SHIM_CASE(each_look_at_a_message_gives_non_inheritable_copies),
		SHIM_CASE(what_fits_is_non_inheritable_and_the_rest_reported),
		SHIM_CASE(other_control_messages_do_not_hide_descriptors),
		SHIM_CASE(what_arrives_is_ours_unless_asked_for),
		SHIM_CASE(packet_sockets_receive_as_ever),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
