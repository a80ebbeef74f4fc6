/*
 * socket.c - creating, adopting, duplicating and closing sockets.
 */
#include "lib/socket.h"

#include "lib/descriptor.h"
#include "lib/latch.h"
#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/timeout.h"

/* One for socket() and socketpair() together (S-10): SOCK_CLOEXEC. */
static ni_latch type_flag_latch;

static int bare(int type)
{
	return type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int ni_socket_start(struct noinherit_socket *s, int fd, int family, int type,
		    int proto)
{
	struct noinherit_socket made = {
		.fd = fd, .family = family, .type = bare(type), .proto = proto,
		.flags = NI_SOCKET_MADE,
	};
	int r = ni_timeout_start(fd, type, &made.timeout_ns);

	*s = r < 0 ? ni_socket_closed() : made;
	return r;
}

/* Linux < 2.6.27 has no flags in the type. */
static int open_in_two_steps(int family, int type, int proto)
{
	int fd = ni_sys_socket(family, type & ~SOCK_CLOEXEC, proto);
	int r;

	if (fd < 0)
		return fd;
	r = noinherit_set_inheritable(fd, 0);
	if (r < 0) {
		ni_descriptor_discard(fd);
		return r;
	}
	ni_latch_missing(&type_flag_latch);
	return fd;
}

static int open_socket(int family, int type, int proto)
{
	int fd;

	if (!ni_latch_is_missing(&type_flag_latch)) {
		fd = ni_sys_socket(family, type | SOCK_CLOEXEC, proto);
		if (!ni_latch_should_retry(&type_flag_latch, fd, -EINVAL))
			return fd;
	}
	return open_in_two_steps(family, type, proto);
}

int noinherit_create_socket(struct noinherit_socket *s, int family, int type,
			    int proto)
{
	int fd, r;

	*s = ni_socket_closed();
	family = family == -1 ? AF_INET : family;
	type = type == -1 ? SOCK_STREAM : type;
	proto = proto == -1 ? 0 : proto;
	fd = open_socket(family, type, proto);
	if (fd < 0)
		return fd;
	r = ni_socket_start(s, fd, family, type, proto);
	if (r < 0)
		ni_descriptor_discard(fd);
	return r;
}

static int ask_option(int fd, int option, int *value)
{
	socklen_t size = sizeof(*value);

	return ni_sys_getsockopt(fd, SOL_SOCKET, option, value, &size);
}

int noinherit_adopt(struct noinherit_socket *s, int fd, int family, int type,
		    int proto)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(address);
	int r;

	*s = ni_socket_closed();
	if (fd < 0)
		return -EINVAL;
	r = ni_sys_getsockname(fd, (struct sockaddr *)&address, &size);
	if (r == -EBADF || r == -ENOTSOCK || (r < 0 && family == -1))
		return r;
	if (family == -1)
		family = address.ss_family;
	r = type == -1 ? ask_option(fd, SO_TYPE, &type) : 0;
	if (r < 0)
		return r;
	r = proto == -1 ? ask_option(fd, SO_PROTOCOL, &proto) : 0;
	if (r < 0)
		return r;
	return ni_socket_start(s, fd, family, type, proto);
}

static int open_pair_in_two_steps(int family, int type, int proto, int pair[2])
{
	int r = ni_sys_socketpair(family, type & ~SOCK_CLOEXEC, proto, pair);

	if (r < 0)
		return r;
	r = noinherit_set_inheritable(pair[0], 0);
	if (r == 0)
		r = noinherit_set_inheritable(pair[1], 0);
	if (r < 0) {
		ni_descriptor_discard(pair[0]);
		ni_descriptor_discard(pair[1]);
		return r;
	}
	ni_latch_missing(&type_flag_latch);
	return 0;
}

static int open_pair(int family, int type, int proto, int pair[2])
{
	int r;

	if (!ni_latch_is_missing(&type_flag_latch)) {
		r = ni_sys_socketpair(family, type | SOCK_CLOEXEC, proto, pair);
		if (!ni_latch_should_retry(&type_flag_latch, r, -EINVAL))
			return r;
	}
	return open_pair_in_two_steps(family, type, proto, pair);
}

int noinherit_socketpair(struct noinherit_socket pair[2], int family, int type,
			 int proto)
{
	int fds[2], r;

	pair[0] = pair[1] = ni_socket_closed();
	family = family == -1 ? AF_UNIX : family;
	type = type == -1 ? SOCK_STREAM : type;
	proto = proto == -1 ? 0 : proto;
	r = open_pair(family, type, proto, fds);
	if (r < 0)
		return r;
	r = ni_socket_start(&pair[0], fds[0], family, type, proto);
	if (r == 0)
		r = ni_socket_start(&pair[1], fds[1], family, type, proto);
	if (r < 0) {
		pair[0] = pair[1] = ni_socket_closed();
		ni_descriptor_discard(fds[0]);
		ni_descriptor_discard(fds[1]);
	}
	return r;
}

int noinherit_dup(const struct noinherit_socket *s,
		  struct noinherit_socket *copy)
{
	int fd = ni_sys_fcntl(ni_socket_fd(s), F_DUPFD_CLOEXEC, 0);

	if (fd < 0) {
		*copy = ni_socket_closed();
		return fd;
	}
	/* O_NONBLOCK is shared with the source, so it is right already; setting
	 * it would switch the source's mode while it is in use (B-11). */
	*copy = *s;
	copy->fd = fd;
	copy->flags |= NI_SOCKET_MADE;
	return 0;
}

int noinherit_fromfd(struct noinherit_socket *s, int fd, int family, int type,
		     int proto)
{
	int r;

	*s = ni_socket_closed();
	fd = ni_sys_fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	r = noinherit_adopt(s, fd, family, type, proto);
	if (r < 0)
		ni_descriptor_discard(fd);
	return r;
}

int noinherit_detach(struct noinherit_socket *s)
{
	int fd = ni_socket_fd(s);

	s->fd = -1;
	return fd;
}

int noinherit_close(struct noinherit_socket *s)
{
	int fd = noinherit_detach(s);

	return fd < 0 ? 0 : noinherit_close_fd(fd);
}
