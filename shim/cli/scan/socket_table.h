/*
 * socket_table.h - the kernel's lists of sockets, /proc/PID/net/tcp and the
 * like.
 *
 * Pure but for ni_socket_tables_read(). The lines are the kernel's, but what is
 * in them may not be: the path of a UNIX socket can hold newlines and
 * look like a line of its own.
 */
#ifndef NI_CLI_SOCKET_TABLE_H
#define NI_CLI_SOCKET_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* A list: what it is called and how its lines are read. */
struct ni_socket_list;

struct ni_listed_socket {
	uint64_t inode;
	int family;		/* AF_* */
	int type, protocol;	/* SOCK_*, IPPROTO_*; 0: not in the list */
	int state;		/* TCP_* as of netinet/tcp.h; 0: none */
	uid_t user;		/* of internet sockets: who made it */
	struct sockaddr_storage local, remote;
	socklen_t local_size, remote_size;	/* 0: it has no such address */
};

/* The local port of an internet socket, 0 for one without. */
unsigned ni_socket_port(const struct ni_listed_socket *socket);

/* The lists by place; NULL past the end. */
const struct ni_socket_list *ni_socket_list_at(size_t index);
const char *ni_socket_list_name(const struct ni_socket_list *list);

/*
 * Reads one line, with or without its newline. Returns 0, or -EINVAL for a
 * heading and for anything else that is not one. Written on success only.
 */
int ni_socket_line(const struct ni_socket_list *list, const char *line,
		   struct ni_listed_socket *socket);

/*
 * What is known of a socket that is in no list (it was neither bound nor
 * connected) from the name of its protocol, the attribute
 * "system.sockprotoname" of its /proc/PID/fd link: "TCP", "UNIX-STREAM".
 * -ENOENT for a name that is not known here.
 */
int ni_socket_of_protocol(const char *name, struct ni_listed_socket *socket);

/*
 * Reads all lists in the open directory /proc/PID/net and calls found for each
 * socket. Returns the number of lists that could not be read.
 */
int ni_socket_tables_read(int directory,
			  void (*found)(const struct ni_listed_socket *socket,
					void *data),
			  void *data);

#endif
