/*
 * passing.c - descriptors in messages: SCM_RIGHTS.
 */
#include "lib/passing.h"

#include <string.h>
#include <sys/uio.h>

#include "lib/address.h"
#include "lib/descriptor.h"
#include "lib/sized_struct.h"
#include "lib/system.h"
#include "lib/transfer.h"

/* Room for one control message of descriptors, aligned as the kernel wants. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(NOINHERIT_FDS_MAX * sizeof(int))];
};

ssize_t noinherit_send_fds(const struct noinherit_socket *s,
			   const struct iovec *buffers, size_t buffers_count,
			   const int *fds, size_t fds_count,
			   const struct noinherit_send_fds_options *options)
{
	struct noinherit_send_fds_options given;
	union control control;
	struct msghdr msg;
	int r = ni_sized_struct_read(&given, sizeof(given), options);

	if (r < 0)
		return r;
	if (given.flags || fds_count > NOINHERIT_FDS_MAX)
		return -EINVAL;
	memset(&control, 0, sizeof(control));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(fds_count * sizeof(int));
	if (fds_count)
		memcpy(CMSG_DATA(&control.header), fds,
		       fds_count * sizeof(int));

	memset(&msg, 0, sizeof(msg));
	msg.msg_name = (void *)given.address;
	msg.msg_namelen = given.address ? given.address_size : 0;
	msg.msg_iov = (struct iovec *)buffers;
	msg.msg_iovlen = buffers_count;
	msg.msg_control = &control;
	msg.msg_controllen = CMSG_SPACE(fds_count * sizeof(int));
	return noinherit_sendmsg(s, &msg, given.message_flags);
}

/* How many descriptors a control message carries; 0 for other kinds. */
static size_t descriptors_in(const struct msghdr *msg,
			     const struct cmsghdr *header)
{
	/* Since Linux 6.5, asked for by SO_PASSPIDFD; older headers lack it. */
	enum { SCM_PIDFD_TYPE = 4 };
	const unsigned char *data = CMSG_DATA(header);
	const unsigned char *end = (const unsigned char *)msg->msg_control +
				   msg->msg_controllen;
	size_t bytes, room = (size_t)(end - data);

	if (header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_len < CMSG_LEN(0))
		return 0;
	if (header->cmsg_type != SCM_RIGHTS &&
	    header->cmsg_type != SCM_PIDFD_TYPE)
		return 0;
	/* The macros do not check that the last message ends in the buffer. */
	bytes = header->cmsg_len - CMSG_LEN(0);
	return (bytes < room ? bytes : room) / sizeof(int);
}

size_t ni_passing_collect(struct msghdr *msg, int *fds, size_t room,
			  void (*surplus)(int fd))
{
	struct cmsghdr *header = CMSG_FIRSTHDR(msg);
	size_t count = 0;

	for (; header; header = CMSG_NXTHDR(msg, header)) {
		size_t arrived = descriptors_in(msg, header);

		for (size_t i = 0; i < arrived; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd),
			       sizeof(fd));
			if (header->cmsg_type == SCM_RIGHTS && count < room)
				fds[count++] = fd;
			else
				surplus(fd);
		}
	}
	return count;
}

ssize_t noinherit_recv_fds(const struct noinherit_socket *s, void *buf,
			   size_t size, int *fds, size_t fds_size,
			   size_t *fds_count, int *msg_flags,
			   const struct noinherit_recv_fds_options *options)
{
	struct noinherit_recv_fds_options given;
	size_t room = fds_size < NOINHERIT_FDS_MAX ? fds_size :
						     NOINHERIT_FDS_MAX;
	struct sockaddr_storage address;
	struct iovec data = { buf, size };
	union control control;
	struct msghdr msg;
	ssize_t r = ni_sized_struct_read(&given, sizeof(given), options);

	if (r < 0)
		return r;
	if (!fds_count || !msg_flags || given.flags & ~NOINHERIT_INHERITABLE)
		return -EINVAL;
	memset(&msg, 0, sizeof(msg));
	msg.msg_iov = &data;
	msg.msg_iovlen = 1;
	msg.msg_control = &control;
	/* CMSG_SPACE would let one more in, through the padding (S-101). */
	msg.msg_controllen = CMSG_LEN(room * sizeof(int));
	if (given.address) {
		msg.msg_name = &address;
		msg.msg_namelen = sizeof(address);
	}
	r = given.flags & NOINHERIT_INHERITABLE ?
		ni_transfer_recvmsg(s, &msg, given.message_flags) :
		noinherit_recvmsg(s, &msg, given.message_flags);
	if (r < 0)
		return r;
	*fds_count = ni_passing_collect(&msg, fds, room, ni_descriptor_discard);
	*msg_flags = msg.msg_flags;
	ni_address_copy(&address, msg.msg_namelen, given.address,
			given.address_size);
	return r;
}
