/*
 * names.c - the tables of names, and the look-up in both directions.
 */
#include "common/names.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* Rows hold their text, not a pointer to it: in a preloaded object each pointer
 * costs a relocation, in every process, before main. */
struct row {
	int16_t number;
	char name[18];
};

static const struct row families[] = {
	{ AF_UNIX, "AF_UNIX" },
	{ AF_INET, "AF_INET" },
	{ AF_INET6, "AF_INET6" },
	{ AF_NETLINK, "AF_NETLINK" },
	{ AF_PACKET, "AF_PACKET" },
	{ AF_VSOCK, "AF_VSOCK" },
	{ AF_BLUETOOTH, "AF_BLUETOOTH" },
	{ AF_CAN, "AF_CAN" },
	{ AF_ALG, "AF_ALG" },
	{ AF_TIPC, "AF_TIPC" },
	{ AF_RDS, "AF_RDS" },
	{ AF_KEY, "AF_KEY" },
	{ 42, "AF_QIPCRTR" },
	{ 44, "AF_XDP" },
	{ AF_UNIX, "AF_LOCAL" },
};

static const struct row types[] = {
	{ SOCK_STREAM, "SOCK_STREAM" },
	{ SOCK_DGRAM, "SOCK_DGRAM" },
	{ SOCK_RAW, "SOCK_RAW" },
	{ SOCK_RDM, "SOCK_RDM" },
	{ SOCK_SEQPACKET, "SOCK_SEQPACKET" },
	{ SOCK_DCCP, "SOCK_DCCP" },
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

_Static_assert(sizeof("SOCK_SEQPACKET") <= sizeof(types[0].name),
	       "a name and its end fit a row");

static const struct row *find_number(const struct row *table, size_t rows,
				     int number)
{
	for (size_t i = 0; i < rows; i++)
		if (table[i].number == number)
			return &table[i];
	return NULL;
}

static int find_name(const struct row *table, size_t rows, const char *name,
		     size_t length)
{
	for (size_t i = 0; i < rows; i++)
		if (strlen(table[i].name) == length &&
		    !memcmp(table[i].name, name, length))
			return table[i].number;
	return -1;
}

const char *ni_family_name(int family)
{
	const struct row *row = find_number(families, ROWS(families), family);

	return row ? row->name : NULL;
}

const char *ni_type_name(int type)
{
	const struct row *row = find_number(types, ROWS(types), type);

	return row ? row->name : NULL;
}

int ni_family_number(const char *name, size_t length)
{
	return find_name(families, ROWS(families), name, length);
}

int ni_type_number(const char *name, size_t length)
{
	return find_name(types, ROWS(types), name, length);
}

const char *ni_family_name_at(size_t index)
{
	return index < ROWS(families) ? families[index].name : NULL;
}

const char *ni_type_name_at(size_t index)
{
	return index < ROWS(types) ? types[index].name : NULL;
}
