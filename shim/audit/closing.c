/*
 * closing.c - what a close changes in the table, and what is counted of it.
 */
#include "audit/closing.h"

#include <errno.h>

#include "audit/descriptors.h"
#include "audit/double_close.h"
#include "audit/kernel.h"
#include "audit/sample.h"
#include "audit/site.h"
#include "audit/trace_writer.h"
#include "audit/vfork.h"

static void count_close(const struct ni_slot *slot, uint32_t closer)
{
	struct ni_trace_site *site = ni_site_at(slot->created);

	/* Where a child closes its copy is not where the program closes it. */
	if (!site || slot->generation != ni_slots_generation())
		return;
	if (!ni_site_count_partner(site->closers, closer))
		ni_trace_count(&site->closed);
}

void ni_closing_begin(struct ni_closing *closing,
		      const struct ni_caller *caller, int fd)
{
	struct ni_slot slot;

	closing->fd = -1;
	if (fd < 0 || ni_is_vforked())
		return;
	closing->fd = fd;
	closing->before = ni_slots_get(fd);
	closing->site = ni_site_find(caller);
	slot = closing->before;
	if (!(slot.state & NI_SLOT_OPEN))
		return;
	if (slot.created)
		ni_sample_once(ni_site_at(slot.created), fd);
	slot.state = NI_SLOT_CLOSED;
	slot.other = closing->site;
	ni_descriptors_put(fd, slot);
}

void ni_closing_undo(const struct ni_closing *closing)
{
	if (closing->fd >= 0 && (closing->before.state & NI_SLOT_OPEN))
		ni_descriptors_put(closing->fd, closing->before);
}

static void forget(int fd)
{
	ni_descriptors_put(fd, (struct ni_slot){ 0 });
}

void ni_closing_end(const struct ni_closing *closing, int error)
{
	const struct ni_slot *before = &closing->before;

	if (closing->fd < 0)
		return;
	if (error != EBADF) {
		/* With EINTR and EIO the number is already free. */
		if (before->state & NI_SLOT_OPEN)
			count_close(before, closing->site);
		else if (before->state & NI_SLOT_CLOSED)
			forget(closing->fd);	/* opened again, unseen */
		ni_double_close_not(closing->site, closing->fd);
		return;
	}
	if (before->state & NI_SLOT_OPEN)
		forget(closing->fd);		/* closed before, unseen */
	if (before->state & NI_SLOT_CLOSED)
		ni_double_close_seen(closing->site, closing->fd, before);
	else
		ni_double_close_not(closing->site, closing->fd);
}

void ni_closing_range(const struct ni_caller *caller, unsigned first,
		      unsigned last)
{
	const int end = ni_slots_last_in(first, last);
	uint32_t closer = ni_site_find(caller);

	if (ni_is_vforked() || end < 0)
		return;
	for (int fd = (int)first; fd <= end; fd = ni_slots_next(fd + 1)) {
		struct ni_slot slot = ni_slots_get(fd);

		if (!(slot.state & NI_SLOT_OPEN))
			continue;
		count_close(&slot, closer);
		slot.state = NI_SLOT_CLOSED;
		slot.other = closer;
		ni_descriptors_put(fd, slot);
	}
}

void ni_closing_range_undo(unsigned first, unsigned last)
{
	const int end = ni_slots_last_in(first, last);

	if (ni_is_vforked() || end < 0)
		return;
	for (int fd = (int)first; fd <= end; fd = ni_slots_next(fd + 1)) {
		struct ni_slot slot = ni_slots_get(fd);
		int flags = ni_kernel_flags(fd);

		if (!(slot.state & NI_SLOT_CLOSED) || flags < 0)
			continue;
		slot.state = NI_SLOT_OPEN |
			     (flags & FD_CLOEXEC ? 0 : NI_SLOT_INHERITABLE);
		slot.other = 0;
		ni_descriptors_put(fd, slot);
	}
}
