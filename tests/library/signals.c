/*
 * A signal handler that calls every function that the header says it may,
 * while the program is in the middle of the same functions, of the resolver
 * and of malloc. A lock or a state that is not whole would show as a hang or a
 * wrong result; errno must be as the program left it.
 */
#include <errno.h>
#include <fcntl.h>
#include <noinherit.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SIGNALS = 2000 };

static volatile sig_atomic_t handled, wrong;
static struct noinherit_socket server;
static char port[16];

static void expect(int is_right, int line)
{
	if (!is_right && !wrong)
		wrong = line;
}
#define EXPECT(claim) expect(claim, __LINE__)

static void sockets(void)
{
	struct noinherit_socket s, copy, adopted, pair[2];
	int64_t timeout_ns = noinherit_getdefaulttimeout_ns();
	int target;

	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	EXPECT(noinherit_gettimeout_ns(&s) == timeout_ns);
	EXPECT(noinherit_dup(&s, &copy) == 0);
	EXPECT(noinherit_fromfd(&adopted, s.fd, -1, -1, -1) == 0);
	EXPECT(noinherit_close_fd(noinherit_detach(&adopted)) == 0);
	EXPECT(noinherit_adopt(&adopted, copy.fd, -1, -1, -1) == 0);
	EXPECT(noinherit_settimeout_ns(&s, 5) == 0);
	EXPECT(noinherit_setblocking(&s, 1) == 0);
	EXPECT(noinherit_getblocking(&s) == 1);
	EXPECT(noinherit_setdefaulttimeout_ns(timeout_ns) == 0);
	EXPECT(noinherit_set_inheritable(s.fd, 1) == 0);
	EXPECT(noinherit_get_inheritable(s.fd) == 1);
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	target = pair[1].fd;
	EXPECT(noinherit_dup2(s.fd, target, 0) == target);
	EXPECT(noinherit_close(&pair[0]) == 0);
	EXPECT(noinherit_close(&pair[1]) == 0);
	EXPECT(noinherit_close(&s) == 0);
	EXPECT(noinherit_close(&adopted) == 0);
}

static void deadlines(void)
{
	struct noinherit_deadline deadline;
	struct noinherit_socket pair[2];

	EXPECT(noinherit_version() == NOINHERIT_VERSION_NUMBER);
	EXPECT(noinherit_errno(-EIO) == EIO);
	EXPECT(noinherit_eai(-EIO) == 0);
	EXPECT(noinherit_socketpair(pair, -1, -1, -1) == 0);
	EXPECT(noinherit_deadline_init(&deadline, NOINHERIT_BLOCKING,
				       NOINHERIT_CANCELLABLE) == 0);
	EXPECT(noinherit_set_deadline(&pair[0], &deadline) == 0);
	EXPECT(noinherit_set_try_first(&pair[0], 1) == 0);
	EXPECT(noinherit_wait(&pair[0], POLLIN | POLLOUT) == POLLOUT);
	EXPECT(noinherit_deadline_left_ns(&deadline) == NOINHERIT_BLOCKING);
	EXPECT(noinherit_deadline_cancel(&deadline) == 0);
	EXPECT(noinherit_wait(&pair[0], POLLOUT) == -ECANCELED);
	EXPECT(noinherit_deadline_set_ns(&deadline, 0) == 0);
	EXPECT(noinherit_wait(&pair[0], POLLOUT) == -ETIMEDOUT);
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
	EXPECT(noinherit_deadline_close(&deadline) == 0);
}

static void addresses(void)
{
	struct sockaddr_storage address;
	int r = noinherit_address(&address, AF_INET6, "('::1', 80, 3, 4)",
				  NOINHERIT_STRING, NULL);

	EXPECT(noinherit_port((struct sockaddr *)&address, (socklen_t)r) == 80);
}

static void options(void)
{
	struct noinherit_socket s;
	int number = 1;
	socklen_t size = sizeof(number);
	int64_t value = 0;

	EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
	EXPECT(noinherit_setsockopt(&s, SOL_SOCKET, SO_REUSEADDR, &number,
				    size) == 0);
	EXPECT(noinherit_getsockopt(&s, SOL_SOCKET, SO_REUSEADDR, &number,
				    &size) == 0);
	EXPECT(noinherit_setsockopt_int(&s, SOL_SOCKET, SO_KEEPALIVE, 1) == 0);
	EXPECT(noinherit_getsockopt_int(&s, SOL_SOCKET, SO_KEEPALIVE,
					&value) == 0 && value == 1);
	EXPECT(noinherit_set_nodelay(&s, 1) == 0);
	EXPECT(noinherit_set_keepalive(&s, 1, 5, 5, 5) == 0);
	noinherit_close(&s);
}

static void reading(void)
{
	struct noinherit_socket pair[2];
	struct noinherit_reader reader;
	const char *line;
	char buf[16];

	EXPECT(noinherit_socketpair(pair, -1, -1, -1) == 0);
	EXPECT(noinherit_sendall(&pair[0], "exact line\nmore", 15, 0,
				 NULL) == 0);
	EXPECT(noinherit_recv_exact(&pair[1], buf, 6, NULL) == 0);
	EXPECT(noinherit_reader_init(&reader, &pair[1], buf,
				     sizeof(buf)) == 0);
	EXPECT(noinherit_reader_line(&reader, &line) == 5);
	EXPECT(noinherit_reader_exact(&reader, buf, 3, NULL) == 0);
	EXPECT(noinherit_reader_read(&reader, buf, 1) == 1);
	EXPECT(noinherit_sendfile(&pair[0], pair[0].fd, -1, 1, NULL) ==
	       -EINVAL);
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
}

static void transfer(void)
{
	struct noinherit_socket pair[2];
	char buf[4] = "x";
	struct iovec part = { buf, 1 };
	struct msghdr msg;
	size_t count;
	int fd = 0, flags;

	memset(&msg, 0, sizeof(msg));
	msg.msg_iov = &part;
	msg.msg_iovlen = 1;
	EXPECT(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	EXPECT(noinherit_send(&pair[0], buf, 1, 0) == 1);
	EXPECT(noinherit_sendall(&pair[0], buf, 1, 0, NULL) == 0);
	EXPECT(noinherit_sendto(&pair[0], buf, 1, 0, NULL, 0) == 1);
	EXPECT(noinherit_sendmsg(&pair[0], &msg, 0) == 1);
	EXPECT(noinherit_recv(&pair[1], buf, 2, 0) == 2);
	EXPECT(noinherit_recvfrom(&pair[1], buf, 1, 0, NULL, NULL) == 1);
	EXPECT(noinherit_recvmsg(&pair[1], &msg, 0) == 1);
	EXPECT(noinherit_send_fds(&pair[0], &part, 1, &pair[0].fd, 1, NULL) ==
	       1);
	EXPECT(noinherit_recv_fds(&pair[1], buf, 1, &fd, 1, &count, &flags,
				  NULL) == 1);
	EXPECT(noinherit_close_fd(fd) == 0);
	EXPECT(noinherit_shutdown(&pair[0], SHUT_RDWR) == 0);
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
}

static void servers(void)
{
	struct noinherit_socket listener, client, conn;
	struct sockaddr_storage address;
	struct noinherit_shared data;
	socklen_t size = sizeof(address);
	int r;

	EXPECT(noinherit_create_server(&listener, "127.0.0.1", "0", NULL) == 0);
	EXPECT(noinherit_getsockname(&listener, (struct sockaddr *)&address,
				     &size) == 0);
	EXPECT(noinherit_create_socket(&client, -1, -1, -1) == 0);
	EXPECT(noinherit_connect(&client, (struct sockaddr *)&address, size) ==
	       0);
	EXPECT(noinherit_accept(&listener, &conn, NULL, NULL) == 0);
	EXPECT(noinherit_getpeername(&conn, (struct sockaddr *)&address,
				     &size) == 0);
	EXPECT(noinherit_close(&conn) == 0);
	EXPECT(noinherit_accept4(&conn, &conn, NULL, NULL, 0) == -EBADF);
	EXPECT(noinherit_connect_ex(&conn, (struct sockaddr *)&address,
				    size) == EBADF);
	EXPECT(noinherit_close(&client) == 0);
	EXPECT(noinherit_create_socket(&client, -1, -1, -1) == 0);
	EXPECT(noinherit_address(&address, AF_INET, "127.0.0.1",
				 NOINHERIT_STRING, "0") == (int)size);
	EXPECT(noinherit_bind(&client, (struct sockaddr *)&address, size) == 0);
	EXPECT(noinherit_listen(&client, 1) == 0);
	EXPECT(noinherit_has_dualstack_ipv6() >= 0);
	EXPECT(noinherit_share(&client, getpid(), &data) == 0);
	noinherit_share_permit(0);
	r = noinherit_fromshare(&conn, &data);
	EXPECT(r == 0 || noinherit_eai(r) == 0);
	if (r == 0)
		noinherit_close(&conn);
	noinherit_close(&client);
	noinherit_close(&listener);
}

static void on_alarm(int number)
{
	(void)number;
	sockets();
	deadlines();
	addresses();
	options();
	reading();
	transfer();
	servers();
	/* A call that fails, which must not change errno. */
	EXPECT(noinherit_close_fd(-1) == -EBADF);
	handled++;
}

static int never_stop(void *data)
{
	return data != NULL;
}

static void busy(void)
{
	struct noinherit_socket client, conn;
	void *memory = malloc(100);
	char text[256];

	noinherit_setdefaulttimeout_ns(INT64_C(60000000000));
	noinherit_set_interrupt(never_stop, NULL);
	EXPECT(noinherit_create_connection(&client, "127.0.0.1", port, NULL) ==
	       0);
	noinherit_setdefaulttimeout_ns(NOINHERIT_BLOCKING);
	EXPECT(noinherit_accept(&server, &conn, NULL, NULL) == 0);
	EXPECT(noinherit_repr(&conn, text, sizeof(text)) > 0);
	EXPECT(noinherit_strerror(-EIO) != NULL);
	noinherit_close(&conn);
	noinherit_close(&client);
	sockets();
	transfer();
	free(memory);
	errno = 4711;
	for (int i = 0; i < 1000; i++)
		EXPECT(*(volatile int *)&errno == 4711);
}

int main(void)
{
	const struct itimerval often = { { 0, 300 }, { 0, 300 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = on_alarm };
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	EXPECT(noinherit_create_server(&server, "127.0.0.1", "0", NULL) == 0);
	getsockname(server.fd, (struct sockaddr *)&address, &size);
	snprintf(port, sizeof(port), "%d", ntohs(address.sin_port));
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (handled < SIGNALS && !wrong)
		busy();
	setitimer(ITIMER_REAL, &never, NULL);
	if (wrong)
		printf("line %d\n", (int)wrong);
	return wrong != 0;
}
