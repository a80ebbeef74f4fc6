/*
 * sample.c - asks the kernel once for each site what it creates.
 */
#include "audit/sample.h"

#include <string.h>

#include "audit/kernel.h"
#include "audit/trace_writer.h"

void ni_sample(struct ni_trace_site *site, int fd)
{
	struct ni_description description;
	struct ni_trace_sample *sample;

	ni_kernel_describe(fd, &description);
	/* The number may have been used again unseen. */
	if (!description.what.inode ||
	    !ni_kernel_types_agree(site->type, description.what.type))
		return;
	site->sampled = 1;
	sample = ni_trace_claim(NI_RECORD_SAMPLE,
				sizeof(*sample) + description.size, 0,
				NI_ROOM_EVENT, NI_DROPPED_FORKS);
	if (!sample)
		return;
	sample->site = ni_trace_ref(site);
	sample->pid = ni_kernel_pid();
	sample->what = description.what;
	memcpy(sample + 1, description.bytes, description.size);
	ni_trace_publish(sample);
}
