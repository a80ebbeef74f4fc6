/*
 * exhausted.h - a creator that found no free descriptor, and which sites hold
 * them all.
 */
#ifndef NI_AUDIT_EXHAUSTED_H
#define NI_AUDIT_EXHAUSTED_H

#include "audit/caller.h"

/* A creator failed. Leaves errno alone; looks only at EMFILE and ENFILE. */
void ni_exhausted_look(const struct ni_caller *caller);

#endif
