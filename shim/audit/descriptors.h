/*
 * descriptors.h - what happens to a descriptor, as the table and the counts of
 * what is open are to show it.
 */
#ifndef NI_AUDIT_DESCRIPTORS_H
#define NI_AUDIT_DESCRIPTORS_H

#include <stdbool.h>

#include "audit/caller.h"
#include "audit/slots.h"
#include "common/trace.h"

/* Records what is known about @fd; those beyond the table are counted only. */
void ni_descriptors_put(int fd, struct ni_slot slot);

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

#endif
