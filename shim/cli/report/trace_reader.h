/*
 * trace_reader.h - one trace file, read without trusting a byte of it.
 *
 * What comes out is well formed: every record is as large as its kind demands,
 * with all the bytes that its sizes announce, and a reference is resolved only
 * to a record that begins there. Whether what it says is true is another
 * matter.
 */
#ifndef NI_CLI_TRACE_READER_H
#define NI_CLI_TRACE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "cli/report/arena.h"
#include "common/trace.h"

struct ni_record {
	uint32_t ref;		/* the cell where it begins */
	uint8_t kind;		/* enum ni_trace_kind */
	const void *bytes;	/* the struct of that kind, then its tail */
};

struct ni_trace {
	const char *name;	/* of the file */
	struct ni_trace_header header;
	const char *exe;		/* "" if unknown, as the next two */
	const char *execfn, *cwd;	/* what was executed, and where */
	const char *const *argv;	/* ends with NULL */
	size_t argc;			/* strings that are in argv */
	struct ni_record *records;	/* in the order of the file */
	size_t record_count;
	uint32_t *by_ref;		/* cell: place in records + 1 */
	size_t cell_count;
	uint32_t torn;			/* records that their writer left unfinished */
	uint32_t malformed;		/* records that say what cannot be */
};

/*
 * Reads size bytes. What it needs of them is copied into arena. -EPROTO: not a
 * trace; -EPROTONOSUPPORT: of another version; -ENODATA: empty; -EAGAIN: its
 * writer had only begun it, or died then. The trace is written on success
 * only.
 */
int ni_trace_read(const void *bytes, size_t size, struct ni_arena *arena,
		  struct ni_trace *trace);

/* The record that begins at ref if it is of that kind; else NULL. */
const void *ni_trace_find(const struct ni_trace *trace, uint32_t ref,
			  enum ni_trace_kind kind);

/* What follows the fixed part of a descriptor's record. */
struct ni_what_tail {
	const uint8_t *local, *remote;	/* socket addresses */
	const char *path, *detail;	/* without a NUL at the end */
};

/* what is the last member of the record, and the tail follows it. */
struct ni_what_tail ni_trace_what_tail(const struct ni_trace_what *what);

/* "socket" for NI_CALL_socket; NULL for a number that has no name here. */
const char *ni_trace_call_name(unsigned call);

/*
 * Splits size bytes into strings that end with NUL (the last one may lack it)
 * and returns the array, NULL behind the last; their number goes to count.
 */
const char *const *ni_trace_strings(struct ni_arena *arena, const void *bytes,
				    size_t size, size_t *count);

#endif
