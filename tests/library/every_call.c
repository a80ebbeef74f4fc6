/*
 * Calls every function of the header once, in a way that works anywhere, and
 * prints how many succeeded as expected. Linked in each way a user may link.
 */
#include <noinherit.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int done, wrong;

static void check(const char *name, int is_right)
{
	done++;
	if (!is_right) {
		wrong++;
		printf("wrong: %s\n", name);
	}
}

static int never(void *data)
{
	(void)data;
	return 0;
}

static void deadlines(void)
{
	struct noinherit_deadline deadline;
	struct noinherit_socket pair[2];

	check("version", noinherit_version() >= NOINHERIT_VERSION_NUMBER);
	noinherit_socketpair(pair, -1, -1, -1);
	check("deadline_init", !noinherit_deadline_init(
		&deadline, NOINHERIT_BLOCKING, NOINHERIT_CANCELLABLE));
	check("set_deadline", !noinherit_set_deadline(&pair[0], &deadline));
	check("set_try_first", !noinherit_set_try_first(&pair[0], 1));
	check("wait", noinherit_wait(&pair[0], POLLIN | POLLOUT) == POLLOUT);
	check("deadline_set_ns", !noinherit_deadline_set_ns(&deadline, 0));
	check("deadline_left_ns", !noinherit_deadline_left_ns(&deadline));
	check("deadline_cancel", !noinherit_deadline_cancel(&deadline));
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
	check("deadline_close", !noinherit_deadline_close(&deadline));
}

static void creation(void)
{
	struct noinherit_socket s, copy, pair[2], adopted;

	check("create_socket", !noinherit_create_socket(&s, -1, -1, -1));
	check("dup", !noinherit_dup(&s, &copy));
	check("fromfd", !noinherit_fromfd(&adopted, s.fd, -1, -1, -1));
	check("close_fd", !noinherit_close_fd(noinherit_detach(&adopted)));
	check("adopt", !noinherit_adopt(&adopted, copy.fd, -1, -1, -1));
	check("close", !noinherit_close(&adopted));
	check("setblocking", !noinherit_setblocking(&s, 0));
	check("getblocking", !noinherit_getblocking(&s));
	check("settimeout_ns", !noinherit_settimeout_ns(&s, 5));
	check("gettimeout_ns", noinherit_gettimeout_ns(&s) == 5);
	check("setdefaulttimeout_ns",
	      !noinherit_setdefaulttimeout_ns(NOINHERIT_BLOCKING));
	check("getdefaulttimeout_ns", noinherit_getdefaulttimeout_ns() == -1);
	check("set_interrupt", !noinherit_set_interrupt(never, NULL).should_stop);
	check("get_inheritable", !noinherit_get_inheritable(s.fd));
	check("set_inheritable", !noinherit_set_inheritable(s.fd, 1));
	check("socketpair", !noinherit_socketpair(pair, -1, SOCK_STREAM, 0));
	check("dup2", noinherit_dup2(pair[0].fd, s.fd, 0) == s.fd);
	noinherit_close(&s);
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
}

static void internet(void)
{
	struct noinherit_socket server, client, conn, plain;
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char port[16], text[256];

	check("create_server",
	      !noinherit_create_server(&server, "127.0.0.1", "0", NULL));
	check("getsockname", !noinherit_getsockname(
		&server, (struct sockaddr *)&address, &size));
	snprintf(port, sizeof(port), "%d",
		 ntohs(((struct sockaddr_in *)&address)->sin_port));
	check("create_connection",
	      !noinherit_create_connection(&client, "127.0.0.1", port, NULL));
	check("accept", !noinherit_accept(&server, &conn, NULL, NULL));
	check("getpeername", !noinherit_getpeername(
		&conn, (struct sockaddr *)&address, &size));
	check("shutdown", !noinherit_shutdown(&conn, SHUT_RDWR));
	check("repr", noinherit_repr(&client, text, sizeof(text)) > 0);
	noinherit_close(&conn);
	check("address", noinherit_address(&address, AF_INET, "127.0.0.1",
					   NOINHERIT_STRING, port) == 16);
	noinherit_create_socket(&plain, -1, -1, -1);
	check("connect", !noinherit_connect(&plain,
					    (struct sockaddr *)&address, 16));
	noinherit_close(&plain);
	noinherit_create_socket(&plain, -1, SOCK_DGRAM, -1);
	check("connect_ex", !noinherit_connect_ex(
		&plain, (struct sockaddr *)&address, 16));
	noinherit_close(&plain);
	check("accept4", noinherit_accept4(&plain, &conn, NULL, NULL,
					   SOCK_NONBLOCK) == -EBADF);
	((struct sockaddr_in *)&address)->sin_port = 0;
	noinherit_create_socket(&plain, -1, -1, -1);
	check("bind", !noinherit_bind(&plain, (struct sockaddr *)&address, 16));
	check("listen", !noinherit_listen(&plain, NOINHERIT_BACKLOG));
	check("has_dualstack_ipv6", noinherit_has_dualstack_ipv6() >= 0);
	noinherit_close(&plain);
	noinherit_close(&server);
	noinherit_close(&client);
}

static void addresses(void)
{
	struct noinherit_resolved found[4];
	struct sockaddr_storage address;
	char text[64];
	int r = noinherit_address(&address, AF_INET6, "('::1', 80, 3, 4)",
				  NOINHERIT_STRING, NULL);

	check("format_address",
	      noinherit_format_address(NULL, (struct sockaddr *)&address,
				       (socklen_t)r, text, sizeof(text)) == 17);
	check("port", noinherit_port((struct sockaddr *)&address,
				     (socklen_t)r) == 80);
	check("resolve", noinherit_resolve("127.0.0.1", "80", NULL, found,
					   4) >= 1);
}

static void options(void)
{
	struct noinherit_socket s;
	int number = 1;
	socklen_t size = sizeof(number);
	int64_t value;

	noinherit_create_socket(&s, -1, -1, -1);
	check("setsockopt", !noinherit_setsockopt(
		&s, SOL_SOCKET, SO_REUSEADDR, &number, size));
	check("getsockopt", !noinherit_getsockopt(
		&s, SOL_SOCKET, SO_REUSEADDR, &number, &size) && number);
	check("setsockopt_int", !noinherit_setsockopt_int(
		&s, SOL_SOCKET, SO_REUSEADDR, 0));
	check("getsockopt_int", !noinherit_getsockopt_int(
		&s, SOL_SOCKET, SO_REUSEADDR, &value) && !value);
	check("set_nodelay", !noinherit_set_nodelay(&s, 1));
	check("set_keepalive", !noinherit_set_keepalive(&s, 1, 5, -1, -1));
	noinherit_close(&s);
}

static void reading(void)
{
	struct noinherit_socket pair[2];
	struct noinherit_reader reader;
	int file = open("/dev/null", O_RDONLY);
	const char *line;
	char buf[16];

	noinherit_socketpair(pair, -1, -1, -1);
	noinherit_sendall(&pair[0], "exact line\nmore and more", 24, 0, NULL);
	check("recv_exact", !noinherit_recv_exact(&pair[1], buf, 6, NULL));
	check("reader_init", !noinherit_reader_init(&reader, &pair[1], buf,
						    sizeof(buf)));
	check("reader_line", noinherit_reader_line(&reader, &line) == 5);
	check("reader_exact", !noinherit_reader_exact(&reader, buf, 4, NULL));
	check("reader_read", noinherit_reader_read(&reader, buf, 1) == 1);
	check("sendfile", !noinherit_sendfile(&pair[0], file, 0,
					      NOINHERIT_TO_THE_END, NULL));
	close(file);
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
}

static void transfer(void)
{
	struct noinherit_socket pair[2], copy;
	struct noinherit_shared data;
	char buf[8] = "x";
	struct iovec part = { buf, 1 };
	struct msghdr msg;
	int fd = 0, got = -1, flags, r;
	size_t count, sent;

	memset(&msg, 0, sizeof(msg));
	msg.msg_iov = &part;
	msg.msg_iovlen = 1;
	noinherit_socketpair(pair, -1, SOCK_STREAM, 0);
	check("send", noinherit_send(&pair[0], buf, 1, 0) == 1);
	check("sendall", !noinherit_sendall(&pair[0], buf, 1, 0, &sent));
	check("sendto", noinherit_sendto(&pair[0], buf, 1, 0, NULL, 0) == 1);
	check("sendmsg", noinherit_sendmsg(&pair[0], &msg, 0) == 1);
	check("recv", noinherit_recv(&pair[1], buf, 2, 0) == 2);
	check("recvfrom",
	      noinherit_recvfrom(&pair[1], buf, 1, 0, NULL, NULL) == 1);
	check("recvmsg", noinherit_recvmsg(&pair[1], &msg, 0) == 1);
	check("send_fds",
	      noinherit_send_fds(&pair[0], &part, 1, &fd, 1, NULL) == 1);
	check("recv_fds", noinherit_recv_fds(&pair[1], buf, 1, &got, 1,
					     &count, &flags,
					     NULL) == 1 && count == 1);
	check("close_fd", !noinherit_close_fd(got));
	check("share", !noinherit_share(&pair[0], getpid(), &data));
	check("share_permit", noinherit_share_permit(0) <= 0);
	r = noinherit_fromshare(&copy, &data);
	check("fromshare", r <= 0);
	if (r == 0)
		noinherit_close(&copy);
	check("eai", !noinherit_eai(-1));
	check("errno", noinherit_errno(-1) == 1);
	check("strerror", noinherit_strerror(-1)[0] != '\0');
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
}

int main(void)
{
	creation();
	deadlines();
	internet();
	addresses();
	options();
	reading();
	transfer();
	printf("%d calls, %d wrong\n", done, wrong);
	return wrong != 0;
}
