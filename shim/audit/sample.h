/*
 * sample.h - looks at one descriptor of each site, to see what the site
 * creates.
 */
#ifndef NI_AUDIT_SAMPLE_H
#define NI_AUDIT_SAMPLE_H

#include <stdbool.h>

#include "common/trace.h"

/* Describes @fd as a sample of @site, unless that has been done. */
void ni_sample(struct ni_trace_site *site, int fd);

/* Two threads at the same time waste a record, nothing more. */
static inline void ni_sample_once(struct ni_trace_site *site, int fd)
{
	if (site && !site->sampled)
		ni_sample(site, fd);
}

#endif
