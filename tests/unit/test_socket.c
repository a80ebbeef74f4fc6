/*
 * Creating, adopting, duplicating and closing sockets.
 */
#include "api.h"
#include "faults.h"

#include <sys/resource.h>

/* ---- old kernels: first, because what works here is remembered ----------- */

static void a_bad_type_first(void)
{
	struct noinherit_socket s;

	faults_watch();
	EXPECT(noinherit_create_socket(&s, AF_INET, 99, 0) == -EINVAL);
	EXPECT(noinherit_create_socket(&s, AF_INET, SOCK_STREAM, 0) == 0);
	/* Tried without the flag, and then with it again. */
	EXPECT(!strcmp(faults_end(), "socket socket socket"));
	EXPECT(!is_inheritable(s.fd));
}

static void a_bad_argument_does_not_cost_atomicity(void **state)
{
	(void)state;
	in_child(a_bad_type_first);
}

static void an_old_kernel(void)
{
	struct noinherit_socket s, again, pair[2];

	faults_watch();
	faults_add("socket", EINVAL, 1, 0);
	EXPECT(noinherit_create_socket(&s, AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
				      0) == 0);
	EXPECT(noinherit_create_socket(&again, AF_INET, SOCK_STREAM, 0) == 0);
	/* One latch for both. */
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	EXPECT(!strcmp(faults_end(), "socket socket ioctl socket ioctl "
				    "socketpair ioctl ioctl"));
	EXPECT(!is_inheritable(s.fd) && !is_inheritable(again.fd));
	EXPECT(!is_inheritable(pair[0].fd) && !is_inheritable(pair[1].fd));
}

static void an_old_kernel_paired_first(void)
{
	struct noinherit_socket s, pair[2];

	faults_watch();
	faults_add("socketpair", EINVAL, 1, 0);
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	EXPECT(!strcmp(faults_end(),
		      "socketpair socketpair ioctl ioctl socket ioctl"));
	EXPECT(!is_inheritable(pair[0].fd) && !is_inheritable(pair[1].fd));
}

static void an_old_kernel_that_cannot_set_the_flag(void)
{
	struct noinherit_socket s, pair[2];
	int before = count_descriptors();

	faults_watch();
	faults_add("socket", EINVAL, 1, 0);
	faults_add("ioctl", EIO, 1, 0);
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == -EIO);
	EXPECT(!strcmp(faults_end(), "socket socket ioctl close"));
	for (int good = 0; good < 2; good++) {
		faults_watch();
		faults_add("socketpair", EINVAL, 1, 0);
		faults_add("ioctl", EIO, 1, good);
		EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == -EIO);
		faults_end();
	}
	EXPECT(count_descriptors() == before);
	/* Nothing was proved: the flag is tried again. */
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	EXPECT(!is_inheritable(s.fd));
}

static void an_old_kernel_without_room(void)
{
	struct noinherit_socket s, pair[2];

	faults_add("socket", EINVAL, 1, 0);
	faults_add("socket", EMFILE, 1, 0);
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == -EMFILE);
	faults_add("socketpair", EINVAL, 1, 0);
	faults_add("socketpair", EMFILE, 1, 0);
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == -EMFILE);
}

static void old_kernels_get_the_flag_in_a_second_call(void **state)
{
	(void)state;
	in_child(an_old_kernel);
	in_child(an_old_kernel_paired_first);
	in_child(an_old_kernel_that_cannot_set_the_flag);
	in_child(an_old_kernel_without_room);
}

static void einval_where_the_flag_works(void)
{
	struct noinherit_socket s;

	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	faults_watch();
	EXPECT(noinherit_create_socket(&s, AF_INET, 99, 0) == -EINVAL);
	EXPECT(!strcmp(faults_end(), "socket"));
}

static void what_worked_once_is_not_doubted(void **state)
{
	(void)state;
	in_child(einval_where_the_flag_works);
}

/* ---- creating ------------------------------------------------------------ */

static const struct {
	const char *name;
	int family, type, proto;
	int got_family, got_type, got_proto, nonblocking;
} created[] = {
	{ "all defaults", -1, -1, -1, AF_INET, SOCK_STREAM, 0, 0 },
	{ "family given", AF_INET6, -1, -1, AF_INET6, SOCK_STREAM, 0, 0 },
	{ "type given", -1, SOCK_DGRAM, -1, AF_INET, SOCK_DGRAM, 0, 0 },
	{ "proto given", -1, -1, IPPROTO_TCP, AF_INET, SOCK_STREAM,
	  IPPROTO_TCP, 0 },
	{ "non-blocking", AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, AF_UNIX,
	  SOCK_DGRAM, 0, 1 },
	{ "flags in the type", AF_UNIX,
	  SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, AF_UNIX,
	  SOCK_SEQPACKET, 0, 1 },
};

static void a_socket_records_what_was_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(created); i++) {
		struct noinherit_socket s;
		int64_t timeout_ns = created[i].nonblocking ? 0 : -1;

		faults_watch();
		assert_int_equal(noinherit_create_socket(
			&s, created[i].family, created[i].type,
			created[i].proto), 0);
		assert_string_equal(faults_end(), "socket");
		if (s.family != created[i].got_family ||
		    s.type != created[i].got_type ||
		    s.proto != created[i].got_proto ||
		    s.timeout_ns != timeout_ns || is_inheritable(s.fd) ||
		    is_nonblocking(s.fd) != created[i].nonblocking)
			fail_msg("%s", created[i].name);
		noinherit_close(&s);
	}
}

static const struct {
	int family, type, proto, error;
} refused[] = {
	{ AF_INET, 99, 0, -EINVAL },
	{ 99, SOCK_STREAM, 0, -EAFNOSUPPORT },
	{ -2, SOCK_STREAM, 0, -EAFNOSUPPORT },
	{ 0, SOCK_STREAM, 0, -EAFNOSUPPORT },
	{ AF_INET, SOCK_STREAM, 99, -EPROTONOSUPPORT },
	{ AF_INET, SOCK_DGRAM, IPPROTO_TCP, -EPROTONOSUPPORT },
	{ AF_INET, 0, 0, -ESOCKTNOSUPPORT },
	{ AF_INET, SOCK_SEQPACKET, 0, -ESOCKTNOSUPPORT },
};

static void the_kernel_s_error_is_reported(void **state)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;
	struct noinherit_socket s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		assert_int_equal(noinherit_create_socket(
			&s, refused[i].family, refused[i].type,
			refused[i].proto), refused[i].error);
	assert_memory_equal(&s, &closed, sizeof(s));
}

static void the_default_timeout_costs_one_call(void **state)
{
	struct noinherit_socket s;

	(void)state;
	noinherit_setdefaulttimeout_ns(5 * MS);
	faults_watch();
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_string_equal(faults_end(), "socket ioctl");
	assert_int_equal(s.timeout_ns, 5 * MS);
	assert_true(is_nonblocking(s.fd));
	noinherit_close(&s);

	/* SOCK_NONBLOCK does not ask for it (S-5). */
	faults_watch();
	assert_int_equal(noinherit_create_socket(
		&s, -1, SOCK_STREAM | SOCK_NONBLOCK, -1), 0);
	assert_string_equal(faults_end(), "socket");
	assert_int_equal(s.timeout_ns, 0);
	noinherit_close(&s);
}

/* ---- pairs --------------------------------------------------------------- */

static void both_ends_of_a_pair_are_alike(void **state)
{
	struct noinherit_socket pair[2];

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_socketpair(pair, -1, SOCK_DGRAM, 0), 0);
	assert_string_equal(faults_end(), "socketpair");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair[i].family, AF_UNIX);
		assert_int_equal(pair[i].type, SOCK_DGRAM);
		assert_int_equal(pair[i].timeout_ns, NOINHERIT_BLOCKING);
		assert_false(is_inheritable(pair[i].fd));
	}
	close_pair(pair);

	noinherit_setdefaulttimeout_ns(0);
	faults_watch();
	assert_int_equal(noinherit_socketpair(pair, AF_UNIX, SOCK_STREAM, 0),
			 0);
	assert_string_equal(faults_end(), "socketpair ioctl ioctl");
	assert_true(is_nonblocking(pair[0].fd) && is_nonblocking(pair[1].fd));
	close_pair(pair);
}

static void each_argument_of_a_pair_has_a_default(void **state)
{
	struct noinherit_socket pair[2];

	(void)state;
	assert_int_equal(noinherit_socketpair(pair, -1, -1, -1), 0);
	assert_int_equal(pair[0].family, AF_UNIX);
	assert_int_equal(pair[0].type, SOCK_STREAM);
	assert_int_equal(pair[0].proto, 0);
	close_pair(pair);
	assert_int_equal(noinherit_socketpair(pair, AF_INET, SOCK_STREAM, 0),
			 -EOPNOTSUPP);
}

/* ---- closed ones --------------------------------------------------------- */

static void zeros_are_a_closed_socket(void **state)
{
	struct noinherit_socket zeros = { 0 }, copy;
	char text[128], byte;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_close(&zeros), 0);
	assert_string_equal(faults_end(), "");
	memset(&zeros, 0, sizeof(zeros));
	assert_int_equal(noinherit_detach(&zeros), -1);
	memset(&zeros, 0, sizeof(zeros));
	assert_int_equal(noinherit_recv(&zeros, &byte, 1, 0), -EBADF);
	assert_int_equal(noinherit_send(&zeros, &byte, 1, 0), -EBADF);
	assert_int_equal(noinherit_dup(&zeros, &copy), -EBADF);
	assert_int_equal(noinherit_listen(&zeros, -1), -EBADF);
	assert_int_equal(noinherit_settimeout_ns(&zeros, MS), -EBADF);
	noinherit_repr(&zeros, text, sizeof(text));
	assert_string_equal(text, "<socket.socket [closed] fd=-1, family=0, "
			    "type=0, proto=0>");
	assert_true(is_open(0));
}

static void on_descriptor_0(void)
{
	struct noinherit_socket s;

	close(0);
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	EXPECT(s.fd == 0);
	EXPECT(noinherit_close(&s) == 0);
	EXPECT(!is_open(0));
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	EXPECT(noinherit_detach(&s) == 0);
	EXPECT(noinherit_adopt(&s, 0, -1, -1, -1) == 0);
	EXPECT(noinherit_close(&s) == 0);
	EXPECT(!is_open(0));
}

static void descriptor_0_may_be_a_socket(void **state)
{
	(void)state;
	in_child(on_descriptor_0);
}

/* ---- adopting ------------------------------------------------------------ */

static void adoption_detects_what_is_not_given(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct noinherit_socket s;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_adopt(&s, fd, -1, -1, -1), 0);
	assert_string_equal(faults_end(), "getsockname getsockopt getsockopt");
	assert_int_equal(s.fd, fd);
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.type, SOCK_STREAM);
	assert_int_equal(s.proto, IPPROTO_TCP);
	/* The caller wanted it so. */
	assert_true(is_inheritable(fd));
	noinherit_close(&s);
}

static void adoption_believes_what_is_given(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct noinherit_socket s;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_adopt(&s, fd, AF_UNIX,
					 SOCK_DGRAM | SOCK_NONBLOCK, 17), 0);
	assert_string_equal(faults_end(), "getsockname");
	assert_int_equal(s.family, AF_UNIX);
	assert_int_equal(s.type, SOCK_DGRAM);
	assert_int_equal(s.proto, 17);
	/* S-19: recorded without touching the descriptor. */
	assert_int_equal(s.timeout_ns, 0);
	assert_false(is_nonblocking(fd));
	noinherit_close(&s);
}

static void adoption_assumes_the_mode(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_adopt(&s, fd, -1, -1, -1), 0);
	assert_int_equal(s.timeout_ns, NOINHERIT_BLOCKING);
	assert_true(is_nonblocking(fd));
	noinherit_detach(&s);

	noinherit_setdefaulttimeout_ns(MS);
	assert_int_equal(noinherit_setblocking(
		&(struct noinherit_socket){ .fd = fd }, 1), 0);
	assert_int_equal(noinherit_adopt(&s, fd, -1, -1, -1), 0);
	assert_int_equal(s.timeout_ns, MS);
	assert_true(is_nonblocking(fd));
	noinherit_close(&s);
}

static void what_cannot_be_adopted_stays_the_caller_s(void **state)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;
	struct noinherit_socket s;
	int file = open("/dev/null", O_RDONLY), gone = dup(file);

	(void)state;
	close(gone);
	faults_watch();
	assert_int_equal(noinherit_adopt(&s, -1, -1, -1, -1), -EINVAL);
	assert_string_equal(faults_end(), "");
	assert_int_equal(noinherit_adopt(&s, gone, -1, -1, -1), -EBADF);
	assert_int_equal(noinherit_adopt(&s, file, AF_INET, SOCK_STREAM, 0),
			 -ENOTSOCK);
	assert_memory_equal(&s, &closed, sizeof(s));
	assert_int_not_equal(fcntl(file, F_GETFD), -1);
	close(file);
}

/* ---- what is refused ----------------------------------------------------- */

/* Options whose size was never set, for any function. */
static const struct { size_t size; } unset;

static int refused_adopt(struct noinherit_socket *s)
{
	return noinherit_adopt(s, -1, -1, -1, -1);
}

static int refused_fromfd(struct noinherit_socket *s)
{
	return noinherit_fromfd(s, -1, -1, -1, -1);
}

static int refused_type(struct noinherit_socket *s)
{
	return noinherit_create_socket(s, -1, 4711, -1);
}

static int refused_accept(struct noinherit_socket *s)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;

	return noinherit_accept(&closed, s, NULL, NULL);
}

static int refused_accept4(struct noinherit_socket *s)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;

	return noinherit_accept4(&closed, s, NULL, NULL, 1);
}

static int refused_dup(struct noinherit_socket *s)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;

	return noinherit_dup(&closed, s);
}

static int refused_connection(struct noinherit_socket *s)
{
	return noinherit_create_connection(s, "127.0.0.1", "1",
					   (const void *)&unset);
}

static int refused_port(struct noinherit_socket *s)
{
	return noinherit_create_connection(s, "127.0.0.1", "65536", NULL);
}

static int refused_server(struct noinherit_socket *s)
{
	return noinherit_create_server(s, "127.0.0.1", "no number", NULL);
}

static int refused_shared(struct noinherit_socket *s)
{
	static const struct noinherit_shared nothing;

	return noinherit_fromshare(s, &nothing);
}

static void what_is_refused_leaves_a_closed_socket(void **state)
{
	static const struct {
		const char *name;
		int (*call)(struct noinherit_socket *s);
	} refusals[] = {
		{ "adopt", refused_adopt }, { "fromfd", refused_fromfd },
		{ "create_socket", refused_type },
		{ "accept", refused_accept }, { "accept4", refused_accept4 },
		{ "dup", refused_dup },
		{ "create_connection", refused_connection },
		{ "create_connection, port", refused_port },
		{ "create_server", refused_server },
		{ "fromshare", refused_shared },
	};
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		/* What a struct on the stack holds: a number that is open. */
		struct noinherit_socket s;

		memset(&s, 0, sizeof(s));
		s.flags = UINT64_MAX;
		if (refusals[i].call(&s) >= 0 ||
		    memcmp(&s, &closed, sizeof(s)))
			fail_msg("%s left a socket that can be closed",
				 refusals[i].name);
	}
}

static void only_detection_needs_getsockname(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct noinherit_socket s;

	(void)state;
	faults_add("getsockname", EOPNOTSUPP, 1, 0);
	assert_int_equal(noinherit_adopt(&s, fd, -1, -1, -1), -EOPNOTSUPP);
	faults_add("getsockname", EOPNOTSUPP, 1, 0);
	assert_int_equal(noinherit_adopt(&s, fd, 38, 5, 0), 0);
	assert_int_equal(s.family, 38);
	close(fd);
}

static void a_failing_mode_leaves_the_adopted_descriptor_open(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct noinherit_socket s;

	(void)state;
	noinherit_setdefaulttimeout_ns(MS);
	faults_watch();
	faults_add("ioctl", EIO, 1, 0);
	assert_int_equal(noinherit_adopt(&s, fd, AF_INET, 1, 0), -EIO);
	assert_string_equal(faults_end(), "getsockname ioctl");
	assert_int_not_equal(fcntl(fd, F_GETFD), -1);
	close(fd);
}

/* ---- duplicating --------------------------------------------------------- */

static void a_duplicate_is_non_inheritable_and_alike(void **state)
{
	struct noinherit_socket s, copy;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_settimeout_ns(&s, 3 * MS), 0);
	assert_int_equal(noinherit_set_inheritable(s.fd, 1), 0);
	noinherit_setdefaulttimeout_ns(0);
	faults_watch();
	assert_int_equal(noinherit_dup(&s, &copy), 0);
	/* B-11: the source is never switched, whatever the default. */
	assert_string_equal(faults_end(), "fcntl");
	assert_int_not_equal(copy.fd, s.fd);
	assert_false(is_inheritable(copy.fd));
	assert_true(is_inheritable(s.fd));
	assert_int_equal(copy.timeout_ns, 3 * MS);
	assert_int_equal(copy.family, s.family);
	noinherit_close(&s);
	noinherit_close(&copy);
}

static void the_mode_is_shared_and_the_timeout_is_not(void **state)
{
	struct noinherit_socket s, copy;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_settimeout_ns(&s, 5 * MS), 0);
	assert_int_equal(noinherit_dup(&s, &copy), 0);
	assert_int_equal(noinherit_setblocking(&copy, 1), 0);
	assert_false(is_nonblocking(s.fd));
	assert_int_equal(noinherit_gettimeout_ns(&s), 5 * MS);
	noinherit_close(&s);
	noinherit_close(&copy);
}

static void fromfd_leaves_the_original_open(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct noinherit_socket s;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_fromfd(&s, fd, AF_INET, -1, 0), 0);
	assert_string_equal(faults_end(), "fcntl getsockname getsockopt");
	assert_int_not_equal(s.fd, fd);
	assert_int_equal(s.type, SOCK_DGRAM);
	assert_false(is_inheritable(s.fd));
	assert_true(is_inheritable(fd));
	noinherit_close(&s);
	close(fd);
}

static void fromfd_closes_the_duplicate_of_what_is_no_socket(void **state)
{
	struct noinherit_socket s;

	(void)state;
	faults_watch();
	assert_int_equal(noinherit_fromfd(&s, 0, -1, -1, -1), -ENOTSOCK);
	assert_string_equal(faults_end(), "fcntl getsockname close");
	assert_int_equal(noinherit_fromfd(&s, -1, -1, -1, -1), -EBADF);
}

/* ---- the end ------------------------------------------------------------- */

static void a_closed_socket_is_ebadf_everywhere(void **state)
{
	struct noinherit_socket s = NOINHERIT_SOCKET_CLOSED, other;
	char byte = 0;

	(void)state;
	s.timeout_ns = 3600000 * MS;
	assert_int_equal(noinherit_recv(&s, &byte, 1, 0), -EBADF);
	assert_int_equal(noinherit_send(&s, &byte, 1, 0), -EBADF);
	assert_int_equal(noinherit_accept(&s, &other, NULL, NULL), -EBADF);
	assert_int_equal(noinherit_listen(&s, 1), -EBADF);
	assert_int_equal(noinherit_dup(&s, &other), -EBADF);
	assert_int_equal(noinherit_get_inheritable(s.fd), -EBADF);
	assert_int_equal(noinherit_share(&s, 1, &(struct noinherit_shared){
		{ 0 } }), -EBADF);
	/* S-44: stored all the same. */
	assert_int_equal(noinherit_settimeout_ns(&s, 5), -EBADF);
	assert_int_equal(noinherit_gettimeout_ns(&s), 5);
}

static void close_is_once_and_detach_forgets(void **state)
{
	struct noinherit_socket s;
	int fd;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	faults_watch();
	assert_int_equal(noinherit_close(&s), 0);
	assert_int_equal(noinherit_close(&s), 0);
	assert_string_equal(faults_end(), "close");
	assert_int_equal(s.fd, -1);
	assert_int_equal(noinherit_detach(&s), -1);

	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	faults_watch();
	fd = noinherit_detach(&s);
	assert_string_equal(faults_end(), "");
	assert_int_equal(s.fd, -1);
	assert_int_equal(close(fd), 0);
}

static void an_error_of_close_is_told_once(void **state)
{
	struct noinherit_socket s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	faults_watch();
	faults_add("close", EINTR, FAULT_ALWAYS, 0);
	assert_int_equal(noinherit_close(&s), -EINTR);
	assert_int_equal(noinherit_close(&s), 0);
	assert_string_equal(faults_end(), "close");
}

static void exhaust_descriptors(void)
{
	const struct rlimit limit = { 3, 3 };
	struct noinherit_socket s, pair[2];

	EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == -EMFILE);
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == -EMFILE);
	s = (struct noinherit_socket){ .fd = 1 };
	EXPECT(noinherit_dup(&s, &pair[0]) == -EMFILE);
	/* S-12: low numbers are as any other. */
	close(0);
	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	EXPECT(s.fd == 0 && !is_inheritable(0));
}

static void a_full_table_is_emfile_and_low_numbers_are_no_exception(void **state)
{
	(void)state;
	in_child(exhaust_descriptors);
}

static void errno_is_left_alone(void **state)
{
	struct noinherit_socket s;

	(void)state;
	errno = 4711;
	assert_int_equal(noinherit_create_socket(&s, 99, -1, -1),
			 -EAFNOSUPPORT);
	assert_int_equal(noinherit_adopt(&s, 0, -1, -1, -1), -ENOTSOCK);
	assert_int_equal(noinherit_fromfd(&s, 0, -1, -1, -1), -ENOTSOCK);
	assert_int_equal(errno, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(a_bad_argument_does_not_cost_atomicity),
		api_test(old_kernels_get_the_flag_in_a_second_call),
		api_test(what_worked_once_is_not_doubted),
		api_test(a_socket_records_what_was_asked_for),
		api_test(the_kernel_s_error_is_reported),
		api_test(the_default_timeout_costs_one_call),
		api_test(both_ends_of_a_pair_are_alike),
		api_test(each_argument_of_a_pair_has_a_default),
		api_test(zeros_are_a_closed_socket),
		api_test(descriptor_0_may_be_a_socket),
		api_test(adoption_detects_what_is_not_given),
		api_test(adoption_believes_what_is_given),
		api_test(adoption_assumes_the_mode),
		api_test(what_cannot_be_adopted_stays_the_caller_s),
		api_test(what_is_refused_leaves_a_closed_socket),
		api_test(only_detection_needs_getsockname),
		api_test(a_failing_mode_leaves_the_adopted_descriptor_open),
		api_test(a_duplicate_is_non_inheritable_and_alike),
		api_test(the_mode_is_shared_and_the_timeout_is_not),
		api_test(fromfd_leaves_the_original_open),
		api_test(fromfd_closes_the_duplicate_of_what_is_no_socket),
		api_test(a_closed_socket_is_ebadf_everywhere),
		api_test(close_is_once_and_detach_forgets),
		api_test(an_error_of_close_is_told_once),
		api_test(a_full_table_is_emfile_and_low_numbers_are_no_exception),
		api_test(errno_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
