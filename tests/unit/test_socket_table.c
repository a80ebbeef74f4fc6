/*
 * The kernel's lists of sockets are read, and nothing else is taken for them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#include "cli/scan/socket_table.h"
#include "descriptors.h"

static const struct ni_socket_list *list_named(const char *name)
{
	const struct ni_socket_list *list;

	for (size_t i = 0; (list = ni_socket_list_at(i)); i++)
		if (!strcmp(ni_socket_list_name(list), name))
			return list;
	fail_msg("no list %s", name);
	return NULL;
}

/* An address as the rows below write it; "" for none. */
static const char *text_of(const struct sockaddr_storage *address, socklen_t size)
{
	static char text[128];
	char host[INET6_ADDRSTRLEN];
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (!size)
		return "";
	memcpy(&in, address, sizeof(in));
	memcpy(&in6, address, sizeof(in6));
	switch (address->ss_family) {
	case AF_INET:
		snprintf(text, sizeof(text), "%s:%u",
			 inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host)),
			 ntohs(in.sin_port));
		return text;
	case AF_INET6:
		snprintf(text, sizeof(text), "[%s]:%u",
			 inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host)),
			 ntohs(in6.sin6_port));
		return text;
	case AF_UNIX:
		snprintf(text, sizeof(text), "%c%.*s",
			 *((const char *)address + 2) ?
				*((const char *)address + 2) : '@',
			 (int)size - 3, (const char *)address + 3);
		return text;
	default:
		return "other";
	}
}

static const struct {
	const char *list, *line;
	uint64_t inode;		/* 0: refused */
	int type, protocol, state;
	const char *local, *remote;
} rows[] = {
	{ "tcp", "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0\n",
	  4242, SOCK_STREAM, IPPROTO_TCP, TCP_LISTEN, "127.0.0.1:8080", "" },
	{ "tcp", "  11: 0100007F:9C40 0101A8C0:0050 01 00000000:00000000 00:00000000 00000000     0        0 77 1 0 20 4 30 10 -1",
	  77, SOCK_STREAM, IPPROTO_TCP, TCP_ESTABLISHED, "127.0.0.1:40000",
	  "192.168.1.1:80" },
	{ "tcp6", "   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0 0 10 0\n",
	  99, SOCK_STREAM, IPPROTO_TCP, TCP_LISTEN, "[::1]:22", "" },
	{ "udp", "  530: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 15 2 0000000000000000 0\n",
	  15, SOCK_DGRAM, IPPROTO_UDP, 0, "0.0.0.0:68", "" },
	{ "tcp", "   0: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 4243 1 0 100 0 0 10 0\n",
	  4243, SOCK_STREAM, IPPROTO_TCP, TCP_CLOSE, "127.0.0.1:8080", "" },
	{ "udp", "  530: 0100007F:0044 0100007F:0045 01 00000000:00000000 00:00000000 00000000     0        0 15 2 0000000000000000 0\n",
	  15, SOCK_DGRAM, IPPROTO_UDP, TCP_ESTABLISHED, "127.0.0.1:68",
	  "127.0.0.1:69" },
	{ "raw", "   1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 16 2 0000000000000000 0\n",
	  16, SOCK_RAW, IPPROTO_ICMP, 0, "0.0.0.0:1", "" },
	{ "unix", "00000000b4e75794: 00000002 00000000 00010000 0001 01 1451 /run/a b\n",
	  1451, SOCK_STREAM, 0, TCP_LISTEN, "/run/a b", "" },
	{ "unix", "00000000b4e75794: 00000003 00000000 00000000 0005 03  1452\n",
	  1452, SOCK_SEQPACKET, 0, TCP_ESTABLISHED, "", "" },
	{ "unix", "00000000b4e75794: 00000002 00000000 00000000 0002 01 1453 @name@\n",
	  1453, SOCK_DGRAM, 0, 0, "@name@", "" },
	{ "netlink", "00000000b26aad40 15  812        00000002 0        0        0     2        0        31       \n",
	  31, 0, 15, 0, "other", "" },
	{ "packet", "ffff8a0 3      3    0003   2     1 0      0      8888  \n",
	  8888, SOCK_RAW, 3, 0, "", "" },
	/* Headings, lines that are cut, numbers that are not any. */
	{ "tcp", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n",
	  0, 0, 0, 0, NULL, NULL },
	{ "tcp", "   0: 0100007F:1F90 00000000:0000 0A\n", 0, 0, 0, 0, NULL, NULL },
	{ "tcp", "", 0, 0, 0, 0, NULL, NULL },
	{ "tcp", "   0: 0100007F-1F90 00000000:0000 0A 0:0 0:0 0 0 0 4242 1\n",
	  0, 0, 0, 0, NULL, NULL },
	{ "tcp", "   0: 0100007G:1F90 00000000:0000 0A 0:0 0:0 0 0 0 4242 1\n",
	  0, 0, 0, 0, NULL, NULL },
	{ "tcp6", "   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 4242 1\n",
	  0, 0, 0, 0, NULL, NULL },
	{ "tcp", "   0: 0100007F:1F90 00000000:0000 06 0:0 0:0 0 0 0 0 1\n",
	  0, 0, 0, 0, NULL, NULL },
	{ "tcp", "   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 99999999999999999999 1\n",
	  0, 0, 0, 0, NULL, NULL },
	{ "unix", "Num       RefCount Protocol Flags    Type St Inode Path\n",
	  0, 0, 0, 0, NULL, NULL },
};

static void a_line_is_read_or_refused(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ni_listed_socket found = { .inode = 5 };
		int r = ni_socket_line(list_named(rows[i].list), rows[i].line,
				       &found);

		assert_int_equal(r, rows[i].inode ? 0 : -EINVAL);
		assert_int_equal(found.inode, rows[i].inode ? rows[i].inode : 5);
		if (r < 0)
			continue;
		assert_int_equal(found.type, rows[i].type);
		assert_int_equal(found.protocol, rows[i].protocol);
		assert_int_equal(found.state, rows[i].state);
		assert_string_equal(text_of(&found.local, found.local_size),
				    rows[i].local);
		assert_string_equal(text_of(&found.remote, found.remote_size),
				    rows[i].remote);
	}
}

static void a_path_that_is_too_long_for_a_socket_is_refused(void **state)
{
	char line[300] = "00000000b4e75794: 00000002 00000000 00010000 0001 01 1451 ";
	size_t start = strlen(line);
	struct ni_listed_socket found;

	(void)state;
	memset(line + start, 'x', 108);
	assert_int_equal(ni_socket_line(list_named("unix"), line, &found), 0);
	assert_int_equal(found.local_size, 110);
	memset(line + start, 'x', 109);
	assert_int_equal(ni_socket_line(list_named("unix"), line, &found),
			 -EINVAL);
}

struct wanted {
	uint64_t inode;
	struct ni_listed_socket found;
	int times;
};

static void remember(const struct ni_listed_socket *socket, void *data)
{
	struct wanted *wanted = data;

	if (socket->inode != wanted->inode)
		return;
	wanted->found = *socket;
	wanted->times++;
}

static struct wanted look_up(int fd)
{
	int directory = open("/proc/self/net", O_RDONLY | O_DIRECTORY);
	int before = count_descriptors();
	struct wanted wanted = { 0 };
	struct stat status;

	assert_return_code(fstat(fd, &status), errno);
	wanted.inode = status.st_ino;
	assert_in_range(ni_socket_tables_read(directory, remember, &wanted), 0,
			13);
	assert_int_equal(count_descriptors(), before);
	close(directory);
	return wanted;
}

/* The kernel of this machine writes the lines; getsockname() is the truth. */
static void sockets_of_this_process_are_found_as_they_are(void **state)
{
	static const struct {
		int family, type, listens;
		const char *name;
	} makers[] = {
		{ AF_INET, SOCK_STREAM, 1, "127.0.0.1" },
		{ AF_INET, SOCK_DGRAM, 0, "127.0.0.1" },
		{ AF_INET6, SOCK_STREAM, 1, "::1" },
		{ AF_INET6, SOCK_DGRAM, 0, "::1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		int fd = socket(makers[i].family, makers[i].type, 0);
		struct sockaddr_in in = { .sin_family = AF_INET };
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
		struct sockaddr_storage name = { 0 };
		socklen_t size = sizeof(name);
		struct wanted wanted;
		int is_four = makers[i].family == AF_INET;

		inet_pton(AF_INET, makers[i].name, &in.sin_addr);
		inet_pton(AF_INET6, makers[i].name, &in6.sin6_addr);
		if (bind(fd, is_four ? (struct sockaddr *)&in :
				       (struct sockaddr *)&in6,
			 is_four ? sizeof(in) : sizeof(in6)) < 0) {
			print_message("%s: %s\n", makers[i].name, strerror(errno));
			close(fd);
			continue;
		}
		if (makers[i].listens)
			listen(fd, 1);
		getsockname(fd, (struct sockaddr *)&name, &size);
		wanted = look_up(fd);
		assert_int_equal(wanted.times, 1);
		assert_int_equal(wanted.found.type, makers[i].type);
		assert_int_equal(wanted.found.local_size, size);
		assert_memory_equal(&wanted.found.local, &name, size);
		assert_int_equal(wanted.found.state, makers[i].listens ?
				 TCP_LISTEN : 0);
		close(fd);
	}
}

static void unix_sockets_are_found_with_their_names(void **state)
{
	struct sockaddr_un name = { AF_UNIX, "\0noinherit test" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
	struct wanted wanted;

	(void)state;
	snprintf(name.sun_path + 1, 40, "noinherit test %i", (int)getpid());
	assert_return_code(bind(fd, (struct sockaddr *)&name, 40), errno);
	assert_return_code(listen(fd, 1), errno);
	wanted = look_up(fd);
	assert_int_equal(wanted.times, 1);
	assert_int_equal(wanted.found.state, TCP_LISTEN);
	assert_int_equal(wanted.found.local_size, 40);
	/* The list writes every NUL of an abstract name as '@'. */
	assert_memory_equal(&wanted.found.local, &name,
			    offsetof(struct sockaddr_un, sun_path) + 1 +
			    strlen(name.sun_path + 1));
	close(fd);

	assert_return_code(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), errno);
	wanted = look_up(pair[0]);
	assert_int_equal(wanted.times, 1);
	assert_int_equal(wanted.found.type, SOCK_DGRAM);
	assert_int_equal(wanted.found.state, TCP_ESTABLISHED);
	assert_int_equal(wanted.found.local_size, 0);
	close(pair[0]);
	close(pair[1]);
}

static void a_protocol_name_tells_the_rest(void **state)
{
	struct ni_listed_socket found = { .family = -1 };

	(void)state;
	assert_int_equal(ni_socket_of_protocol("UNIX-STREAM", &found), 0);
	assert_int_equal(found.family, AF_UNIX);
	assert_int_equal(found.type, SOCK_STREAM);
	assert_int_equal(ni_socket_of_protocol("TCPv6", &found), 0);
	assert_int_equal(found.family, AF_INET6);
	assert_int_equal(ni_socket_of_protocol("X", &found), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_or_refused),
		cmocka_unit_test(a_path_that_is_too_long_for_a_socket_is_refused),
		cmocka_unit_test(sockets_of_this_process_are_found_as_they_are),
		cmocka_unit_test(unix_sockets_are_found_with_their_names),
		cmocka_unit_test(a_protocol_name_tells_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
