/*
 * trace_file.h - the file of the trace: created at the start, mapped and closed
 * at once, and given blocks through its mapping as they are needed.
 */
#ifndef NI_AUDIT_TRACE_FILE_H
#define NI_AUDIT_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/trace.h"

/**
 * ni_trace_open - create and map a trace file
 * @directory: absolute path
 * @size_kib: its largest size; less if a limit on files is lower
 * @pid, @start_ns: make the name
 * @trace: receives the mapping, on success only; its layout fields are set
 *
 * Return: 0 or a negative errno value. If there is no space, an empty file is
 * left behind, for the reader to count.
 */
int ni_trace_open(const char *directory, size_t size_kib, uint32_t pid,
		  uint64_t start_ns, struct ni_trace_header **trace);

/* Cells up to this one are going to be written. Return: may they be? */
bool ni_trace_grow(uint32_t cells);

/* The same for the second part of the index. */
void ni_trace_grow_index(void);

#endif
