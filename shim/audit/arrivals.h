/*
 * arrivals.h - the descriptors that were open when the image started.
 */
#ifndef NI_AUDIT_ARRIVALS_H
#define NI_AUDIT_ARRIVALS_H

/* For the start, when nobody notices that a number is in use for a moment. */
void ni_arrivals_note(void);

#endif
