/*
 * Every system call of every function fails once, and then from there on all
 * of them; each with several errors. Whatever is returned: no descriptor is
 * left open, nothing is half open, and a failure has written no output.
 */
#include "api.h"
#include "faults.h"

#include <sys/uio.h>

/* What the functions write into; compared byte by byte after a failure. */
static struct outputs {
	struct noinherit_socket s, pair[2];
	struct sockaddr_storage address;
	socklen_t size;
	int fds[4], msg_flags;
	size_t count;
	struct noinherit_shared data;
	char buf[64], message[64];
} out;

/* What they work on; made before the calls begin to fail. */
static struct {
	struct noinherit_socket listener, client, pair[2], unix_socket;
	struct sockaddr_in address;
	struct noinherit_shared data;
	char port[16];
} given;

/* What is open at the end is closed by the sweep: sockets and numbers. */
struct scenario {
	const char *name;
	int64_t default_ns;
	ssize_t (*call)(void);
	int makes_s, makes_pair, makes_fds;
	/* Fills in a socket that stays open. */
	int adopts_s;
	/* Takes a descriptor away, whatever is returned. */
	int closes;
};

static const int64_t minute_ns = 60000 * MS;

static void prepare(void)
{
	given.listener = listening();
	snprintf(given.port, sizeof(given.port), "%s",
		 port_text(given.listener.fd));
	given.client = connected_to(&given.listener);
	given.address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(
			given.port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	noinherit_socketpair(given.pair, -1, SOCK_STREAM, 0);
	noinherit_create_socket(&given.unix_socket, AF_UNIX, SOCK_STREAM, 0);
	noinherit_send_fds(&given.pair[1], &(struct iovec){ (char[]){ "hi" }, 2 }, 1,
			   (int[]){ 0, 1 }, 2, NULL);
	noinherit_share(&given.client, getpid(), &given.data);
	memset(&out, 0x5a, sizeof(out));
	out.size = sizeof(out.address);
	out.count = ARRAY_LEN(out.fds);
}

/* ---- the calls ----------------------------------------------------------- */

static ssize_t create_socket(void)
{
	return noinherit_create_socket(&out.s, AF_INET, SOCK_STREAM, 0);
}

static ssize_t adopt(void)
{
	return noinherit_adopt(&out.s, given.client.fd, -1, -1, -1);
}

static ssize_t socketpair_(void)
{
	return noinherit_socketpair(out.pair, -1, SOCK_STREAM, 0);
}

static ssize_t accept_(void)
{
	return noinherit_accept(&given.listener, &out.s,
				(struct sockaddr *)&out.address, &out.size);
}

static ssize_t accept_with_a_timeout(void)
{
	given.listener.timeout_ns = minute_ns;
	return accept_();
}

static ssize_t dup_(void)
{
	return noinherit_dup(&given.client, &out.s);
}

static ssize_t fromfd(void)
{
	return noinherit_fromfd(&out.s, given.client.fd, -1, -1, -1);
}

static ssize_t close_(void)
{
	return noinherit_close(&given.client);
}

static ssize_t close_fd(void)
{
	return noinherit_close_fd(given.client.fd);
}

static ssize_t settimeout(void)
{
	return noinherit_settimeout_ns(&given.client, 0);
}

static ssize_t connect_(void)
{
	given.unix_socket.timeout_ns = minute_ns;
	return noinherit_connect(&given.unix_socket,
				 (struct sockaddr *)&given.address,
				 sizeof(given.address));
}

static ssize_t connection_with(const struct noinherit_connect_options *options)
{
	return noinherit_create_connection(&out.s, "127.0.0.1", given.port,
					   options);
}

static ssize_t create_connection(void)
{
	return connection_with(NULL);
}

static ssize_t create_connection_from_a_source(void)
{
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .timeout_ns = &minute_ns,
		.source_host = "127.0.0.1", .source_port = "0",
	};

	return connection_with(&options);
}

static ssize_t create_server(void)
{
	return noinherit_create_server(&out.s, "127.0.0.1", "0", NULL);
}

static ssize_t create_dualstack_server(void)
{
	const struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_INET6,
		.flags = NOINHERIT_REUSE_PORT | NOINHERIT_DUALSTACK_IPV6,
	};

	return noinherit_create_server(&out.s, "", "0", &options);
}

static ssize_t has_dualstack_ipv6(void)
{
	return noinherit_has_dualstack_ipv6();
}

static ssize_t bind_listen_shutdown(void)
{
	const struct sockaddr_storage address = { .ss_family = AF_UNIX };
	int r = noinherit_bind(&given.unix_socket,
			       (const struct sockaddr *)&address,
			       sizeof(sa_family_t));

	if (r == 0)
		r = noinherit_listen(&given.unix_socket, 1);
	return r < 0 ? r : noinherit_shutdown(&given.client, SHUT_WR);
}

static ssize_t recv_(void)
{
	given.pair[0].timeout_ns = minute_ns;
	return noinherit_recv(&given.pair[0], out.buf, 1, 0);
}

static ssize_t recvfrom_(void)
{
	return noinherit_recvfrom(&given.pair[0], out.buf, 1, 0,
				  (struct sockaddr *)&out.address, &out.size);
}

static ssize_t recv_fds(void)
{
	const struct noinherit_recv_fds_options options = {
		.size = sizeof(options),
		.address = (struct sockaddr *)&out.address,
		.address_size = &out.size,
	};

	given.pair[0].timeout_ns = minute_ns;
	return noinherit_recv_fds(&given.pair[0], out.buf, sizeof(out.buf),
				  out.fds, ARRAY_LEN(out.fds), &out.count,
				  &out.msg_flags, &options);
}

static ssize_t send_and_send_fds(void)
{
	ssize_t r = noinherit_send(&given.pair[0], "x", 1, 0);

	if (r >= 0)
		r = noinherit_sendall(&given.pair[0], "x", 1, 0, NULL);
	if (r >= 0)
		r = noinherit_sendto(&given.pair[0], "x", 1, 0, NULL, 0);
	if (r < 0)
		return r;
	return noinherit_send_fds(&given.pair[0], &(struct iovec){ (char[]){ "x" }, 1 }, 1,
				  (int[]){ 0 }, 1, NULL);
}

static ssize_t inheritable(void)
{
	int r = noinherit_set_inheritable(given.client.fd, 1);

	if (r == 0)
		r = noinherit_get_inheritable(given.client.fd);
	return r < 0 ? r : noinherit_set_inheritable(given.client.fd, 0);
}

static ssize_t dup2_onto_another(void)
{
	return noinherit_dup2(given.client.fd, given.pair[0].fd, 0);
}

static ssize_t share(void)
{
	return noinherit_share(&given.client, 1, &out.data);
}

static ssize_t fromshare(void)
{
	return noinherit_fromshare(&out.s, &given.data);
}

static ssize_t repr(void)
{
	char text[256];

	return noinherit_repr(&given.client, text, sizeof(text));
}

static const struct scenario scenarios[] = {
	{ .name = "create_socket", -1, create_socket, .makes_s = 1 },
	{ .name = "create_socket, default", MS, create_socket, .makes_s = 1 },
	{ .name = "adopt", MS, adopt, .adopts_s = 1 },
	{ .name = "socketpair", MS, socketpair_, .makes_pair = 1 },
	{ .name = "accept", -1, accept_, .makes_s = 1 },
	{ .name = "accept, timeout", MS, accept_with_a_timeout, .makes_s = 1 },
	{ .name = "dup", MS, dup_, .makes_s = 1 },
	{ .name = "fromfd", MS, fromfd, .makes_s = 1 },
	{ .name = "close", -1, close_, .closes = 1 },
	{ .name = "close_fd", -1, close_fd, .closes = 1 },
	{ .name = "settimeout", -1, settimeout },
	{ .name = "connect", -1, connect_ },
	{ .name = "create_connection", -1, create_connection, .makes_s = 1 },
	{ .name = "create_connection, default", MS * 60000, create_connection,
	  .makes_s = 1 },
	{ .name = "create_connection, source", MS,
	  create_connection_from_a_source, .makes_s = 1 },
	{ .name = "create_server", MS, create_server, .makes_s = 1 },
	{ .name = "create_server, dual stack", MS, create_dualstack_server,
	  .makes_s = 1 },
	{ .name = "has_dualstack_ipv6", MS, has_dualstack_ipv6 },
	{ .name = "bind, listen, shutdown", -1, bind_listen_shutdown },
	{ .name = "recv", -1, recv_ },
	{ .name = "recvfrom", -1, recvfrom_ },
	{ .name = "recv_fds", -1, recv_fds, .makes_fds = 1 },
	{ .name = "send, sendall, sendto, send_fds", -1, send_and_send_fds },
	{ .name = "inheritable", -1, inheritable },
	{ .name = "dup2", -1, dup2_onto_another },
	{ .name = "share", -1, share },
	{ .name = "fromshare", MS, fromshare, .makes_s = 1 },
	{ .name = "repr", -1, repr },
};

/* ---- the sweep ----------------------------------------------------------- */

static const int errors[] = {
	EIO, EMFILE, ENOMEM, EINVAL, ENOSYS, ENOTTY, EACCES, EAGAIN, EBADF,
	ECONNRESET, EINTR,
};

static int is_good(int fd)
{
	return fcntl(fd, F_GETFD) >= 0 && !is_inheritable(fd);
}

/* Close what a success made; its sockets must be usable and marked. */
static int close_made(const struct scenario *scenario)
{
	int good = 1;

	if (scenario->makes_s)
		good = is_good(out.s.fd) && noinherit_close(&out.s) == 0;
	for (int i = 0; scenario->makes_pair && i < 2; i++)
		good = good && is_good(out.pair[i].fd) &&
		       noinherit_close(&out.pair[i]) == 0;
	for (size_t i = 0; scenario->makes_fds && i < out.count; i++)
		good = good && is_good(out.fds[i]) && close(out.fds[i]) == 0;
	return good;
}

enum { FINE, PAST_THE_END, LEFT_OPEN, OUTPUT_WRITTEN, NOT_GOOD };

static const char *const verdicts[] = {
	[LEFT_OPEN] = "a descriptor was left open, or one too many closed",
	[OUTPUT_WRITTEN] = "an output was written on failure",
	[NOT_GOOD] = "what was made is not open, or survives exec",
};

/* In a child of its own: latches are for good. */
static int run(const struct scenario *scenario, int nth, int error, int times)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;
	struct outputs before;
	int open_before, calls;
	ssize_t r;

	prepare();
	noinherit_setdefaulttimeout_ns(scenario->default_ns);
	before = out;
	open_before = count_descriptors();
	faults_watch();
	faults_add("", error, times, nth);
	r = scenario->call();
	calls = faults.calls;
	faults_end();
	/* A socket that is not made is closed, whatever the struct held. */
	if (scenario->makes_s || scenario->adopts_s)
		before.s = closed;
	if (scenario->makes_pair)
		before.pair[0] = before.pair[1] = closed;
	if (r < 0 && memcmp(&before, &out, sizeof(out)))
		return OUTPUT_WRITTEN;
	if (r >= 0 && !close_made(scenario))
		return NOT_GOOD;
	/* dup2 replaces one; a failing close has closed all the same. */
	if (count_descriptors() != open_before - scenario->closes &&
	    !(scenario->closes && calls == 0))
		return LEFT_OPEN;
	return calls <= nth ? PAST_THE_END : FINE;
}

static int run_in_child(const struct scenario *scenario, int nth, int error,
			int times)
{
	pid_t child = fork();
	int status;

	assert_return_code(child, errno);
	if (child == 0)
		leave_child(run(scenario, nth, error, times));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* How many calls failed in turn; -1 after a verdict, which is printed. */
static int sweep(const struct scenario *scenario, int error, int times,
		 int is_quiet)
{
	for (int nth = 0; nth < 100; nth++) {
		int verdict = run_in_child(scenario, nth, error, times);

		if (verdict == PAST_THE_END)
			return nth;
		if (verdict != FINE && !is_quiet)
			print_error("%s: call %d fails with %s%s: %s\n",
				    scenario->name, nth + 1, strerror(error),
				    times < 0 ? " and all after it" : "",
				    verdicts[verdict]);
		if (verdict != FINE)
			return -1;
	}
	return -1;
}

static void no_failure_leaks_or_writes(void **state)
{
	int bad = 0, runs = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		for (size_t e = 0; e < ARRAY_LEN(errors); e++) {
			int once = sweep(&scenarios[i], errors[e], 1, 0);
			/* A call that is always interrupted never ends. */
			int ever = errors[e] == EINTR ? 0 :
				sweep(&scenarios[i], errors[e], FAULT_ALWAYS,
				      0);

			bad += once < 0 || ever < 0;
			runs += once + ever;
		}
	print_message("%d failures injected\n", runs);
	assert_int_equal(bad, 0);
	assert_in_range(runs, 1000, 100000);
}

/* ---- the checker is checked ---------------------------------------------- */

static ssize_t leak(void)
{
	struct noinherit_socket s;
	int r = noinherit_create_socket(&s, -1, -1, -1);

	if (r == 0)
		r = noinherit_settimeout_ns(&s, 5);
	if (r == 0)
		out.s = s;
	return r;
}

static ssize_t write_first(void)
{
	out.count = 0;
	return noinherit_get_inheritable(given.client.fd);
}

static ssize_t make_inheritable(void)
{
	int fd = fcntl(given.client.fd, F_DUPFD, 0);

	if (fd >= 0)
		out.s = (struct noinherit_socket){ .fd = fd };
	return fd;
}

static void a_leak_a_write_and_a_missing_flag_are_found(void **state)
{
	static const struct scenario wrong[] = {
		{ .name = "leak", -1, leak, .makes_s = 1 },
		{ .name = "write", -1, write_first },
		{ .name = "flag", -1, make_inheritable, .makes_s = 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(sweep(&wrong[i], EIO, 1, 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(a_leak_a_write_and_a_missing_flag_are_found),
		api_test(no_failure_leaks_or_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
