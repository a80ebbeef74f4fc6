/*
 * emulated_lacks.h - what qemu 10 in user mode cannot do, included before each
 * test that runs there. Whole cases that are left out are named by the test.
 */
#ifndef TESTS_FOREIGN_EMULATED_LACKS_H
#define TESTS_FOREIGN_EMULATED_LACKS_H

/* qemu opens the program by a name under /proc/self, which is qemu's own. */
#define IF_EXEC_BY_DESCRIPTOR(...)

#endif
