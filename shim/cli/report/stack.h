/*
 * stack.h - the calls that led to another, and what they are in the source.
 */
#ifndef NI_CLI_STACK_H
#define NI_CLI_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An executable or a shared library. */
struct ni_module {
	const char *path;
	const unsigned char *build_id;
	size_t build_id_size;	/* 0: it has none */
};

/* A process that made code while it ran. */
struct ni_runtime {
	int64_t pid;
	uint64_t start_ns;	/* CLOCK_MONOTONIC */
};

/* Where a call returns to, as an address of the module's file. Compared byte
 * by byte, so the struct has no padding. */
struct ni_location {
	const struct ni_module *module;		/* NULL: in no file */
	const struct ni_runtime *runtime;	/* in no file: whose memory */
	uint64_t offset;
};

/* What a location means; several for one location where code was inlined. */
struct ni_frame {
	const char *function, *file;	/* NULL: unknown */
	unsigned line;			/* 0: unknown */
	bool is_inlined;			/* into the frame after it */
	const struct ni_location *location;
};

/* Innermost first. frames is filled by the symboliser. */
struct ni_stack {
	const struct ni_location *locations;
	size_t count;
	const struct ni_frame *frames;
	size_t depth;
	bool is_cut;		/* it went on, unrecorded */
	bool is_of_signal;	/* a handler: what was interrupted is not in it */
};

#endif
