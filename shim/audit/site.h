/*
 * site.h - a stack that calls a function, as a record of the trace with its
 * counters.
 *
 * Equal stacks give the same record, in all fork children of the image.
 */
#ifndef NI_AUDIT_SITE_H
#define NI_AUDIT_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/caller.h"
#include "audit/trace_writer.h"
#include "common/trace.h"

/**
 * ni_site_find - the record of this caller's stack
 *
 * Return: its ref, or 0 if there is no room for it.
 */
uint32_t ni_site_find(const struct ni_caller *caller);

/* The record that a ref stands for; NULL for 0. */
static inline struct ni_trace_site *ni_site_at(uint32_t site)
{
	return ni_trace_at(site);
}

/* Counts one more descriptor that @partner closed or marked. Return: whether
 * there was room for that. */
bool ni_site_count_partner(struct ni_trace_partner partners[NI_PARTNERS],
			   uint32_t partner);

/* Code may have been unloaded: forget the stacks seen last. */
void ni_site_forget(void);

#endif
