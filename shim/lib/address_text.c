/*
 * address_text.c - addresses in Python's words.
 *
 * An address may come from anybody: what its size does not cover is taken as
 * zero.
 */
#include "lib/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "lib/families.h"
#include "lib/socket_fd.h"
#include "lib/system.h"

/* What is written: an address, and a socket of its kind, if there is one. */
struct written {
	const struct sockaddr_storage *address;
	socklen_t size;
	const struct noinherit_socket *socket;
};

static void write_ipv4(struct ni_text *text, const struct written *from)
{
	const struct sockaddr_in *in = (const void *)from->address;
	char host[INET_ADDRSTRLEN] = "";

	inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
	ni_text_format(text, "('%s', %u)", host, ntohs(in->sin_port));
}

static void write_ipv6(struct ni_text *text, const struct written *from)
{
	const struct sockaddr_in6 *in6 = (const void *)from->address;
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
	ni_text_format(text, "('%s', %u, %u, %u)", host,
		       ntohs(in6->sin6_port), ntohl(in6->sin6_flowinfo),
		       in6->sin6_scope_id);
}

/* A path is bare text; an abstract name is bytes; no name is nothing. */
static void write_unix(struct ni_text *text, const struct written *from)
{
	const struct sockaddr_un *un = (const void *)from->address;
	size_t length = from->size - offsetof(struct sockaddr_un, sun_path);

	if (length > sizeof(un->sun_path))
		length = sizeof(un->sun_path);
	if (un->sun_path[0])
		ni_text_format(text, "%.*s", (int)length, un->sun_path);
	else if (length)
		ni_text_quote_bytes(text, un->sun_path, length);
}

static void write_netlink(struct ni_text *text, const struct written *from)
{
	const struct ni_netlink_address *nl = (const void *)from->address;

	ni_text_format(text, "(%u, %u)", nl->pid, nl->groups);
}

static void write_vsock(struct ni_text *text, const struct written *from)
{
	const struct ni_vsock_address *vm = (const void *)from->address;

	ni_text_format(text, "(%u, %u)", vm->cid, vm->port);
}

/* The interface's name, or nothing for none: asked of the socket itself, as in
 * Python, or of libc where there is no socket. */
static void name_interface(char name[IF_NAMESIZE], int index,
			   const struct written *from)
{
	struct ifreq interface = { .ifr_ifindex = index };
	int kept = errno;

	name[0] = '\0';
	if (!index)
		return;
	if (!from->socket) {
		if (!if_indextoname((unsigned)index, name))
			name[0] = '\0';
		errno = kept;
		return;
	}
	if (ni_sys_ioctl(ni_socket_fd(from->socket), SIOCGIFNAME,
			 &interface) == 0)
		memcpy(name, interface.ifr_name, IF_NAMESIZE);
}

static void write_packet(struct ni_text *text, const struct written *from)
{
	const struct sockaddr_ll *ll = (const void *)from->address;
	size_t length = ll->sll_halen;
	char name[IF_NAMESIZE];

	name_interface(name, ll->sll_ifindex, from);
	if (length > sizeof(ll->sll_addr))
		length = sizeof(ll->sll_addr);
	ni_text_format(text, "(");
	ni_text_quote(text, name);
	ni_text_format(text, ", %u, %u, %u, ", ntohs(ll->sll_protocol),
		       ll->sll_pkttype, ll->sll_hatype);
	ni_text_quote_bytes(text, ll->sll_addr, length);
	ni_text_format(text, ")");
}

static void write_can(struct ni_text *text, const struct written *from)
{
	const struct ni_can_address *can = (const void *)from->address;
	int proto = from->socket ? from->socket->proto : 0;
	char name[IF_NAMESIZE];

	name_interface(name, can->interface, from);
	ni_text_format(text, "(");
	ni_text_quote(text, name);
	if (proto == NI_CAN_ISOTP)
		ni_text_format(text, ", %u, %u)", can->of.isotp.receive,
			       can->of.isotp.send);
	else if (proto == NI_CAN_J1939)
		ni_text_format(text, ", %llu, %u, %u)",
			       (unsigned long long)can->of.j1939.name,
			       can->of.j1939.group, can->of.j1939.address);
	else
		ni_text_format(text, ",)");
}

static void write_tipc(struct ni_text *text, const struct written *from)
{
	const struct ni_tipc_address *tipc = (const void *)from->address;
	uint32_t first = tipc->of.name.type, second = tipc->of.name.instance;
	uint32_t third = second;

	if (tipc->type == NI_TIPC_RANGE) {
		third = tipc->of.range.upper;
	} else if (tipc->type == NI_TIPC_ID) {
		first = tipc->of.id.node;
		second = tipc->of.id.reference;
		third = 0;
	} else if (tipc->type != NI_TIPC_NAME) {
		return;
	}
	ni_text_format(text, "(%u, %u, %u, %u, %u)", tipc->type, first, second,
		       third, (unsigned)tipc->scope);
}

static void write_qipcrtr(struct ni_text *text, const struct written *from)
{
	const struct ni_qipcrtr_address *qrtr = (const void *)from->address;

	ni_text_format(text, "(%u, %u)", qrtr->node, qrtr->port);
}

/* As Python does: the 14 bytes that every address has. */
static void write_unknown(struct ni_text *text, const struct written *from)
{
	const struct sockaddr *addr = (const void *)from->address;

	ni_text_format(text, "(%u, ", addr->sa_family);
	ni_text_quote_bytes(text, addr->sa_data, sizeof(addr->sa_data));
	ni_text_format(text, ")");
}

typedef void writer(struct ni_text *text, const struct written *from);

static const struct {
	sa_family_t family;
	socklen_t size_min;
	writer *write;
} writers[] = {
	{ AF_INET, sizeof(struct sockaddr_in), write_ipv4 },
	{ AF_INET6, sizeof(struct sockaddr_in6), write_ipv6 },
	{ AF_UNIX, sizeof(sa_family_t), write_unix },
	{ AF_NETLINK, sizeof(struct ni_netlink_address), write_netlink },
	{ AF_PACKET, offsetof(struct sockaddr_ll, sll_addr), write_packet },
	{ AF_VSOCK, offsetof(struct ni_vsock_address, flags), write_vsock },
	{ AF_CAN, offsetof(struct ni_can_address, of), write_can },
	{ AF_TIPC, sizeof(struct ni_tipc_address), write_tipc },
	{ AF_QIPCRTR, sizeof(struct ni_qipcrtr_address), write_qipcrtr },
};

int ni_address_write(struct ni_text *text,
		     const struct sockaddr_storage *address, socklen_t size,
		     const struct noinherit_socket *s)
{
	struct sockaddr_storage whole;
	const struct written from = { &whole, size, s };

	if (size < sizeof(sa_family_t))
		return size ? -EINVAL : 0;
	memset(&whole, 0, sizeof(whole));
	memcpy(&whole, address, size < sizeof(whole) ? size : sizeof(whole));
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		if (writers[i].family != whole.ss_family)
			continue;
		if (size < writers[i].size_min)
			return -EINVAL;
		writers[i].write(text, &from);
		return 0;
	}
	write_unknown(text, &from);
	return 0;
}

int noinherit_format_address(const struct noinherit_socket *s,
			     const struct sockaddr *addr, socklen_t addrlen,
			     char *buf, size_t size)
{
	struct ni_text text = ni_text_in(buf, size);
	int r = ni_address_write(&text, (const void *)addr, addrlen, s);

	return r < 0 ? r : (int)text.length;
}

int noinherit_port(const struct sockaddr *addr, socklen_t addrlen)
{
	struct sockaddr_in in;

	if (addrlen < sizeof(sa_family_t))
		return -EINVAL;
	if (addr->sa_family != AF_INET && addr->sa_family != AF_INET6)
		return -EAFNOSUPPORT;
	/* Family and port are at the same offsets in both. */
	if (addrlen < sizeof(in))
		return -EINVAL;
	memcpy(&in, addr, sizeof(in));
	return ntohs(in.sin_port);
}
