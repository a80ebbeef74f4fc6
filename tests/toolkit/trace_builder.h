/*
 * trace_builder.h - artificial traces, for the tests of what reads them.
 *
 * A builder holds one file in memory; records are appended and their numbers
 * returned. The result is what a recorder would write.
 */
#ifndef TESTS_TRACE_BUILDER_H
#define TESTS_TRACE_BUILDER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/trace.h"

#define BUILDER_CELLS 4096

struct builder {
	struct ni_trace_header header;
	uint8_t cells[BUILDER_CELLS * NI_TRACE_CELL_SIZE];
};

static inline size_t builder_size(void)
{
	return sizeof(struct builder);
}

static inline struct builder *builder_new(uint32_t pid, uint32_t ppid,
					  uint64_t start_ns, const char *exe)
{
	struct builder *builder = calloc(1, sizeof(*builder));
	struct ni_trace_header *header;

	if (!builder)
		abort();
	header = &builder->header;
	memcpy(header->magic, NI_TRACE_MAGIC, sizeof(header->magic));
	header->version = NI_TRACE_VERSION;
	header->header_size = sizeof(*header);
	header->file_size = sizeof(*builder);
	header->cells_offset = sizeof(*header);
	header->cells_count = BUILDER_CELLS;
	header->cells_used = 1;
	header->flags = NI_TRACE_READY;
	header->pid = pid;
	header->ppid = ppid;
	header->start_ns = start_ns;
	header->exe_device = 1;
	/* The inode of a program is made from its name, so that equal names are
	 * the same file. */
	for (const char *c = exe; *c; c++)
		header->exe_inode = header->exe_inode * 31 + (uint8_t)*c;
	header->exe_size = (uint16_t)strlen(exe);
	memcpy(header->strings, exe, strlen(exe));
	return builder;
}

static inline void builder_argument(struct builder *builder, const char *text)
{
	struct ni_trace_header *header = &builder->header;

	memcpy(header->strings + header->exe_size + header->argv_size, text,
	       strlen(text) + 1);
	header->argv_size += (uint16_t)(strlen(text) + 1);
	header->argc++;
}

/* Appends a record: a struct and its tail. Returns its number. */
static inline uint32_t builder_record(struct builder *builder, int kind,
				      void *record, size_t size,
				      const void *tail, size_t tail_size)
{
	size_t cells = (size + tail_size + NI_TRACE_CELL_SIZE - 1) /
		       NI_TRACE_CELL_SIZE;
	uint32_t ref = builder->header.cells_used;
	uint8_t *where = builder->cells + (size_t)ref * NI_TRACE_CELL_SIZE;
	struct ni_trace_head head = {
		.cells = (uint16_t)cells,
		.kind = (uint8_t)kind,
		.state = NI_STATE_PUBLISHED,
		.key = ref,
	};

	if (ref + cells > BUILDER_CELLS)
		abort();
	memcpy(where, record, size);
	memcpy(where, &head, sizeof(head));
	if (tail_size)
		memcpy(where + size, tail, tail_size);
	builder->header.cells_used += (uint32_t)cells;
	return ref;
}

#define BUILDER_RECORD(builder, kind, record) \
	builder_record(builder, kind, record, sizeof(*(record)), NULL, 0)

static inline uint32_t builder_module(struct builder *builder, uint32_t number,
				      const char *path)
{
	struct ni_trace_module module = {
		.number = number,
		.path_size = (uint16_t)strlen(path),
	};

	return builder_record(builder, NI_RECORD_MODULE, &module,
			      sizeof(module), path, strlen(path));
}

static inline uint64_t builder_frame(uint32_t module, uint64_t offset)
{
	return (uint64_t)module << 48 | offset;
}

/* A site whose stack has these offsets in module 1. counts may be NULL. */
static inline uint32_t builder_site(struct builder *builder, int call,
				    const uint64_t *offsets, size_t depth,
				    const struct ni_trace_site *counts)
{
	struct ni_trace_site site = { 0 };
	uint64_t frames[NI_TRACE_FRAMES_MAX];

	if (counts)
		site = *counts;
	site.call = (uint16_t)call;
	site.depth = (uint16_t)depth;
	for (size_t i = 0; i < depth; i++)
		frames[i] = builder_frame(1, offsets[i]);
	return builder_record(builder, NI_RECORD_SITE, &site, sizeof(site),
			      frames, depth * sizeof(*frames));
}

/* A TCP socket that listens on 127.0.0.1:port; the address is its tail. */
static inline struct ni_trace_what builder_listener(int fd, uint64_t inode)
{
	return (struct ni_trace_what){
		.device = 8,
		.inode = inode,
		.fd = fd,
		.type = NI_TYPE_SOCKET,
		.state = 10,
		.family = AF_INET,
		.socket_type = SOCK_STREAM,
		.protocol = IPPROTO_TCP,
		.local_size = sizeof(struct sockaddr_in),
	};
}

static inline struct sockaddr_in builder_address(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* path and argv[0] are the same; no further argument. */
static inline uint32_t builder_exec(struct builder *builder,
				    struct ni_trace_exec exec,
				    const char *path)
{
	char tail[512];
	size_t size = strlen(path);

	memcpy(tail, path, size);
	memcpy(tail + size, path, size + 1);
	exec.path_size = (uint16_t)size;
	exec.argv_size = (uint16_t)(size + 1);
	exec.argc = 1;
	if (!exec.count)
		exec.count = 1;
	return builder_record(builder, NI_RECORD_EXEC, &exec, sizeof(exec),
			      tail, 2 * size + 1);
}

static inline uint32_t builder_held(struct builder *builder,
				    struct ni_trace_held held)
{
	struct sockaddr_in address = builder_address(8080);

	if (!held.count)
		held.count = 1;
	return builder_record(builder, NI_RECORD_HELD, &held, sizeof(held),
			      &address, held.what.local_size);
}

static inline uint32_t builder_arrived(struct builder *builder,
				       struct ni_trace_what what)
{
	struct sockaddr_in address = builder_address(8080);
	struct ni_trace_arrived arrived = { .what = what };

	builder->header.arrived++;
	return builder_record(builder, NI_RECORD_ARRIVED, &arrived,
			      sizeof(arrived), &address, what.local_size);
}

#endif
