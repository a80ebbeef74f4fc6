/* descriptor.h - what the library does with bare descriptors. */
#ifndef NI_LIB_DESCRIPTOR_H
#define NI_LIB_DESCRIPTOR_H

/* Close what a failing call had made: reports no error, and is not a
 * cancellation point, so that a thread being cancelled closes it, too. */
void ni_descriptor_discard(int fd);

#endif
