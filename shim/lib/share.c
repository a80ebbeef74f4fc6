/*
 * share.c - one process takes a socket out of another (pidfd_getfd).
 *
 * The description is data from outside: it may be stale, recycled or forged,
 * so nothing in it is believed before the kernel has said the same.
 */
#include "noinherit.h"

#include <string.h>
#include <sys/syscall.h>

#include "lib/descriptor.h"
#include "lib/socket.h"
#include "lib/socket_fd.h"
#include "lib/system.h"

/* For headers older than the calls; their numbers are the same on every machine
 * but Alpha. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif
#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif

struct description {
	char magic[8];
	int32_t sharer, receiver, fd, family, type, proto;
	uint64_t cookie;
	unsigned char unused[24];
};

_Static_assert(sizeof(struct description) == sizeof(struct noinherit_shared),
	       "the description fills what the header promises");

static const char magic[8] = { 'N', 'I', 's', 'h', 'a', 'r', 'e', '1' };

static int ask_cookie(int fd, uint64_t *cookie)
{
	socklen_t size = sizeof(*cookie);

	return ni_sys_getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &size);
}

int noinherit_share(const struct noinherit_socket *s, pid_t pid,
		    struct noinherit_shared *data)
{
	struct description made = {
		.sharer = getpid(), .receiver = pid, .fd = ni_socket_fd(s),
		.family = s->family, .type = s->type, .proto = s->proto,
	};
	int r;

	if (pid <= 0)
		return -EINVAL;
	r = ask_cookie(made.fd, &made.cookie);
	if (r < 0)
		return r;
	memcpy(made.magic, magic, sizeof(magic));
	memcpy(data->bytes, &made, sizeof(made));
	return 0;
}

int noinherit_share_permit(pid_t pid)
{
	return ni_sys_prctl(PR_SET_PTRACER, (unsigned long)pid);
}

static int read_description(struct description *read,
			    const struct noinherit_shared *data)
{
	static const unsigned char unused[sizeof(read->unused)];

	memcpy(read, data->bytes, sizeof(*read));
	if (memcmp(read->magic, magic, sizeof(magic)) ||
	    memcmp(read->unused, unused, sizeof(unused)) ||
	    read->sharer <= 0 || read->fd < 0)
		return -EINVAL;
	return read->receiver == getpid() ? 0 : -EXDEV;
}

static int fetch(const struct description *from)
{
	int pidfd = (int)ni_sys_syscall(SYS_pidfd_open, from->sharer, 0, 0);
	int fd;

	if (pidfd < 0)
		return pidfd;
	fd = (int)ni_sys_syscall(SYS_pidfd_getfd, pidfd, from->fd, 0);
	ni_descriptor_discard(pidfd);
	/* EBADF: the sharer has closed it. */
	return fd == -EBADF ? -ESTALE : fd;
}

static int verify(int fd, const struct description *from)
{
	uint64_t cookie;
	int r = ask_cookie(fd, &cookie);

	if (r == -ENOTSOCK || (r == 0 && cookie != from->cookie))
		return -ESTALE;
	return r;
}

int noinherit_fromshare(struct noinherit_socket *s,
			const struct noinherit_shared *data)
{
	struct description from;
	int r = read_description(&from, data);
	int fd;

	*s = ni_socket_closed();
	if (r < 0)
		return r;
	fd = fetch(&from);
	if (fd < 0)
		return fd;
	r = verify(fd, &from);
	if (r == 0)
		r = ni_socket_start(s, fd, from.family, from.type, from.proto);
	if (r < 0)
		ni_descriptor_discard(fd);
	return r;
}
