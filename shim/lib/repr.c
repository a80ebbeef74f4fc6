/*
 * repr.c - sockets and addresses in Python's words (S-106, S-107).
 */
#include "noinherit.h"

#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

#include "address.h"
#include "socket.h"
#include "system.h"
#include "text.h"

/* The kernel's own, whose headers not every libc brings along. */
struct netlink_address {
	sa_family_t family;
	unsigned short padding;
	uint32_t pid, groups;
};

struct vsock_address {
	sa_family_t family;
	unsigned short reserved;
	uint32_t port, cid;
};

static void write_ipv4(struct ni_text *text,
		       const struct sockaddr_storage *address, socklen_t size,
		       int fd)
{
	const struct sockaddr_in *in = (const void *)address;
	char host[INET_ADDRSTRLEN] = "";

	(void)size, (void)fd;
	inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
	ni_text_format(text, "('%s', %u)", host, ntohs(in->sin_port));
}

static void write_ipv6(struct ni_text *text,
		       const struct sockaddr_storage *address, socklen_t size,
		       int fd)
{
	const struct sockaddr_in6 *in6 = (const void *)address;
	char host[INET6_ADDRSTRLEN] = "";

	(void)size, (void)fd;
	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
	ni_text_format(text, "('%s', %u, %u, %u)", host,
		       ntohs(in6->sin6_port), ntohl(in6->sin6_flowinfo),
		       in6->sin6_scope_id);
}

/* A path is bare text; an abstract name is bytes. */
static void write_unix(struct ni_text *text,
		       const struct sockaddr_storage *address, socklen_t size,
		       int fd)
{
	const struct sockaddr_un *un = (const void *)address;
	size_t length = size - offsetof(struct sockaddr_un, sun_path);

	(void)fd;
	if (length > sizeof(un->sun_path))
		length = sizeof(un->sun_path);
	if (un->sun_path[0])
		ni_text_format(text, "%.*s", (int)length, un->sun_path);
	else
		ni_text_quote_bytes(text, un->sun_path, length);
}

static void write_netlink(struct ni_text *text,
			  const struct sockaddr_storage *address,
			  socklen_t size, int fd)
{
	const struct netlink_address *nl = (const void *)address;

	(void)size, (void)fd;
	ni_text_format(text, "(%u, %u)", nl->pid, nl->groups);
}

static void write_vsock(struct ni_text *text,
			const struct sockaddr_storage *address, socklen_t size,
			int fd)
{
	const struct vsock_address *vm = (const void *)address;

	(void)size, (void)fd;
	ni_text_format(text, "(%u, %u)", vm->cid, vm->port);
}

static void write_packet(struct ni_text *text,
			 const struct sockaddr_storage *address, socklen_t size,
			 int fd)
{
	const struct sockaddr_ll *ll = (const void *)address;
	struct ifreq interface = { .ifr_ifindex = ll->sll_ifindex };
	size_t length = ll->sll_halen;

	(void)size;
	if (!ll->sll_ifindex ||
	    ni_sys_ioctl(fd, SIOCGIFNAME, &interface) < 0)
		interface.ifr_name[0] = '\0';
	if (length > sizeof(ll->sll_addr))
		length = sizeof(ll->sll_addr);
	ni_text_format(text, "(");
	ni_text_quote(text, interface.ifr_name);
	ni_text_format(text, ", %u, %u, %u, ", ntohs(ll->sll_protocol),
		       ll->sll_pkttype, ll->sll_hatype);
	ni_text_quote_bytes(text, ll->sll_addr, length);
	ni_text_format(text, ")");
}

typedef void writer(struct ni_text *text,
		    const struct sockaddr_storage *address, socklen_t size,
		    int fd);

static const struct {
	sa_family_t family;
	socklen_t size_min;
	writer *write;
} writers[] = {
	{ AF_INET, sizeof(struct sockaddr_in), write_ipv4 },
	{ AF_INET6, sizeof(struct sockaddr_in6), write_ipv6 },
	{ AF_UNIX, offsetof(struct sockaddr_un, sun_path) + 1, write_unix },
	{ AF_NETLINK, sizeof(struct netlink_address), write_netlink },
	{ AF_PACKET, offsetof(struct sockaddr_ll, sll_addr), write_packet },
	{ AF_VSOCK, sizeof(struct vsock_address), write_vsock },
};

void ni_address_write(struct ni_text *text,
		      const struct sockaddr_storage *address, socklen_t size,
		      int fd)
{
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (writers[i].family == address->ss_family &&
		    size >= writers[i].size_min)
			writers[i].write(text, address, size, fd);
}

static void write_name(struct ni_text *text, const char *label, int fd,
		       int (*ask)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_storage address;
	char words[512];
	struct ni_text name = ni_text_in(words, sizeof(words));
	socklen_t size = sizeof(address);

	memset(&address, 0, sizeof(address));
	if (ask(fd, (struct sockaddr *)&address, &size) < 0)
		return;
	ni_address_write(&name, &address, size, fd);
	if (name.length)
		ni_text_format(text, ", %s=%s", label, words);
}

int noinherit_repr(const struct noinherit_socket *s, char *buf, size_t size)
{
	struct ni_text text = ni_text_in(buf, size);
	int fd = ni_socket_fd(s);
	const char *closed = fd < 0 ? " [closed]" : "";

	ni_text_format(&text,
		       "<socket.socket%s fd=%d, family=%d, type=%d, proto=%d",
		       closed, fd, s->family, s->type, s->proto);
	if (fd >= 0) {
		write_name(&text, "laddr", fd, ni_sys_getsockname);
		write_name(&text, "raddr", fd, ni_sys_getpeername);
	}
	ni_text_format(&text, ">");
	return (int)text.length;
}
