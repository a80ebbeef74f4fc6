/*
 * sample.h - one descriptor of each site is looked at: what did it create?
 */
#ifndef NI_AUDIT_SAMPLE_H
#define NI_AUDIT_SAMPLE_H

#include <stdbool.h>

#include "common/trace.h"

/* Describes @fd as a sample of @site, unless that has been done. */
void ni_sample(struct ni_trace_site *site, int fd);

/* Two threads at once cost a record, no more. */
static inline void ni_sample_once(struct ni_trace_site *site, int fd)
{
	if (site && !site->sampled)
		ni_sample(site, fd);
}

#endif
