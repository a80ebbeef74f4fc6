/*
 * address_tuple.c - addresses from Python's tuples, written as Python does.
 *
 * A tuple is text from outside: it is read into at most five items, each a
 * number, a string or bytes, before anything is made of it.
 */
#include "lib/address.h"

#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <string.h>

#include "lib/families.h"

enum { ITEMS_MAX = 5, TEXT_MAX = NI_MAXHOST };

struct item {
	char kind;		/* 's' text, 'b' bytes, 'n' number */
	bool is_negative;
	uint64_t number;
	const char *text;
	size_t size;
};

/* What is left to be read, and where strings go. */
struct source {
	const char *next, *end;
	char texts[TEXT_MAX];
	size_t texts_size;
};

static void skip_blanks(struct source *source)
{
	while (source->next < source->end &&
	       (*source->next == ' ' || *source->next == '\t'))
		source->next++;
}

static bool skip(struct source *source, char character)
{
	skip_blanks(source);
	if (source->next == source->end || *source->next != character)
		return false;
	source->next++;
	return true;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* What follows a backslash: a byte, or -1. */
static int read_escape(struct source *source)
{
	static const char named[] = "\\\\''\"\"n\nr\rt\t";
	int high, low;
	char letter;

	if (source->next == source->end)
		return -1;
	letter = *source->next++;
	for (const char *pair = named; *pair; pair += 2)
		if (*pair == letter)
			return pair[1];
	if (letter != 'x' || source->end - source->next < 2)
		return -1;
	high = hex_digit(source->next[0]);
	low = hex_digit(source->next[1]);
	source->next += 2;
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static int read_text(struct source *source, struct item *item)
{
	char quote = *source->next++;

	item->text = source->texts + source->texts_size;
	while (source->next < source->end && *source->next != quote) {
		int byte = (unsigned char)*source->next++;

		if (byte == '\\')
			byte = read_escape(source);
		if (byte < 0)
			return -EINVAL;
		if (source->texts_size == sizeof(source->texts))
			return -ENAMETOOLONG;
		source->texts[source->texts_size++] = (char)byte;
		item->size++;
	}
	return skip(source, quote) ? 0 : -EINVAL;
}

static int read_number(struct source *source, struct item *item)
{
	const char *first;

	item->kind = 'n';
	item->is_negative = skip(source, '-');
	first = source->next;
	for (; source->next < source->end; source->next++) {
		unsigned digit = (unsigned char)*source->next - '0';

		if (digit > 9)
			break;
		if (item->number > (UINT64_MAX - digit) / 10)
			return -ERANGE;
		item->number = item->number * 10 + digit;
	}
	return source->next > first ? 0 : -EINVAL;
}

static int read_item(struct source *source, struct item *item)
{
	*item = (struct item){ .kind = 's' };
	skip_blanks(source);
	if (source->end - source->next > 1 && source->next[0] == 'b' &&
	    (source->next[1] == '\'' || source->next[1] == '"')) {
		source->next++;
		item->kind = 'b';
	}
	if (source->next < source->end &&
	    (*source->next == '\'' || *source->next == '"'))
		return read_text(source, item);
	return read_number(source, item);
}

/* How many items there are, or a negative error. */
static int read_tuple(struct source *source, struct item items[ITEMS_MAX])
{
	int count = 0, r;

	if (!skip(source, '('))
		return -EINVAL;
	while (!skip(source, ')')) {
		if (count == ITEMS_MAX)
			return -EINVAL;
		r = read_item(source, &items[count++]);
		if (r < 0)
			return r;
		if (skip(source, ','))
			continue;
		if (!skip(source, ')'))
			return -EINVAL;
		break;
	}
	skip_blanks(source);
	return source->next == source->end ? count : -EINVAL;
}

/* ---- families ------------------------------------------------------------ */

static int interface_of(const struct item *item)
{
	char name[IF_NAMESIZE];
	int kept = errno;
	unsigned index;

	if (!item->size)
		return 0;
	if (item->size >= sizeof(name) || memchr(item->text, '\0', item->size))
		return -ENODEV;
	memcpy(name, item->text, item->size);
	name[item->size] = '\0';
	index = if_nametoindex(name);
	errno = kept;
	return index ? (int)index : -ENODEV;
}

static int build_ipv4(struct sockaddr_storage *address,
		      const struct item *items, int count)
{
	(void)count;
	return ni_address_of_host(address, AF_INET, items[0].text,
				  items[0].size, (in_port_t)items[1].number);
}

static int build_ipv6(struct sockaddr_storage *address,
		      const struct item *items, int count)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	int r = ni_address_of_host(address, AF_INET6, items[0].text,
				   items[0].size, (in_port_t)items[1].number);

	if (r < 0)
		return r;
	if (count > 2)
		in6->sin6_flowinfo = htonl((uint32_t)items[2].number);
	/* Python would overwrite the scope of fe80::1%eth0 with 0. */
	if (count > 3 && items[3].number)
		in6->sin6_scope_id = (uint32_t)items[3].number;
	return r;
}

static int build_netlink(struct sockaddr_storage *address,
			 const struct item *items, int count)
{
	struct ni_netlink_address *nl = (void *)address;

	(void)count;
	nl->pid = (uint32_t)items[0].number;
	nl->groups = (uint32_t)items[1].number;
	return sizeof(*nl);
}

static int build_vsock(struct sockaddr_storage *address,
		       const struct item *items, int count)
{
	struct ni_vsock_address *vm = (void *)address;

	(void)count;
	vm->cid = (uint32_t)items[0].number;
	vm->port = (uint32_t)items[1].number;
	return sizeof(*vm);
}

static int build_qipcrtr(struct sockaddr_storage *address,
			 const struct item *items, int count)
{
	struct ni_qipcrtr_address *qrtr = (void *)address;

	(void)count;
	qrtr->node = (uint32_t)items[0].number;
	qrtr->port = (uint32_t)items[1].number;
	return sizeof(*qrtr);
}

static int build_packet(struct sockaddr_storage *address,
			const struct item *items, int count)
{
	struct sockaddr_ll *ll = (struct sockaddr_ll *)address;
	int interface = interface_of(&items[0]);

	if (interface < 0)
		return interface;
	ll->sll_ifindex = interface;
	ll->sll_protocol = htons((uint16_t)items[1].number);
	ll->sll_pkttype = count > 2 ? (unsigned char)items[2].number : 0;
	ll->sll_hatype = count > 3 ? (unsigned short)items[3].number : 0;
	if (count > 4 && items[4].size > sizeof(ll->sll_addr))
		return -ENAMETOOLONG;
	if (count > 4) {
		ll->sll_halen = (unsigned char)items[4].size;
		memcpy(ll->sll_addr, items[4].text, items[4].size);
	}
	return sizeof(*ll);
}

static int build_can(struct sockaddr_storage *address,
		     const struct item *items, int count)
{
	struct ni_can_address *can = (void *)address;

	can->interface = interface_of(&items[0]);
	if (can->interface < 0)
		return can->interface;
	if (count == 3) {
		can->of.isotp.receive = (uint32_t)items[1].number;
		can->of.isotp.send = (uint32_t)items[2].number;
		return items[1].number > UINT32_MAX ? -ERANGE :
						      (int)sizeof(*can);
	}
	if (count == 4) {
		can->of.j1939.name = items[1].number;
		can->of.j1939.group = (uint32_t)items[2].number;
		can->of.j1939.address = (uint8_t)items[3].number;
	}
	return count == 2 ? -EINVAL : (int)sizeof(*can);
}

static int build_tipc(struct sockaddr_storage *address,
		      const struct item *items, int count)
{
	enum { CLUSTER = 2 };
	struct ni_tipc_address *tipc = (void *)address;
	uint32_t first = (uint32_t)items[1].number;
	uint32_t second = (uint32_t)items[2].number;

	tipc->type = (unsigned char)items[0].number;
	tipc->scope = count > 4 ? (signed char)items[4].number : CLUSTER;
	switch (tipc->type) {
	case NI_TIPC_RANGE:
		tipc->of.range.upper = (uint32_t)items[3].number;
		/* fall through */
	case NI_TIPC_NAME:
		tipc->of.name.type = first;
		tipc->of.name.instance = second;
		return sizeof(*tipc);
	case NI_TIPC_ID:
		tipc->of.id.node = first;
		tipc->of.id.reference = second;
		return sizeof(*tipc);
	default:
		return -EINVAL;
	}
}

/* Each item's kind, how many there must be, and the greatest of each number. */
static const struct form {
	int family;
	const char *kinds;
	int least;
	uint64_t most[ITEMS_MAX];
	int (*build)(struct sockaddr_storage *address, const struct item *items,
		     int count);
} forms[] = {
	{ AF_INET, "sn", 2, { 0, 65535 }, build_ipv4 },
	{ AF_INET6, "snnn", 2, { 0, 65535, 0xfffff, UINT32_MAX }, build_ipv6 },
	{ AF_NETLINK, "nn", 2, { UINT32_MAX, UINT32_MAX }, build_netlink },
	{ AF_VSOCK, "nn", 2, { UINT32_MAX, UINT32_MAX }, build_vsock },
	{ AF_QIPCRTR, "nn", 2, { UINT32_MAX, UINT32_MAX }, build_qipcrtr },
	{ AF_PACKET, "snnnb", 2, { 0, 65535, 255, 65535 }, build_packet },
	{ AF_CAN, "snnn", 1, { 0, UINT64_MAX, UINT32_MAX, 255 }, build_can },
	{ AF_TIPC, "nnnnn", 4,
	  { 255, UINT32_MAX, UINT32_MAX, UINT32_MAX, 127 }, build_tipc },
};

static int check_items(const struct form *form, const struct item *items,
		       int count)
{
	if (count < form->least || count > (int)strlen(form->kinds))
		return -EINVAL;
	for (int i = 0; i < count; i++) {
		if (items[i].kind != form->kinds[i])
			return -EINVAL;
		if (items[i].kind == 'n' &&
		    (items[i].number > form->most[i] || items[i].is_negative))
			return -ERANGE;
	}
	return 0;
}

static const struct form *form_of(int family)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].family == family)
			return &forms[i];
	return NULL;
}

int ni_address_of_tuple(struct sockaddr_storage *address, int family,
			const char *text, size_t size)
{
	const struct form *form = form_of(family);
	struct source source = { .next = text, .end = text + size };
	struct item items[ITEMS_MAX];
	int r;

	if (!form)
		return -EAFNOSUPPORT;
	r = read_tuple(&source, items);
	if (r >= 0) {
		int count = r;

		address->ss_family = (sa_family_t)family;
		r = check_items(form, items, count);
		if (r == 0)
			r = form->build(address, items, count);
	}
	return r;
}
