/*
 * hook_socket.c - sockets, and descriptors that come through them.
 */
#include "audit/hook.h"
#include "audit/hook_socket.h"

#include <netdb.h>

#include "common/rights.h"

enum { TYPE_FLAGS = SOCK_CLOEXEC | SOCK_NONBLOCK };

NI_EXPORT int socket(int family, int type, int protocol)
{
	const struct ni_caller caller = NI_CALLER(socket);
	int fd = ni_beyond_get()->socket(family, type, protocol);

	ni_made(&caller, fd, type);
	if (fd >= 0 && ni_is_active())
		ni_descriptors_socket(fd, family, type & ~TYPE_FLAGS, protocol);
	return fd;
}

NI_EXPORT int socketpair(int family, int type, int protocol, int pair[2])
{
	const struct ni_caller caller = NI_CALLER(socketpair);
	int r = ni_beyond_get()->socketpair(family, type, protocol, pair);

	ni_made_pair(&caller, r, pair, (unsigned)type);
	for (int i = 0; r == 0 && i < 2 && ni_is_active(); i++)
		ni_descriptors_socket(pair[i], family, type & ~TYPE_FLAGS,
				      protocol);
	return r;
}

NI_EXPORT int accept(int fd, struct sockaddr *address, socklen_t *size)
{
	const struct ni_caller caller = NI_CALLER(accept);
	int peer = ni_beyond_get()->accept(fd, address, size);

	return ni_made(&caller, peer, 0);
}

NI_EXPORT int accept4(int fd, struct sockaddr *address, socklen_t *size,
		      int flags)
{
	const struct ni_caller caller = NI_CALLER(accept4);
	int peer = ni_beyond_get()->accept4(fd, address, size, flags);

	return ni_made(&caller, peer, flags);
}

/* ---- SCM_RIGHTS ------------------------------------------------------------- */

void ni_received(const struct ni_caller *caller, struct msghdr *message,
		 int flags)
{
	const struct cmsghdr *header = NULL;

	if (!ni_is_active() || !message->msg_control)
		return;
	while ((header = ni_rights_next(message, header)))
		for (size_t i = 0; i < ni_rights_count(header); i++)
			ni_made(caller, ni_rights_get(header, i), (unsigned)flags);
}

NI_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	const struct ni_caller caller = NI_CALLER(recvmsg);
	ssize_t size = ni_beyond_get()->recvmsg(fd, message, flags);

	if (size >= 0)
		ni_received(&caller, message, flags);
	return size;
}

NI_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count,
		       int flags, struct timespec *timeout)
{
	const struct ni_caller caller = NI_CALLER(recvmmsg);
	int received = ni_beyond_get()->recvmmsg(fd, messages, count, flags,
					       timeout);

	for (int i = 0; i < received; i++)
		ni_received(&caller, &messages[i].msg_hdr, flags);
	return received;
}

/* ---- libc's own composers ------------------------------------------------------- */

static int note_pair(const struct ni_caller *caller, int fd, const int *second)
{
	if (fd >= 0 && second)
		ni_made(caller, *second, 0);
	return ni_made(caller, fd, 0);
}

NI_EXPORT int rcmd(char **host, unsigned short port, const char *local,
		   const char *remote, const char *command, int *second)
{
	const struct ni_caller caller = NI_CALLER(rcmd);
	int fd = ni_beyond_get()->rcmd(host, port, local, remote, command,
				     second);

	return note_pair(&caller, fd, second);
}

NI_EXPORT int rcmd_af(char **host, unsigned short port, const char *local,
		      const char *remote, const char *command, int *second,
		      sa_family_t family)
{
	const struct ni_caller caller = NI_CALLER(rcmd_af);
	int fd = ni_beyond_get()->rcmd_af(host, port, local, remote, command,
					second, family);

	return note_pair(&caller, fd, second);
}

NI_EXPORT int rexec(char **host, int port, const char *user,
		    const char *password, const char *command, int *second)
{
	const struct ni_caller caller = NI_CALLER(rexec);
	int fd = ni_beyond_get()->rexec(host, port, user, password, command,
				      second);

	return note_pair(&caller, fd, second);
}

NI_EXPORT int rexec_af(char **host, int port, const char *user,
		       const char *password, const char *command, int *second,
		       sa_family_t family)
{
	const struct ni_caller caller = NI_CALLER(rexec_af);
	int fd = ni_beyond_get()->rexec_af(host, port, user, password, command,
					 second, family);

	return note_pair(&caller, fd, second);
}

NI_EXPORT int rresvport(int *port)
{
	const struct ni_caller caller = NI_CALLER(rresvport);

	return note_pair(&caller, ni_beyond_get()->rresvport(port), NULL);
}

NI_EXPORT int rresvport_af(int *port, sa_family_t family)
{
	const struct ni_caller caller = NI_CALLER(rresvport_af);

	return note_pair(&caller, ni_beyond_get()->rresvport_af(port, family),
			 NULL);
}
