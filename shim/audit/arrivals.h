/*
 * arrivals.h - the descriptors that were open when the image started.
 */
#ifndef NI_AUDIT_ARRIVALS_H
#define NI_AUDIT_ARRIVALS_H

/* At start, where nobody notices that a number is taken for a moment. */
void ni_arrivals_note(void);

#endif
