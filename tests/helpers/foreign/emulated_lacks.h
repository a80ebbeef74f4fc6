/*
 * emulated_lacks.h - what qemu 10 in user mode cannot do, included in front of
 * each test that runs there. What is left out in whole cases, the test names.
 */
#ifndef TESTS_FOREIGN_EMULATED_LACKS_H
#define TESTS_FOREIGN_EMULATED_LACKS_H

/* The file is found by its name, which is qemu's own then. */
#define IF_EXEC_BY_DESCRIPTOR(...)

#endif
