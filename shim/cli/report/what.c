/*
 * what.c - what a descriptor refers to, in words.
 */
#include "cli/report/what.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/array.h"
#include "common/names.h"
#include "cli/report/trace_reader.h"

static const char *const type_names[NI_TYPES] = {
	[NI_TYPE_UNKNOWN] = "descriptor",
	[NI_TYPE_FILE] = "file",
	[NI_TYPE_DIRECTORY] = "directory",
	[NI_TYPE_CHARACTER] = "device",
	[NI_TYPE_BLOCK] = "block device",
	[NI_TYPE_TERMINAL] = "terminal",
	[NI_TYPE_PIPE] = "pipe",
	[NI_TYPE_SOCKET] = "socket",
	[NI_TYPE_EPOLL] = "epoll",
	[NI_TYPE_EVENTFD] = "eventfd",
	[NI_TYPE_TIMERFD] = "timerfd",
	[NI_TYPE_SIGNALFD] = "signalfd",
	[NI_TYPE_INOTIFY] = "inotify",
	[NI_TYPE_FANOTIFY] = "fanotify",
	[NI_TYPE_MEMFD] = "memfd",
	[NI_TYPE_PIDFD] = "pidfd",
	[NI_TYPE_USERFAULTFD] = "userfaultfd",
	[NI_TYPE_IO_URING] = "io_uring",
	[NI_TYPE_BPF] = "bpf",
	[NI_TYPE_PERF] = "perf event",
	[NI_TYPE_OTHER] = "other",
};

/* As ss(8) and netstat(8) call them; the kernel's numbers. */
static const char *const states[] = {
	NULL, "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
	"TIME_WAIT", "CLOSED", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
	"NEW_SYN_RECV",
};

/* The first row that matches; 0 matches every protocol. */
static const struct {
	int family, type, protocol;
	const char *name;
} socket_names[] = {
	{ AF_INET, SOCK_STREAM, IPPROTO_SCTP, "sctp" },
	{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "mptcp" },
	{ AF_INET, SOCK_STREAM, 0, "tcp" },
	{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, "icmp" },
	{ AF_INET, SOCK_DGRAM, 0, "udp" },
	{ AF_INET, SOCK_RAW, 0, "raw" },
	{ AF_INET, SOCK_SEQPACKET, 0, "sctp" },
	{ AF_INET6, SOCK_STREAM, IPPROTO_SCTP, "sctp" },
	{ AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, "mptcp" },
	{ AF_INET6, SOCK_STREAM, 0, "tcp" },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, "icmp" },
	{ AF_INET6, SOCK_DGRAM, 0, "udp" },
	{ AF_INET6, SOCK_RAW, 0, "raw" },
	{ AF_INET6, SOCK_SEQPACKET, 0, "sctp" },
	{ AF_UNIX, 0, 0, "unix" },
	{ AF_NETLINK, 0, 0, "netlink" },
	{ AF_PACKET, 0, 0, "packet" },
	{ AF_VSOCK, 0, 0, "vsock" },
	{ AF_BLUETOOTH, 0, 0, "bluetooth" },
	{ AF_CAN, 0, 0, "can" },
	{ AF_ALG, 0, 0, "alg" },
};

static const char *socket_name(int family, int type, int protocol)
{
	for (size_t i = 0; i < ARRAY_LEN(socket_names); i++)
		if (socket_names[i].family == family &&
		    (!socket_names[i].type || socket_names[i].type == type) &&
		    (!socket_names[i].protocol ||
		     socket_names[i].protocol == protocol))
			return socket_names[i].name;
	return "socket";
}

/* ---- addresses ---------------------------------------------------------- */

static const char *inet_address(struct ni_arena *arena, const void *address,
				size_t size)
{
	struct sockaddr_in in;
	char host[INET_ADDRSTRLEN];

	if (size < sizeof(in))
		return NULL;
	memcpy(&in, address, sizeof(in));
	inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
	return ni_arena_format(arena, "%s:%u", host, ntohs(in.sin_port));
}

static const char *inet6_address(struct ni_arena *arena, const void *address,
				 size_t size)
{
	struct sockaddr_in6 in;
	char host[INET6_ADDRSTRLEN];

	if (size < sizeof(in))
		return NULL;
	memcpy(&in, address, sizeof(in));
	inet_ntop(AF_INET6, &in.sin6_addr, host, sizeof(host));
	if (in.sin6_scope_id)
		return ni_arena_format(arena, "[%s%%%u]:%u", host,
				       in.sin6_scope_id, ntohs(in.sin6_port));
	return ni_arena_format(arena, "[%s]:%u", host, ntohs(in.sin6_port));
}

/* A leading NUL is an abstract name, which may hold further ones. */
static const char *unix_address(struct ni_arena *arena, const void *address,
				size_t size)
{
	const size_t start = offsetof(struct sockaddr_un, sun_path);
	char *path;

	if (size <= start)
		return NULL;
	path = ni_arena_copy(arena, (const char *)address + start,
			     size - start);
	if (*path)
		return path;
	for (size_t i = 0; i < size - start; i++)
		if (!path[i])
			path[i] = '@';
	return path;
}

static const char *netlink_address(struct ni_arena *arena, const void *address,
				   size_t size)
{
	struct sockaddr_nl nl;

	if (size < sizeof(nl))
		return NULL;
	memcpy(&nl, address, sizeof(nl));
	return ni_arena_format(arena, "port %u, groups %u", nl.nl_pid,
			       nl.nl_groups);
}

static const char *vsock_address(struct ni_arena *arena, const void *address,
				 size_t size)
{
	struct sockaddr_vm vm;

	if (size < sizeof(vm))
		return NULL;
	memcpy(&vm, address, sizeof(vm));
	return ni_arena_format(arena, "%u:%u", vm.svm_cid, vm.svm_port);
}

const char *ni_what_address(struct ni_arena *arena, const void *address,
			    size_t size)
{
	sa_family_t family;

	if (size < sizeof(family))
		return NULL;
	memcpy(&family, address, sizeof(family));
	switch (family) {
	case AF_INET:
		return inet_address(arena, address, size);
	case AF_INET6:
		return inet6_address(arena, address, size);
	case AF_UNIX:
		return unix_address(arena, address, size);
	case AF_NETLINK:
		return netlink_address(arena, address, size);
	case AF_VSOCK:
		return vsock_address(arena, address, size);
	default:
		return NULL;
	}
}

/* ---- descriptors -------------------------------------------------------- */

static void describe_socket(struct ni_what *what, int family, int type,
			    int protocol)
{
	what->type = socket_name(family, type, protocol);
	what->family = ni_family_name(family);
	what->socket_type = ni_type_name(type);
	what->proto = protocol;
}

struct ni_what ni_what_from_type(unsigned type)
{
	return (struct ni_what){
		.type = type_names[type < NI_TYPES ? type : NI_TYPE_UNKNOWN],
		.proto = -1,
	};
}

struct ni_what ni_what_from_record(struct ni_arena *arena,
				   const struct ni_trace_what *record)
{
	struct ni_what what = ni_what_from_type(record->type);
	struct ni_what_tail tail = ni_trace_what_tail(record);

	if (record->type == NI_TYPE_SOCKET) {
		describe_socket(&what, record->family, record->socket_type,
				record->protocol);
		if (record->state < ARRAY_LEN(states))
			what.state = states[record->state];
	}
	what.laddr = ni_what_address(arena, tail.local, record->local_size);
	what.raddr = ni_what_address(arena, tail.remote, record->remote_size);
	if (record->path_size)
		what.path = ni_arena_copy(arena, tail.path, record->path_size);
	return what;
}

struct ni_what ni_what_from_site(const struct ni_trace_site *site)
{
	struct ni_what what = ni_what_from_type(site->type);

	if (site->type == NI_TYPE_SOCKET)
		describe_socket(&what, site->family, site->socket_type,
				site->protocol);
	return what;
}

/* A socket that was neither bound nor connected has an address of zeros. */
static bool says_nothing(const char *address)
{
	return !address || !strcmp(address, "0.0.0.0:0") ||
	       !strcmp(address, "[::]:0");
}

/* "pipe:[4711]", "anon_inode:[eventfd]": the type says that already. */
static bool is_path_only_a_number(const char *path)
{
	return *path != '/' && strstr(path, ":[");
}

const char *ni_what_text(struct ni_arena *arena, const struct ni_what *what)
{
	const char *local = says_nothing(what->laddr) ? NULL : what->laddr;
	const char *remote = says_nothing(what->raddr) ? NULL : what->raddr;
	bool is_state_said = what->state && (local || remote ||
					    strcmp(what->state, "CLOSED"));

	if (what->family)
		return ni_arena_format(arena, "%s%s%s%s%s%s%s", what->type,
				       is_state_said ? " " : "",
				       is_state_said ? what->state : "",
				       local ? " " : "", local ? local : "",
				       remote ? " -> " : "",
				       remote ? remote : "");
	if (what->path && *what->path && !is_path_only_a_number(what->path))
		return ni_arena_format(arena, "%s %s", what->type, what->path);
	return what->type;
}

/* "('0.0.0.0', 8080)" from "0.0.0.0:8080", and so on for other families. */
static const char *python_address(struct ni_arena *arena,
				  const struct ni_what *what,
				  const char *address)
{
	const char *port = strrchr(address, ':'), *scope;
	int host;

	if (!port || !what->family)
		return address;
	host = (int)(port - address);
	if (!strcmp(what->family, "AF_INET"))
		return ni_arena_format(arena, "('%.*s', %s)", host, address,
				       port + 1);
	if (strcmp(what->family, "AF_INET6") || host < 2)
		return address;
	scope = memchr(address, '%', (size_t)host);
	return ni_arena_format(arena, "('%.*s', %s, 0, %s)",
			       scope ? (int)(scope - address - 1) : host - 2,
			       address + 1, port + 1,
			       scope ? ni_arena_copy(arena, scope + 1,
						     (size_t)(port - scope - 2))
				     : "0");
}

const char *ni_what_repr(struct ni_arena *arena, const struct ni_what *what,
			 int fd)
{
	const char *text;

	if (!what->family)
		return ni_arena_format(arena, what->path ?
				       "<%s fd=%i, path=%s>" : "<%s fd=%i>",
				       what->type, fd, what->path);
	text = ni_arena_format(arena, "<socket fd=%i, family=%s, type=%s, "
			       "proto=%i", fd, what->family,
			       what->socket_type ? what->socket_type : "?",
			       what->proto);
	if (what->laddr)
		text = ni_arena_format(arena, "%s, laddr=%s", text,
				       python_address(arena, what,
						      what->laddr));
	if (what->raddr)
		text = ni_arena_format(arena, "%s, raddr=%s", text,
				       python_address(arena, what,
						      what->raddr));
	return ni_arena_format(arena, "%s>", text);
}
