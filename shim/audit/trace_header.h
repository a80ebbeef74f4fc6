/*
 * trace_header.h - what a trace says of its image: program, arguments, where
 * and when.
 */
#ifndef NI_AUDIT_TRACE_HEADER_H
#define NI_AUDIT_TRACE_HEADER_H

#include "common/trace.h"

/* At start, before another process writes. */
void ni_trace_header_fill(struct ni_trace_header *trace, uint64_t start_ns);

#endif
