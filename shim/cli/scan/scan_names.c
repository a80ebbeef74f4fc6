/*
 * scan_names.c - the addresses of the sockets that a snapshot found.
 */
#include "cli/scan/scan_names.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/report/arena.h"

/* A network namespace whose lists were read. */
struct seen {
	dev_t device;
	ino_t inode;
};

struct lookup {
	int proc;
	struct ni_scan_names *names;
	struct seen *seen;
	size_t count, room;
};

static int compare_inode(const void *first, const void *second)
{
	const struct ni_listed_socket *a = first, *b = second;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

static struct ni_listed_socket *find_by_inode(const struct ni_scan_names *names,
					      uint64_t inode)
{
	struct ni_listed_socket key = { .inode = inode };

	return names->count ? bsearch(&key, names->sockets, names->count,
				      sizeof(key), compare_inode) : NULL;
}

static bool is_same(const struct ni_listed_socket *a, const struct ni_listed_socket *b)
{
	return a->type == b->type && a->state == b->state &&
	       a->local_size == b->local_size &&
	       !memcmp(&a->local, &b->local, a->local_size);
}

static bool is_on_port(const struct ni_scan_names *names,
		       const struct ni_listed_socket *socket)
{
	for (size_t i = 0; i < names->port_count; i++)
		if (ni_socket_port(socket) == names->ports[i])
			return true;
	return false;
}

bool ni_scan_is_asked(const struct ni_scan_names *names,
		      const struct ni_listed_socket *socket)
{
	return is_on_port(names, socket) &&
	       (!names->is_any_bound || !socket->remote_size);
}

static bool is_any_bound(const struct ni_scan_names *names,
			 const struct ni_listed_socket *sockets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_on_port(names, &sockets[i]) && !sockets[i].remote_size)
			return true;
	return false;
}

static void add_stranger(struct ni_scan_names *names,
			 const struct ni_listed_socket *socket)
{
	if (is_on_port(names, socket))
		*(struct ni_listed_socket *)ni_array_push(&names->strangers,
			&names->stranger_count, &names->stranger_room,
			sizeof(*socket)) = *socket;
}

/*
 * The first list that has an inode is right. Two different lines in the UNIX
 * list mean that one is a path which was made to look like a line: then no
 * address is shown rather than a wrong one.
 */
static void found(const struct ni_listed_socket *socket, void *data)
{
	struct ni_listed_socket *wanted = find_by_inode(data, socket->inode);

	if (!wanted)
		add_stranger(data, socket);
	else if (!wanted->family)
		*wanted = *socket;
	else if (wanted->family == AF_UNIX && socket->family == AF_UNIX &&
		 !is_same(wanted, socket))
		wanted->local_size = 0;
}

static bool is_new_namespace(struct lookup *lookup, const struct stat *status)
{
	struct seen *added;

	for (size_t i = 0; i < lookup->count; i++)
		if (lookup->seen[i].device == status->st_dev &&
		    lookup->seen[i].inode == status->st_ino)
			return false;
	added = ni_array_push(&lookup->seen, &lookup->count, &lookup->room,
			      sizeof(*added));
	added->device = status->st_dev;
	added->inode = status->st_ino;
	return true;
}

static void read_namespace(struct lookup *lookup, const char *process)
{
	struct stat status;
	char path[64];
	int directory;

	snprintf(path, sizeof(path), "%s/ns/net", process);
	if (fstatat(lookup->proc, path, &status, 0) < 0 ||
	    !is_new_namespace(lookup, &status))
		return;
	snprintf(path, sizeof(path), "%s/net", process);
	directory = openat(lookup->proc, path,
			   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return;
	ni_socket_tables_read(directory, found, lookup->names);
	close(directory);
}

/* Every inode of the snapshot, once, ascending. */
static void collect(struct ni_scan_names *names,
		    const struct ni_snapshot *snapshot)
{
	size_t room = 0, kept = 0;

	for (size_t i = 0; i < snapshot->held_count; i++) {
		struct ni_listed_socket *socket = ni_array_push(&names->sockets,
			&names->count, &room, sizeof(*socket));

		socket->inode = snapshot->held[i].inode;
	}
	if (names->count)
		qsort(names->sockets, names->count, sizeof(*names->sockets),
		      compare_inode);
	for (size_t i = 0; i < names->count; i++)
		if (!i || names->sockets[i].inode !=
			  names->sockets[kept - 1].inode)
			names->sockets[kept++] = names->sockets[i];
	names->count = kept;
}

void ni_scan_names_find(int proc, const struct ni_snapshot *snapshot,
			const unsigned *ports, size_t port_count,
			struct ni_scan_names *names)
{
	struct lookup lookup = { .proc = proc, .names = names };

	*names = (struct ni_scan_names){
		.ports = ports, .port_count = port_count
	};
	collect(names, snapshot);
	/* A port may be held only by processes that may not be read. */
	read_namespace(&lookup, "self");
	for (size_t i = 0; i < snapshot->process_count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d",
			 (int)snapshot->processes[i].pid);
		read_namespace(&lookup, name);
	}
	free(lookup.seen);
	names->is_any_bound =
		is_any_bound(names, names->sockets, names->count) ||
		is_any_bound(names, names->strangers, names->stranger_count);
}

/* Neither bound nor connected, or of a family without a list. */
void ni_scan_name_ask(int proc, pid_t pid, int fd, struct ni_listed_socket *socket)
{
	struct ni_listed_socket known;
	char path[96], name[64];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%d/fd/%d", proc,
		 (int)pid, fd);
	size = getxattr(path, "system.sockprotoname", name, sizeof(name) - 1);
	if (size < 0)
		return;
	name[size] = '\0';
	if (ni_socket_of_protocol(name, &known) < 0)
		return;
	known.inode = socket->inode;
	*socket = known;
}

void ni_scan_names_free(struct ni_scan_names *names)
{
	free(names->sockets);
	free(names->strangers);
}

const struct ni_listed_socket *
ni_scan_name(const struct ni_scan_names *names, uint64_t inode)
{
	return find_by_inode(names, inode);
}
