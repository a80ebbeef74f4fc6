/*
 * rights.h - the descriptors in a received message.
 */
#ifndef NI_COMMON_RIGHTS_H
#define NI_COMMON_RIGHTS_H

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* The next control message of @message with descriptors, after @header or, if
 * that is NULL, from the start; NULL if there is none. CMSG_NXTHDR() is a call
 * of glibc's if the compiler does not inline it, which clang does not. */
static inline const struct cmsghdr *
ni_rights_next(const struct msghdr *message, const struct cmsghdr *header)
{
	const unsigned char *start = message->msg_control;
	size_t at = 0, size = message->msg_controllen;

	if (header)
		at = (size_t)((const unsigned char *)header - start) +
		     CMSG_ALIGN(header->cmsg_len);
	for (; at + sizeof(*header) <= size; at += CMSG_ALIGN(header->cmsg_len)) {
		header = (const void *)(start + at);
		if (header->cmsg_len < CMSG_LEN(0) || header->cmsg_len > size - at)
			break;
		if (header->cmsg_level == SOL_SOCKET &&
		    header->cmsg_type == SCM_RIGHTS)
			return header;
	}
	return NULL;
}

static inline size_t ni_rights_count(const struct cmsghdr *header)
{
	return (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
}

/* The numbers are unaligned if the control buffer is. */
static inline int ni_rights_get(const struct cmsghdr *header, size_t i)
{
	int fd;

	memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd), sizeof(fd));
	return fd;
}

#endif
