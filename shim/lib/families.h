/*
 * families.h - address structures, as the kernel has them, whose headers not
 * every system has.
 */
#ifndef NI_LIB_FAMILIES_H
#define NI_LIB_FAMILIES_H

#include <stdint.h>
#include <sys/socket.h>

#ifndef AF_TIPC
#define AF_TIPC 30
#endif
#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif
#ifndef AF_QIPCRTR
#define AF_QIPCRTR 42
#endif

struct ni_netlink_address {
	sa_family_t family;
	unsigned short padding;
	uint32_t pid, groups;
};

struct ni_vsock_address {
	sa_family_t family;
	unsigned short reserved;
	uint32_t port, cid;
	unsigned char flags, zero[3];
};

struct ni_qipcrtr_address {
	sa_family_t family;
	uint32_t node, port;
};

/* The protocols of AF_CAN whose addresses have more than an interface. */
enum { NI_CAN_ISOTP = 6, NI_CAN_J1939 = 7 };

struct ni_can_address {
	sa_family_t family;
	int32_t interface;
	union {
		struct { uint32_t receive, send; } isotp;
		struct { uint64_t name; uint32_t group; uint8_t address; } j1939;
	} of;
};

enum { NI_TIPC_RANGE = 1, NI_TIPC_NAME = 2, NI_TIPC_ID = 3 };

struct ni_tipc_address {
	sa_family_t family;
	unsigned char type;
	signed char scope;
	union {
		struct { uint32_t type, lower, upper; } range;
		struct { uint32_t type, instance, domain; } name;
		struct { uint32_t reference, node; } id;
	} of;
};

#endif
