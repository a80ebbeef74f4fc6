/*
 * can_listen.h - whether a running program could have made a listening socket.
 *
 * A program that calls neither listen() nor accept() in any of its objects has
 * no use for a listener: it was given one that belonged to another program.
 */
#ifndef NI_CLI_CAN_LISTEN_H
#define NI_CLI_CAN_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The files that were looked at, each once. Starts as all zero. */
struct ni_listen_memory {
	struct ni_known_file *files;
	size_t count, room;
};

/*
 * Looks at the program of the process and at the libraries that are loaded in
 * it now; proc is an open directory, /proc. True wherever that cannot be known:
 * for static programs, for Go's, which make their own system calls, and for
 * files that cannot be read.
 */
bool ni_can_listen(struct ni_listen_memory *memory, int proc, pid_t pid);

/* The same for one open file: an executable or a library. */
bool ni_file_can_listen(int fd);

void ni_listen_memory_free(struct ni_listen_memory *memory);

#endif
