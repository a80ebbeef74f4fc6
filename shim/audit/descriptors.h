/*
 * descriptors.h - the table: what is known of each descriptor number.
 *
 * 16 bytes for each number, in private memory, so that a fork copies it as the
 * kernel copies the descriptors. A vfork child shares its parent's memory but
 * not its descriptors: it writes to a small overlay that ends with it.
 */
#ifndef NI_AUDIT_DESCRIPTORS_H
#define NI_AUDIT_DESCRIPTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/caller.h"
#include "common/trace.h"

enum { NI_DESCRIPTORS_MAX = 1 << 20 };

/* ni_slot.state; 0: nothing known of this number. */
enum {
	NI_SLOT_OPEN = 1,
	NI_SLOT_CLOSED = 2,
	NI_SLOT_INHERITABLE = 4,	/* as far as the program's calls tell */
	NI_SLOT_BORN_INHERITABLE = 8,
	NI_SLOT_CLEARED = 16,		/* close-on-exec taken off explicitly */
	NI_SLOT_DUP2 = 32,		/* put on this number by dup2, dup3 */
	NI_SLOT_ARRIVED = 64,		/* open when the image started */
	NI_SLOT_MOVED = 128,		/* by dup2, from one of the program's own */
};

struct ni_slot {
	/* One word, see open_counts.h. */
	uint32_t created;	/* site; 0: not seen or no room */
	uint8_t state;
	uint8_t type;		/* enum ni_trace_type */
	uint8_t generation;	/* of the process that created it, see
				   ni_descriptors_generation() */
	uint8_t ticks_high;	/* when it was created; see set_ticks() */
	uint32_t ticks_low;
	uint32_t other;		/* closed: site of the close;
				   cleared: site of the clearing */
};

/* At start: asks for no huge pages, because the table is sparse. */
void ni_descriptors_start(void);

/* What is known of @fd, which may be any number; all zero: nothing. */
struct ni_slot ni_descriptors_get(int fd);

/* In a vfork child: into the overlay. Numbers beyond the table are counted. */
void ni_descriptors_put(int fd, struct ni_slot slot);

/* The highest number ever put, -1 if none. */
int ni_descriptors_highest(void);

/* The next number >= @fd that may be open: skips the parts of the table that
 * were never touched, but never the first 64 numbers. */
int ni_descriptors_next(int fd);

/* Tells this process from those that it was forked from. */
uint8_t ni_descriptors_generation(void);

/* ---- what happens to a descriptor ---------------------------------------- */

enum ni_creation { NI_ATOMIC, NI_INHERITABLE };

/**
 * ni_descriptors_created - a call has made a descriptor
 */
void ni_descriptors_created(const struct ni_caller *caller, int fd,
			    enum ni_trace_type type, enum ni_creation how);

/* A dup2 or dup3 has put @fd on @copy. */
void ni_descriptors_moved(int fd, int copy);

/* The arguments of the socket call, for the site's record. */
void ni_descriptors_socket(int fd, int family, int type, int protocol);

/* An arrival at start. */
void ni_descriptors_arrived(int fd, enum ni_trace_type type, bool inheritable);

/* The program has set (true) or cleared close-on-exec. */
void ni_descriptors_flagged(const struct ni_caller *caller, int fd,
			    bool close_on_exec);

/* A number that is being closed. Recorded before the call, because another
 * thread may get the number as soon as the kernel has closed it. */
struct ni_closing {
	struct ni_slot before;
	uint32_t site;
	int fd;			/* -1: nothing to note */
};

void ni_closing_begin(struct ni_closing *closing,
		      const struct ni_caller *caller, int fd);

/* After the call; @error: 0 or the errno. EBADF may mean a double close. */
void ni_closing_end(const struct ni_closing *closing, int error);

/* The call failed and the number is as it was. */
void ni_closing_undo(const struct ni_closing *closing);

/* Numbers first..last are closed; if that failed, they are looked at again. */
void ni_closing_range(const struct ni_caller *caller, unsigned first,
		      unsigned last);
void ni_closing_range_undo(unsigned first, unsigned last);

#endif
